"""Grids of pictures that show what latents and fingerprints do."""

import os
import pathlib

import numpy as np
import PIL.Image

from tf_fingerprint import data
from tf_fingerprint import models

SIDE = 8


def draw(
    generator,
    folder: str | os.PathLike[str],
    name: str,
    *,
    active_bits: int,
    noise: str = "random",
    seed: int = 0,
) -> None:
    """Writes four grids, the same latents and fingerprints every time.

    `arbitrary`: every picture its own latents and fingerprint.
    `same_fingerprint`: every picture its own latents, one fingerprint.
    `same_latents`: one row for each latent, one column for each fingerprint;
    where rows differ and columns don't, the latents own the content.
    `residual`: difference of each column from the first, times 5.

    `active_bits`: bits in use; the others are held neutral.
    """
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    count = SIDE * SIDE
    latents = random.standard_normal((count, generator.latent_dim), "float32")
    bits = random.integers(0, 2, (count, generator.num_bits)).astype("float32")
    bits[:, active_bits:] = 0.5
    noises = random.standard_normal((count, generator.num_noise), "float32")
    if noise != "random":
        fixed = models.fixed_noise(generator.output_shape[1])
        noises[:] = fixed if noise == "fixed" else 0

    def pictures(latents, bits, noises=noises):
        # Called, not `predict`ed: that would wait for other workers.
        inputs = [latents, bits, noises]
        return np.asarray(generator(inputs, training=False))

    crossed = pictures(
        np.repeat(latents[:SIDE], SIDE, axis=0),
        np.tile(bits[:SIDE], (SIDE, 1)),
        # One for each row, or residuals would show the noise's differences.
        np.repeat(noises[:SIDE], SIDE, axis=0),
    )
    rows = crossed.reshape(SIDE, SIDE, *crossed.shape[1:])
    residual = 5 * (rows - rows[:, :1]).reshape(crossed.shape)
    for kind, images in {
        "arbitrary": pictures(latents, bits),
        "same_fingerprint": pictures(latents, np.repeat(bits[:1], count, 0)),
        "same_latents": crossed,
        "residual": residual,
    }.items():
        path = folder / f"{name}_{kind}.png"
        draft = folder / f".draft-{path.name}"
        tile(data.to_pixels(images)).save(draft)
        os.replace(draft, path)


def tile(images) -> PIL.Image.Image:
    """Puts pictures side by side.

    `images`: `(side * side, height, width, channels)`, uint8.
    """
    count, height, width, channels = images.shape
    side = int(np.sqrt(count))
    rows = images.reshape(side, side, height, width, channels)
    sheet = rows.transpose(0, 2, 1, 3, 4)
    sheet = sheet.reshape(side * height, side * width, channels)
    return PIL.Image.fromarray(sheet.squeeze(-1) if channels == 1 else sheet)
