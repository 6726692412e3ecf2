"""A trained generator with its decoder, ready for use."""

import functools
import os
import pathlib

import keras
import numpy as np
import numpy.typing as npt

from tf_fingerprint import config
from tf_fingerprint import data
from tf_fingerprint import models
from tf_fingerprint.models import sampling
from tf_fingerprint.runs import base
from tf_fingerprint.runs import directory as run_directory

PRETRAINED = run_directory.PRETRAINED


class Run(base.Run):
    """A generator with its decoder, and what they were trained with.

    Args:
        settings: The config of the training.
        generator: Maps `[latents, fingerprints, noise]` to images.
        decoder: Maps images to `(latents, logits)`.
        folder: The run directory.
    """

    def __init__(
        self,
        settings: config.Config,
        generator: models.Generator,
        decoder: models.Decoder,
        *,
        folder: pathlib.Path,
    ):
        super().__init__(settings, decoder, folder=folder)
        self.generator = generator

    @functools.cached_property
    def generator_digest(self) -> str:
        """SHA-256 of the generator's weights."""
        return run_directory.weights_digest(self.generator)

    def generate(
        self,
        num_images: int,
        *,
        fingerprints: npt.ArrayLike | None = None,
        seed: int | None = None,
        batch_size: int = 64,
        progress: bool = False,
    ) -> npt.NDArray[np.uint8]:
        """Makes pictures with the open generator; see `sampling.open_pictures`.

        Args:
            num_images: How many.
            fingerprints: One for all, or one for each; random if not given.
            seed: Of everything drawn; a new one if not given.
            batch_size: Pictures made at a time.
            progress: Whether to draw a progress bar, if on a terminal.

        Returns:
            `(num_images, resolution, resolution, channels)`, `uint8`.
        """
        return sampling.open_pictures(
            self.generator,
            num_images,
            fingerprints=fingerprints,
            noise=self.config.networks.noise,
            seed=seed,
            batch_size=batch_size,
            progress=progress,
        )

    def _read(self, part):
        _, logits = self.decoder(data.to_unit(part), training=False)
        return keras.ops.convert_to_numpy(logits)

    def seal(self, fingerprint: npt.ArrayLike) -> keras.Model:
        """The generator with one fingerprint sealed in; see `models.seal`."""
        return models.seal(
            self.generator, fingerprint, noise=self.config.networks.noise
        )


def read(folder: str | os.PathLike[str], kind: type[Run] = Run) -> Run:
    """Opens a run directory of this method.

    Args:
        folder: The run directory.
        kind: What to make of it.

    Raises:
        errors.RunError: If it is incomplete or of several trainings.
        errors.ConfigError: If its config can't be read.
    """
    return kind(*run_directory.read(folder), folder=pathlib.Path(folder))
