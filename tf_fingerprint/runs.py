"""A trained run, ready for use: makes pictures, issues, attributes."""

import datetime
import functools
import os
import pathlib
from collections.abc import Collection
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from tf_fingerprint import artificial
from tf_fingerprint import attributing
from tf_fingerprint import calibration as calibrations
from tf_fingerprint import config
from tf_fingerprint import data
from tf_fingerprint import delivery
from tf_fingerprint import found_images
from tf_fingerprint import issuing
from tf_fingerprint import models
from tf_fingerprint import registry as registries
from tf_fingerprint import run_files
from tf_fingerprint import sampling

PRETRAINED = run_files.PRETRAINED


def load(
    run: str | os.PathLike[str] = PRETRAINED,
) -> "Run | artificial.CodecRun":
    """Opens a run directory, or the weights that come with the package.

    Args:
        run: A run directory, or `"pretrained"`.

    Returns:
        The run; of a codec, if its config says so.

    Raises:
        errors.RunError: If it is missing, incomplete or of several trainings.
        errors.ConfigError: If its config can't be read.
    """
    folder = run_files.folder_of(run)
    if run_files.method_of(folder) == config.CodecConfig.method:
        return artificial.read(folder)
    return Run(*run_files.read(folder), folder=folder)


class Run:
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
        self.config = settings
        self.generator = generator
        self.decoder = decoder
        self.folder = folder
        self._bundle_writers: dict[Any, Any] = {}

    @functools.cached_property
    def generator_digest(self) -> str:
        """SHA-256 of the generator's weights."""
        return run_files.weights_digest(self.generator)

    @functools.cached_property
    def decoder_digest(self) -> str:
        """SHA-256 of the decoder's weights."""
        return run_files.weights_digest(self.decoder)

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

    def read_images(self, images: Any) -> npt.NDArray[np.uint8]:
        """Pictures as the decoder takes them; see `found_images.as_array`."""
        return found_images.as_array(
            images,
            resolution=self.config.data.resolution,
            channels=self.config.data.channels,
        )

    def decode(self, images: Any, batch_size: int = 64) -> npt.NDArray:
        """What the decoder reads in pictures.

        Args:
            images: As in `found_images.as_array`, which raises if it must.
            batch_size: Pictures decoded at a time.

        Returns:
            Logits, `(images, num_bits)`; positive means 1.
        """
        return attributing.logits_of(
            self._read,
            self.read_images(images),
            self.config.networks.num_bits,
            batch_size,
        )

    def _read(self, part):
        _, logits = self.decoder(data.to_unit(part), training=False)
        return keras.ops.convert_to_numpy(logits)

    def attribute(
        self,
        images: Any,
        registry: issuing.Registry | registries.Candidates,
        *,
        max_false_positive_rate: float = 1e-6,
    ) -> list[registries.Attribution]:
        """Names the recipient whose instance made each picture, or nobody.

        Args:
            images: As in `found_images.as_array`.
            registry: Path, URL, opened registry, or candidates read from one.
            max_false_positive_rate: Tolerated probability that a picture from
                elsewhere is attributed to anybody at all.

        Returns:
            One verdict a picture.

        Raises:
            ValueError, errors.DataError: As `found_images.as_array`.
            errors.RegistryError: If the registry can't be opened, or knows
                nothing of this run's generator.
        """
        return attributing.attribute(
            self,
            images,
            registry,
            max_false_positive_rate=max_false_positive_rate,
        )

    def judge(
        self,
        images: Any,
        registry: issuing.Registry | registries.Candidates,
        *,
        max_false_positive_rate: float = 1e-6,
    ) -> list[calibrations.Verdict]:
        """As `attribute`, but one of four verdicts, by the calibration too."""
        return attributing.judge(
            self,
            images,
            registry,
            max_false_positive_rate=max_false_positive_rate,
        )

    def seal(self, fingerprint: npt.ArrayLike) -> keras.Model:
        """The generator with one fingerprint sealed in; see `models.seal`."""
        return models.seal(
            self.generator, fingerprint, noise=self.config.networks.noise
        )

    def issue(
        self,
        recipient: str,
        registry: issuing.Registry,
        *,
        to: str | os.PathLike[str] | None = None,
        formats: Collection[str] = (),
        sign_with: str | os.PathLike[str] | None = None,
        secret: str | os.PathLike[str] | None = None,
        expires_at: datetime.datetime | None = None,
    ) -> issuing.Issued:
        """Hands a sealed copy out; see `issuing.issue`."""
        return issuing.issue(
            self,
            recipient,
            registry,
            to=to,
            formats=formats,
            sign_with=sign_with,
            secret=secret,
            expires_at=expires_at,
        )

    def hand_out(
        self,
        issuance_id: str,
        registry: issuing.Registry,
        *,
        to: str | os.PathLike[str],
        formats: Collection[str] = (),
        sign_with: str | os.PathLike[str] | None = None,
        secret: str | os.PathLike[str] | None = None,
    ) -> issuing.Issued:
        """Hands out the copy of a reservation; see `issuing.hand_out`."""
        return issuing.hand_out(
            self,
            issuance_id,
            registry,
            to=to,
            formats=formats,
            sign_with=sign_with,
            secret=secret,
        )

    def bundle_writer(
        self,
        formats: Collection[str] = (),
        sign_with: str | os.PathLike[str] | None = None,
    ):
        """What writes this run's bundles: the same one for the same options.

        Args:
            formats: Beside Keras and SavedModel: "tflite", "onnx".
            sign_with: PEM file of a private key.

        Returns:
            `export.bundle.BundleWriter`, which shares what it can.
        """
        key = (tuple(formats), sign_with)
        if key not in self._bundle_writers:
            self._bundle_writers[key] = delivery.bundle_writer(
                self, formats=formats, sign_with=sign_with
            )
        return self._bundle_writers[key]
