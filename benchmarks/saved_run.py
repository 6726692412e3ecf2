"""Weights in a folder: makes pictures with them, saves them, reads them."""

import hashlib
import io
import pathlib
import tempfile

import keras
import numpy as np
from PIL import Image

from tf_fingerprint import config as configs
from tf_fingerprint import data
from tf_fingerprint import fingerprints
from tf_fingerprint import models
from tf_fingerprint import registry


class SavedRun:
    """A folder's generator, and its decoder where there is one.

    Args:
        folder: With `generator.keras`, `decoder.keras` and `config.toml`.
        like: The run that a baseline, without the latter two, is compared to.
    """

    def __init__(self, folder, like=None):
        folder = pathlib.Path(folder)
        self.folder = folder
        self.generator = keras.saving.load_model(
            folder / "generator.keras", compile=False
        )
        self.is_baseline = like is not None
        path = folder / "config.toml"
        self.config = (
            like.config
            if self.is_baseline and not path.exists()
            else configs.read(path)
        )
        if not self.is_baseline:
            self.decoder = keras.saving.load_model(
                folder / "decoder.keras", compile=False
            )
        shapes = self.generator.input_shape
        self.latent_dim, self.num_bits, self.num_noise = (s[-1] for s in shapes)
        self.resolution, _, self.channels = self.generator.output_shape[1:]

    def draw(self, random, count):
        """Latents and noise of that many pictures."""
        latents = random.standard_normal((count, self.latent_dim), "float32")
        shape = (count, self.num_noise)
        if self.config.networks.noise == "random":
            return latents, random.standard_normal(shape, "float32")
        if self.config.networks.noise == "fixed":
            noise = models.fixed_noise(self.resolution)
            return latents, np.broadcast_to(noise, shape)
        return latents, np.zeros(shape, "float32")

    def render(self, latents, bits, noise):
        """8-bit pictures; a baseline's bits stay neutral."""
        if self.is_baseline:
            bits = np.full((len(latents), self.num_bits), 0.5)
        inputs = [latents, bits.astype("float32"), noise]
        return data.to_pixels(self.generator.predict_on_batch(inputs))

    def maker(self, seed):
        """A function from fingerprints to pictures of ever new latents."""
        random = np.random.default_rng(seed)

        def generate(bits):
            latents, noise = self.draw(random, len(bits))
            return self.render(latents, bits, noise)

        return generate

    def reader(self, kind, **options):
        """A function from pictures to bits, by way of files of that kind."""
        form = {"resolution": self.resolution, "channels": self.channels}

        def save_and_read(image):
            file = io.BytesIO()
            pixels = image[..., 0] if self.channels == 1 else image
            Image.fromarray(pixels).save(file, kind, **options)
            return data.read_image(file.getvalue(), crop="none", **form)

        return lambda images: self.decode(
            np.stack([*map(save_and_read, images)])
        )

    def decode(self, images):
        """The bits in 8-bit pictures."""
        images = data.to_unit(images)
        _, logits = self.decoder.predict_on_batch(images)
        return np.asarray(logits) > 0

    def draw_fingerprints(self, count):
        """That many fresh fingerprints."""
        drawn = [fingerprints.random_bits(self.num_bits) for _ in range(count)]
        return np.stack(drawn)

    def issue(self, count):
        """That many issuances in a registry of their own, as candidates."""
        record = registry.GeneratorRecord(
            digest=file_digest(self.folder / "generator.keras"),
            decoder_digest=file_digest(self.folder / "decoder.keras"),
            num_bits=self.num_bits,
            resolution=self.resolution,
        )
        with tempfile.TemporaryDirectory() as folder:
            url = pathlib.Path(folder, "registry.db")
            with registry.open_store(url, create=True) as store:
                for number in range(count):
                    name = f"Recipient {number}"
                    registry.issue(store, name, generator=record)
                return registry.Candidates.load(store, record.digest)


def file_digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
