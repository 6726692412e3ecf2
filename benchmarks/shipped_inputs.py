"""What `shipped.py` measures: pictures, photographs, files, issuances."""

import io
import pathlib
import sys
import tempfile
import time

import keras
import numpy as np
from PIL import Image

from tf_fingerprint import config as configs
from tf_fingerprint import data
from tf_fingerprint import fingerprints
from tf_fingerprint import models
from tf_fingerprint import registry
from tf_fingerprint import sampling


def baseline_pictures(folder, run, count, seed):
    """Pictures of the same latents and noise, all bits neutral."""
    folder = pathlib.Path(folder)
    generator = keras.saving.load_model(
        folder / "generator.keras", compile=False
    )
    if generator.output_shape != run.generator.output_shape:
        raise SystemExit(f"{folder} makes pictures of another size")
    own = folder / "config.toml"
    settings = configs.read(own) if own.exists() else run.config
    tell(f"{count} pictures of the baseline")
    pictures = []
    for latents, noise in sampling.sample_inputs(
        count,
        latent_dim=generator.latent_dim,
        num_noise=generator.num_noise,
        seed=seed,
    ):
        if settings.networks.noise == "fixed":
            noise[:] = models.fixed_noise(generator.output_shape[1])
        elif settings.networks.noise == "none":
            noise[:] = 0
        neutral = np.full((len(latents), generator.num_bits), 0.5, "float32")
        images = generator.predict_on_batch([latents, neutral, noise])
        pictures.append(data.to_pixels(images))
    return np.concatenate(pictures)


def maker(run, seed):
    """A function from fingerprints to pictures of the seed's latents."""
    return lambda bits: run.generate(len(bits), fingerprints=bits, seed=seed)


def decoders(run):
    """Functions from pictures to bits, by way of files; and their names."""
    yield "png", lambda images: run.decode(files(images, "PNG")) > 0
    # Colour at half the resolution, as Pillow saves it by default.
    yield (
        "jpeg90",
        lambda images: run.decode(files(images, "JPEG", quality=90)) > 0,
    )


def files(images, kind, **options):
    """The contents of each picture's file."""
    contents = []
    for image in images:
        file = io.BytesIO()
        pixels = image[..., 0] if image.shape[-1] == 1 else image
        Image.fromarray(pixels).save(file, kind, **options)
        contents.append(file.getvalue())
    return contents


def issue(run, count):
    """That many issuances in a registry of their own, as candidates."""
    tell(f"{count} issuances")
    with tempfile.TemporaryDirectory() as folder:
        url = pathlib.Path(folder, "registry.db")
        with registry.open_store(url, create=True) as store:
            registry.issue_many(
                store,
                [f"Recipient {number}" for number in range(count)],
                generator=run.record,
            )
            return registry.Candidates.load(store, run.record.digest)


def load(source, run, crop):
    tell(f"photographs of {source}")
    form = run.config.data
    return data.load(
        source,
        resolution=form.resolution,
        channels=form.channels,
        crop=crop,
        progress=True,
    ).images


def choose(photographs, count, seed):
    """That many photographs, and mirrored ones if they are too few."""
    order = np.random.default_rng(seed).permutation(len(photographs))
    shuffled = photographs[order]
    chosen = np.concatenate([shuffled, shuffled[:, :, ::-1]])[:count]
    if len(chosen) < count:
        raise SystemExit(
            f"{count} pictures, but {len(photographs)} photographs"
        )
    return chosen


def draw_fingerprints(run, count):
    num_bits = run.config.networks.num_bits
    return np.stack([fingerprints.random_bits(num_bits) for _ in range(count)])


def tell(stage):
    print(f"{time.strftime('%X')} {stage}", file=sys.stderr, flush=True)
