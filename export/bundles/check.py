"""Whether what was written does what it should: every bundle, before it goes.

The variables are read back from the bundle's files into the graph that all
bundles share. Pictures made with it go through PNG and through the decoder,
beside pictures that the open generator makes of the same latents.
"""

import io
import os
import pathlib
import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from PIL import Image

from export.bundles import numbering
from export.bundles import variables
from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint import models
from tf_fingerprint.models import sampling

# How many bits may be read worse than from the open generator's pictures:
# rounding turns those over whose logits are next to 0.
MAX_LOST_ACCURACY = 0.02

# Of 255 levels. Rounding moves few pixels by one; another fingerprint more.
MAX_LEVEL_DIFFERENCE = 0.5

_SEED = 0


class Checker:
    """Checks bundles of one generator.

    `generator`: its open generator, computing in float32 as copies do;
    `folder`: SavedModel of an instance with numbered weights; `pictures`: how
    many pictures each bundle must make; `min_bit_accuracy`: share of bits that
    must be read as sealed in.
    """

    def __init__(
        self,
        run,
        generator: models.Generator,
        folder: str | os.PathLike[str],
        signature: str,
        *,
        num_weights: int,
        pictures: int = 4,
        min_bit_accuracy: float = 0.0,
    ):
        self._run = run
        self._loaded = tf.saved_model.load(str(folder))
        self._serve = self._loaded.signatures[signature]
        self._variables = _by_name(folder, self._serve.variables, num_weights)
        self._min_bit_accuracy = min_bit_accuracy
        # One model, whose variables are one bundle's at a time.
        self._lock = threading.Lock()
        requested = self._serve.structured_input_signature[1]
        noise = requested.get("noise")
        [(latents, noise)] = sampling.sample_inputs(
            pictures,
            latent_dim=run.config.networks.latent_dim,
            num_noise=0 if noise is None else noise.shape[-1],
            seed=_SEED,
        )
        drawn = {"latents": latents, "noise": noise}
        self._request = {name: tf.constant(drawn[name]) for name in requested}
        self._open_pictures = open_pictures(
            run.config, generator, latents, noise
        )
        self._read = tf.function(
            lambda images: run.decoder(images, training=False)[1]
        )

    def figures(
        self, folder: pathlib.Path, fingerprint: npt.NDArray[np.uint8]
    ) -> dict[str, Any]:
        """Checks a SavedModel.

        `fingerprint`: `(num_bits,)`, which was sealed in. Returns `pictures`,
        `num_bits`, `bit_accuracy`, `fewest_matches` in one picture,
        `open_bit_accuracy` of the open generator's pictures, and
        `level_difference`, how far a pixel is from theirs on average, of 255
        levels. Raises `errors.ExportError` if bits are lost, or it makes other
        pictures.
        """
        with self._lock:
            self._restore(str(folder / variables.PREFIX))
            images = self._serve(**self._request)["images"].numpy()
        expected = self._open_pictures(fingerprint)
        # In one go: the decoder reads eight pictures faster than four twice.
        pixels = np.concatenate([through_png(images), expected])
        logits = self._read(data.to_unit(pixels)).numpy()
        matches, open_matches = np.split((logits > 0) == fingerprint, 2)
        figures = {
            "pictures": len(images),
            "num_bits": len(fingerprint),
            "bit_accuracy": float(matches.mean()),
            "fewest_matches": int(matches.sum(axis=1).min()),
            "open_bit_accuracy": float(open_matches.mean()),
            "level_difference": float(
                np.mean(np.abs(images.astype(np.int16) - expected))
            ),
        }
        _check(figures, self._min_bit_accuracy)
        return figures

    @tf.function(input_signature=[tf.TensorSpec([], tf.string)])
    def _restore(self, prefix):
        """Reads the written variables into the shared graph."""
        values = tf.raw_ops.RestoreV2(
            prefix=prefix,
            tensor_names=list(self._variables),
            shape_and_slices=[""] * len(self._variables),
            dtypes=[each.dtype for each in self._variables.values()],
        )
        for each, value in zip(self._variables.values(), values, strict=True):
            each.assign(tf.ensure_shape(value, each.shape))


def through_png(
    images: npt.NDArray[np.uint8],
) -> npt.NDArray[np.uint8]:
    """Writes each picture as PNG and reads it back."""
    read = []
    for pixels in images:
        file = io.BytesIO()
        grey = pixels.shape[-1] == 1
        Image.fromarray(pixels[..., 0] if grey else pixels).save(
            file, "png", compress_level=1
        )
        with Image.open(file) as image:
            read.append(np.asarray(image).reshape(pixels.shape))
    return np.stack(read)


def _by_name(folder, held, num_weights):
    """The weights of a loaded SavedModel, by the name that files give them."""
    names = {}
    for name, value in variables.read(folder).items():
        if np.asarray(value).dtype == np.float32:
            places = numbering.places_of(value, num_weights)
            if places is not None:
                names[int(places.flat[0])] = name
    found = {}
    for each in held:
        places = numbering.places_of(each.numpy(), num_weights)
        if places is not None:
            found[names[int(places.flat[0])]] = each
    return found


def open_pictures(settings, generator, latents, noise):
    """From a fingerprint to pictures of the open generator."""
    shape = (len(latents), generator.num_noise)
    if settings.networks.noise == "fixed":
        values = models.fixed_noise(settings.data.resolution)
        noise = np.broadcast_to(values, shape)
    elif settings.networks.noise == "none":
        noise = np.zeros(shape, "float32")
    latents, noise = tf.constant(latents), tf.constant(noise)

    @tf.function
    def pictures(fingerprints):
        return generator([latents, fingerprints, noise], training=False)

    def of_fingerprint(fingerprint):
        bits = np.broadcast_to(fingerprint, (len(latents), len(fingerprint)))
        return data.to_pixels(pictures(bits.astype("float32")).numpy())

    return of_fingerprint


def _check(figures: Mapping[str, Any], min_bit_accuracy: float) -> None:
    """Raises an `ExportError` if too few bits are read."""
    if figures["level_difference"] > MAX_LEVEL_DIFFERENCE:
        raise errors.ExportError(
            "The written SavedModel must make the pictures of the open "
            "generator under the same fingerprint. Its pixels are "
            f"{figures['level_difference']:.1f} of 255 levels away on average. "
            "Nothing was delivered."
        )
    least = max(
        min_bit_accuracy, figures["open_bit_accuracy"] - MAX_LOST_ACCURACY
    )
    if figures["bit_accuracy"] < least:
        raise errors.ExportError(
            f"{figures['bit_accuracy']:.1%} of the bits can be read in "
            f"pictures of the written SavedModel; at least {least:.1%} must. "
            "From the open generator's pictures it is "
            f"{figures['open_bit_accuracy']:.1%}. Nothing was delivered."
        )
