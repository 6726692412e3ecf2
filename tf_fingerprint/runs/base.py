"""A trained run, opened: what reads fingerprints in pictures."""

import abc
import functools
import pathlib
from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from tf_fingerprint import calibration as calibrations
from tf_fingerprint import registry as registries
from tf_fingerprint.data import preprocessing
from tf_fingerprint.runs import abilities
from tf_fingerprint.runs import directory


class Run(abc.ABC):
    """A folder, the config in it, and a decoder.

    A subclass has `_read(part)`, from pictures of `decode` to logits, and
    `generator_digest`, by which registries know its fingerprints.

    Args:
        settings: The config of the training.
        decoder: Maps images to logits, or to latents and logits.
        folder: The run directory.
    """

    def __init__(
        self, settings: Any, decoder: keras.Model, *, folder: pathlib.Path
    ):
        self.config = settings
        self.decoder = decoder
        self.folder = folder
        # What is costly to make and used again, by whoever makes it.
        self.kept: dict[Any, Any] = {}

    @property
    @abc.abstractmethod
    def generator_digest(self) -> str:
        """SHA-256 of the weights that put the fingerprint in."""

    @abc.abstractmethod
    def _read(self, part: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Logits of a few pictures, `(pictures, num_bits)`."""

    @functools.cached_property
    def decoder_digest(self) -> str:
        """SHA-256 of the decoder's weights."""
        return directory.weights_digest(self.decoder)

    @property
    def record(self) -> registries.GeneratorRecord:
        """What a registry holds of this run."""
        return registries.GeneratorRecord(
            self.generator_digest,
            self.decoder_digest,
            num_bits=self.config.networks.num_bits,
            resolution=self.config.data.resolution,
        )

    @functools.cached_property
    def calibration(self) -> calibrations.Calibration | None:
        """The calibration in its folder, if any; see `calibrations.of_run`."""
        return calibrations.of_run(self.folder, self.record)

    @property
    def form(self) -> tuple[int, int]:
        """Resolution and channels of what its decoder takes."""
        return self.config.data.resolution, self.config.data.channels

    @functools.cached_property
    def abilities(self) -> Mapping[str, float]:
        """Shares of bits read after what happened to pictures, if measured."""
        return abilities.of_run(self.folder)

    def read_images(self, images: Any) -> npt.NDArray[np.uint8]:
        """Pictures as the networks take them; see `preprocessing.as_array`."""
        return preprocessing.as_array(
            images,
            resolution=self.config.data.resolution,
            channels=self.config.data.channels,
        )

    def decode(
        self, images: Any, batch_size: int = 64
    ) -> npt.NDArray[np.float32]:
        """What the decoder reads in pictures.

        Args:
            images: As in `preprocessing.as_array`, which raises if it must.
            batch_size: Pictures decoded at a time.

        Returns:
            Logits, `(images, num_bits)`; positive means 1.
        """
        pictures = self.read_images(images)
        parts = [
            self._read(pictures[start : start + batch_size])
            for start in range(0, len(pictures), batch_size)
        ]
        empty = np.zeros((0, self.config.networks.num_bits), "float32")
        return np.concatenate([empty, *parts])
