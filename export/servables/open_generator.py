"""The open generator, which takes any fingerprint. Its owner's, never others'.

Whoever can reach it makes pictures that accuse whomever they like.

Signature `serving_default`: pictures from fingerprints and seeds.

Request:
    fingerprint: `(n, num_bits)`, `int32`, of 0 and 1. Any other value fails
        the request.
    seed: `(n, 2)`, `int64`. The picture's latents and noise are drawn from
        it, each row by itself: the same seed makes the same picture in any
        batch, and the picture of a sealed instance with that fingerprint.

Response:
    image_bytes: `(n,)`, string. PNG files.

Signature `latents`: pictures from fingerprints and latents.

Request:
    fingerprint: `(n, num_bits)`, `int32`, of 0 and 1.
    latents: `(n, latent_dim)`, `float32`, standard normal.
    noise: `(n, num_noise)`, `float32`, standard normal. Only for generators
        that were trained with random noise.

Response:
    images: `(n, resolution, resolution, channels)`, `uint8`.
"""

import numpy as np
import tensorflow as tf

from export.servables import random_inputs
from export.servables import servable
from tf_fingerprint import errors
from tf_fingerprint import models
from tf_fingerprint.scalable import run as scalable_run


def open_generator(
    run: scalable_run.Run, *, allow_open: bool = False
) -> servable.Servable:
    """The open generator as a servable; its contract is this module's.

    Args:
        run: The run whose generator it is.
        allow_open: Must be True: it says that whoever exports knows that this
            is not for recipients.

    Raises:
        errors.ExportError: If `allow_open` is not True.
    """
    if allow_open is not True:
        raise errors.ExportError(
            "The open generator makes pictures with anybody's fingerprint, so "
            "it must never reach a recipient. It was asked for without "
            "`allow_open`. Export a sealed instance, or allow it."
        )
    forms = _Forms(run)
    return servable.Servable(
        module=forms.module,
        signatures={
            "serving_default": tf.function(
                forms.from_seeds,
                [forms.fingerprint, tf.TensorSpec((None, 2), tf.int64, "seed")],
            ),
            "latents": forms.latents_signature(),
        },
        examples=_examples(run, forms.takes_noise),
        metadata={
            "kind": "open_generator",
            "generator_digest": run.generator_digest,
            "num_bits": run.config.networks.num_bits,
            "resolution": run.config.data.resolution,
            "channels": run.config.data.channels,
            "latent_dim": run.config.networks.latent_dim,
            "noise": run.config.networks.noise,
        },
    )


class _Forms:
    """The two forms of request, over one generator."""

    def __init__(self, run):
        self.generator = run.generator
        self.num_bits = run.config.networks.num_bits
        self.fingerprint = tf.TensorSpec(
            (None, self.num_bits), tf.int32, "fingerprint"
        )
        self.takes_noise = run.config.networks.noise == "random"
        self.module = servable.module_of(run.generator.weights)
        if not self.takes_noise:
            values = np.zeros(run.generator.num_noise, np.float32)
            if run.config.networks.noise == "fixed":
                values = models.fixed_noise(run.config.data.resolution)
            self.module.noise = tf.Variable(values, trainable=False)

    def from_seeds(self, fingerprint, seed):
        seed = tf.ensure_shape(seed, (None, 2))
        latents = random_inputs.normal_rows(
            seed, self.generator.latent_dim, random_inputs.LATENTS
        )
        noise = None
        if self.takes_noise:
            noise = random_inputs.normal_rows(
                seed, self.generator.num_noise, random_inputs.NOISE
            )
        pixels = self._pixels(fingerprint, latents, noise)
        return {"image_bytes": random_inputs.png_rows(pixels)}

    def latents_signature(self):
        """The function, with `noise` among its parameters if there is any."""
        generator = self.generator
        spec = [
            self.fingerprint,
            tf.TensorSpec((None, generator.latent_dim), tf.float32, "latents"),
        ]
        if not self.takes_noise:
            return tf.function(
                lambda fingerprint, latents: {
                    "images": self._pixels(fingerprint, latents, None)
                },
                spec,
            )
        spec.append(
            tf.TensorSpec((None, generator.num_noise), tf.float32, "noise")
        )
        return tf.function(
            lambda fingerprint, latents, noise: {
                "images": self._pixels(fingerprint, latents, noise)
            },
            spec,
        )

    def _pixels(self, fingerprint, latents, noise):
        """Pictures as `uint8`; refuses what is no fingerprint."""
        generator = self.generator
        fingerprint = tf.ensure_shape(fingerprint, (None, self.num_bits))
        latents = tf.ensure_shape(latents, (None, generator.latent_dim))
        if noise is None:
            shape = (tf.shape(latents)[0], generator.num_noise)
            noise = tf.broadcast_to(self.module.noise, shape)
        noise = tf.ensure_shape(noise, (None, generator.num_noise))
        fingerprint = random_inputs.checked_bits(fingerprint)

        def network(*inputs):
            return random_inputs.to_pixels(
                generator(list(inputs), training=False)
            )

        return random_inputs.through(network, latents, fingerprint, noise)


def _examples(run, takes_noise):
    """Requests of one and of eight rows for each signature."""
    random = np.random.default_rng(0)
    examples = {"serving_default": [], "latents": []}
    for rows in (1, 8):
        shape = (rows, run.config.networks.num_bits)
        fingerprint = random.integers(0, 2, shape).astype(np.int32)
        lengths = {"latents": run.generator.latent_dim}
        if takes_noise:
            lengths["noise"] = run.generator.num_noise
        normal = {
            name: random.standard_normal((rows, length), np.float32)
            for name, length in lengths.items()
        }
        seeds = random_inputs.example_seeds(rows)
        examples["serving_default"].append(
            {"fingerprint": fingerprint, "seed": seeds}
        )
        examples["latents"].append({"fingerprint": fingerprint, **normal})
    return examples
