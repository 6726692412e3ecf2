"""A sealed instance, as its recipient serves it.

It holds neither the fingerprint nor the style that the fingerprint becomes.

Signature `serving_default`: pictures from seeds.

Request:
    seed: `(n, 2)`, `int64`. The picture's latents and noise are drawn from
        it, each row by itself: the same seed makes the same picture in any
        batch, and where XLA compiles the graph, up to one level of rounding.

Response:
    image_bytes: `(n,)`, string. PNG files.

Signature `latents`: pictures from latents.

Request:
    latents: `(n, latent_dim)`, `float32`, standard normal.
    noise: `(n, num_noise)`, `float32`, standard normal. Only for instances
        that were sealed with random noise.

Response:
    images: `(n, resolution, resolution, channels)`, `uint8`.
"""

import keras
import numpy as np
import tensorflow as tf

from export.servables import random_inputs
from export.servables import servable


def sealed_instance(instance: keras.Model) -> servable.Servable:
    """A sealed instance as a servable; its contract is this module's.

    The functions are traced once and read the weights when they are called:
    whoever writes many instances of one generator makes one servable and fills
    other weights into `instance` between two times of writing.

    Args:
        instance: What `models.seal` made.
    """
    latent_dim, *others = (each.shape[-1] for each in instance.inputs)

    def network(latents, *noise):
        inputs = [latents, *noise] if noise else latents
        return random_inputs.to_pixels(instance(inputs, training=False))

    def from_latents(latents, *noise):
        latents = tf.ensure_shape(latents, (None, latent_dim))
        noise = [
            tf.ensure_shape(each, (None, length))
            for each, length in zip(noise, others, strict=True)
        ]
        return {"images": random_inputs.through(network, latents, *noise)}

    def from_seeds(seed):
        seed = tf.ensure_shape(seed, (None, 2))
        latents = random_inputs.normal_rows(
            seed, latent_dim, random_inputs.LATENTS
        )
        noise = [
            random_inputs.normal_rows(seed, length, random_inputs.NOISE)
            for length in others
        ]
        return {
            "image_bytes": random_inputs.png_rows(
                random_inputs.through(network, latents, *noise)
            )
        }

    return servable.Servable(
        module=servable.module_of(instance.weights),
        signatures={
            "serving_default": tf.function(
                from_seeds, [tf.TensorSpec((None, 2), tf.int64, "seed")]
            ),
            "latents": _latents_signature(from_latents, latent_dim, others),
        },
        examples=_examples(latent_dim, others),
        metadata={
            "kind": "sealed_instance",
            "resolution": instance.output_shape[1],
            "channels": instance.output_shape[-1],
            "latent_dim": latent_dim,
            "num_noise": sum(others),
        },
    )


def _latents_signature(serve, latent_dim, others):
    """The function, with `noise` among its parameters where there is any."""
    spec = [tf.TensorSpec((None, latent_dim), tf.float32, "latents")]
    if not others:
        return tf.function(lambda latents: serve(latents), spec)
    spec.append(tf.TensorSpec((None, *others), tf.float32, "noise"))
    return tf.function(lambda latents, noise: serve(latents, noise), spec)


def _examples(latent_dim, others):
    """Requests of one and of eight rows for each signature."""
    names = ["latents", "noise"]
    lengths = [latent_dim, *others]
    random = np.random.default_rng(0)
    return {
        "serving_default": [
            {"seed": random_inputs.example_seeds(rows)} for rows in (1, 8)
        ],
        "latents": [
            {
                name: random.standard_normal((rows, length), np.float32)
                for name, length in zip(names, lengths, strict=False)
            }
            for rows in (1, 8)
        ],
    }
