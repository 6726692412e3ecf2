"""Verdicts on pictures, by whatever run reads fingerprints in them."""

from collections.abc import Callable
from typing import Any
from typing import Protocol

import numpy as np
import numpy.typing as npt

from tf_fingerprint import calibration as calibrations
from tf_fingerprint import issuing
from tf_fingerprint import registry as registries


class Reader(Protocol):
    """What a verdict needs of a run: `runs.Run`, `artificial.CodecRun`."""

    @property
    def generator_digest(self) -> str:
        """What registries know the run's fingerprints by."""

    @property
    def calibration(self) -> calibrations.Calibration | None:
        """How its decoder does on pictures from elsewhere."""

    def decode(self, images: Any, batch_size: int = 64) -> npt.NDArray:
        """Logits of pictures."""


def logits_of(
    read: Callable[[npt.NDArray[np.uint8]], npt.ArrayLike],
    pixels: npt.NDArray[np.uint8],
    num_bits: int,
    batch_size: int,
) -> npt.NDArray[np.float32]:
    """Reads pictures in batches.

    Args:
        read: From a few pictures to their logits.
        pixels: `(images, resolution, resolution, channels)`.
        num_bits: Length of a fingerprint.
        batch_size: Pictures at a time.

    Returns:
        `(images, num_bits)`; positive means 1.
    """
    logits = [np.zeros((0, num_bits), np.float32)]
    for start in range(0, len(pixels), batch_size):
        logits.append(np.asarray(read(pixels[start : start + batch_size])))
    return np.concatenate(logits)


def attribute(
    run: Reader,
    images: Any,
    registry: issuing.Registry | registries.Candidates,
    *,
    max_false_positive_rate: float,
) -> list[registries.Attribution]:
    """Names the recipient whose fingerprint is in each picture, or nobody.

    Args:
        run: What reads them.
        images: As in `found_images.as_array`.
        registry: Path, URL, opened registry, or candidates read from one.
        max_false_positive_rate: Tolerated probability that a picture from
            elsewhere is attributed to anybody at all.

    Returns:
        One verdict a picture.

    Raises:
        ValueError, errors.DataError: As `found_images.as_array`.
        errors.RegistryError: If the registry can't be opened, or knows
            nothing of this run.
    """
    return registries.attribute_many(
        run.decode(images) > 0,
        candidates_of(run, registry),
        max_false_positive_rate=max_false_positive_rate,
    )


def judge(
    run: Reader,
    images: Any,
    registry: issuing.Registry | registries.Candidates,
    *,
    max_false_positive_rate: float,
) -> list[calibrations.Verdict]:
    """As `attribute`, but one of four verdicts, by the calibration too.

    Args:
        run: As there.
        images: As there.
        registry: As there.
        max_false_positive_rate: As there.

    Returns:
        One verdict a picture.
    """
    judging = calibrations.Judge(
        candidates_of(run, registry),
        run.calibration,
        max_false_positive_rate=max_false_positive_rate,
    )
    return judging.judge(run.decode(images))


def candidates_of(
    run: Reader, registry: issuing.Registry | registries.Candidates
) -> registries.Candidates:
    """All fingerprints that a registry holds of a run.

    Args:
        run: `runs.Run` or `artificial.CodecRun`.
        registry: Path, URL, opened registry, or candidates read from one.

    Returns:
        The candidates.
    """
    if isinstance(registry, registries.Candidates):
        return registry
    with issuing.opened(registry) as store:
        return registries.Candidates.load(store, run.generator_digest)
