"""Verdicts on pictures, by whatever run reads fingerprints in them."""

from collections.abc import Mapping
from typing import Any
from typing import Protocol

import numpy.typing as npt

from tf_fingerprint import calibration as calibrations
from tf_fingerprint import registry as registries
from tf_fingerprint.attribution import matching
from tf_fingerprint.attribution.candidates import Candidates
from tf_fingerprint.attribution.judge import Judge
from tf_fingerprint.attribution.verdict import Verdict


class Reader(Protocol):
    """What a verdict needs of a run: `runs.base.Run` has it."""

    @property
    def generator_digest(self) -> str:
        """What registries know the run's fingerprints by."""

    @property
    def calibration(self) -> calibrations.Calibration | None:
        """How its decoder does on pictures from elsewhere."""

    @property
    def form(self) -> tuple[int, int]:
        """Resolution and channels of what its decoder takes."""

    @property
    def abilities(self) -> Mapping[str, float]:
        """Shares of bits that it reads after what happened to pictures."""

    def decode(self, images: Any, batch_size: int = 64) -> npt.NDArray:
        """Logits of pictures."""


def attribute(
    run: Reader,
    images: Any,
    registry: registries.Registry | Candidates,
    *,
    max_false_positive_rate: float = 1e-6,
) -> list[matching.Attribution]:
    """Names the recipient whose fingerprint is in each picture, or nobody.

    Args:
        run: What reads them.
        images: As in `preprocessing.as_array`.
        registry: Path, URL, opened registry, or candidates read from one.
        max_false_positive_rate: Tolerated probability that a picture from
            elsewhere is attributed to anybody at all.

    Returns:
        One verdict a picture.

    Raises:
        ValueError, errors.DataError: As `preprocessing.as_array`.
        errors.RegistryError: If the registry can't be opened, or knows
            nothing of this run.
    """
    return matching.attribute_many(
        run.decode(images) > 0,
        candidates_of(run, registry),
        max_false_positive_rate=max_false_positive_rate,
    )


def judge(
    run: Reader,
    images: Any,
    registry: registries.Registry | Candidates,
    *,
    max_false_positive_rate: float = 1e-6,
) -> list[Verdict]:
    """As `attribute`, but one of four verdicts, by the calibration too.

    Args:
        run: As there.
        images: As there.
        registry: As there.
        max_false_positive_rate: As there.

    Returns:
        One verdict a picture.
    """
    judging = Judge(
        candidates_of(run, registry),
        run.calibration,
        max_false_positive_rate=max_false_positive_rate,
    )
    return judging.judge(run.decode(images))


def candidates_of(
    run: Reader, registry: registries.Registry | Candidates
) -> Candidates:
    """All fingerprints that a registry holds of a run."""
    if isinstance(registry, Candidates):
        return registry
    with registries.opened(registry) as store:
        return Candidates.load(store, run.generator_digest)
