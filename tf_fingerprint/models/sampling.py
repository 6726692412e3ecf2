"""What networks make of random latents: pictures, the same for every seed."""

from collections.abc import Iterator

import keras
import numpy as np
import numpy.typing as npt
import tqdm

from tf_fingerprint import data
from tf_fingerprint import fingerprints as fingerprint_bits
from tf_fingerprint import models


def sample_inputs(
    num_images: int,
    *,
    latent_dim: int,
    num_noise: int,
    seed: int | None = None,
    batch_size: int = 64,
) -> Iterator[tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]]:
    """Latents and noise, batch by batch.

    Latents and noise come from streams of their own, so that neither the batch
    size nor whether a network takes noise changes the pictures of a seed.

    `num_noise`: length of a noise vector; 0 for none. Returns an iterator over
    pairs of `(batch, latent_dim)` and `(batch, num_noise)`, standard normal.
    """
    latents, noise = np.random.default_rng(seed).spawn(2)
    for start in range(0, num_images, batch_size):
        batch = min(batch_size, num_images - start)
        yield (
            latents.standard_normal((batch, latent_dim), np.float32),
            noise.standard_normal((batch, num_noise), np.float32),
        )


def open_pictures(
    generator: models.Generator,
    num_images: int,
    *,
    fingerprints: npt.ArrayLike | None = None,
    noise: str = "random",
    seed: int | None = None,
    batch_size: int = 64,
    progress: bool = False,
) -> npt.NDArray[np.uint8]:
    """Makes pictures with an open generator.

    `fingerprints`: `(num_bits,)` of 0 and 1 for all pictures, or
    `(num_images, num_bits)`. If not given, each picture has one of its own,
    drawn from the seed and issued to nobody. Returns
    `(num_images, resolution, resolution, channels)`, `uint8`.
    """
    batches = open_images(
        generator,
        num_images,
        fingerprints=fingerprints,
        noise=noise,
        seed=seed,
        batch_size=batch_size,
    )
    pictures = []
    with tqdm.tqdm(
        total=num_images, unit="picture", disable=None if progress else True
    ) as bar:
        for images in batches:
            pictures.append(data.to_pixels(images))
            bar.update(len(images))
    return np.concatenate(pictures)


def open_images(
    generator: models.Generator,
    num_images: int,
    *,
    fingerprints: npt.ArrayLike | None = None,
    noise: str = "random",
    seed: int | None = None,
    batch_size: int = 64,
) -> Iterator[npt.NDArray[np.float32]]:
    """What an open generator puts out before it is rounded, batch by batch.

    `fingerprints`: one for all, or one for each; random if not given. Returns
    an iterator over `(batch, resolution, resolution, channels)`, in [-1, 1] but
    for what goes beyond.
    """
    each = _each_fingerprint(fingerprints, num_images, generator.num_bits, seed)
    num_noise = generator.num_noise
    constant = np.zeros(num_noise, np.float32)
    if noise == "fixed":
        constant = models.fixed_noise(generator.output_shape[1])
    made = 0
    for latents, values in sample_inputs(
        num_images,
        latent_dim=generator.latent_dim,
        num_noise=num_noise,
        seed=seed,
        batch_size=batch_size,
    ):
        if noise != "random":
            values = np.broadcast_to(constant, values.shape)
        part = each[made : made + len(latents)]
        images = generator([latents, part, values], training=False)
        yield keras.ops.convert_to_numpy(images)
        made += len(latents)


def sealed_pictures(
    instance: keras.Model,
    num_images: int,
    *,
    seed: int | None = None,
    batch_size: int = 64,
) -> npt.NDArray[np.uint8]:
    """Makes pictures with a sealed instance, as its recipient does.

    For the same seed they show what `Run.generate` shows.

    Args:
        instance: From `models.seal`, or read from `instance.keras`.
        num_images: How many.
        seed: Of latents and noise; a new one if not given.
        batch_size: Pictures made at a time.

    Returns:
        `(num_images, resolution, resolution, channels)`, `uint8`.
    """
    latent_dim, *others = (each.shape[-1] for each in instance.inputs)
    batches = sample_inputs(
        num_images,
        latent_dim=latent_dim,
        num_noise=sum(others),
        seed=seed,
        batch_size=batch_size,
    )
    pictures = []
    for latents, noise in batches:
        inputs = [latents, noise] if others else latents
        images = instance(inputs, training=False)
        pictures.append(data.to_pixels(keras.ops.convert_to_numpy(images)))
    return np.concatenate(pictures)


def _each_fingerprint(fingerprints, num_images, num_bits, seed):
    """One fingerprint for each picture, `(num_images, num_bits)`, float32."""
    if fingerprints is None:
        *_, draws = np.random.default_rng(seed).spawn(3)
        fingerprints = draws.integers(0, 2, (num_images, num_bits))
    fingerprints = fingerprint_bits.check_bits(fingerprints)
    shape = (num_images, num_bits)
    if fingerprints.shape not in (shape, shape[1:]):
        raise ValueError(
            f"`fingerprints` must be one of {num_bits} bits, or {num_images} "
            "of them. Received an array of "
            f"{' x '.join(map(str, fingerprints.shape))}."
        )
    return np.broadcast_to(fingerprints.astype("float32"), shape)
