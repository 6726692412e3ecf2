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
from tf_fingerprint.registry import decoders


class Reader(Protocol):
    """What a verdict needs of a run: `runs.base.Run` has it."""

    @property
    def generator_digest(self) -> str:
        """What registries know the run's fingerprints by."""

    @property
    def record(self) -> registries.GeneratorRecord:
        """What registries hold of it: both digests, and what they are of."""

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
        errors.RegistryError: If the registry can't be opened, knows nothing
            of this run, or knows it with another decoder.
        errors.AuditError: If the registry was changed past its log.
    """
    found = matching.attribute_many(
        run.decode(images) > 0,
        candidates_of(run, registry),
        max_false_positive_rate=max_false_positive_rate,
    )
    _vouch(registry, [each.record for each in found])
    return found


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
    verdicts = judging.judge(run.decode(images))
    _vouch(registry, [record for each in verdicts for record in named(each)])
    return verdicts


def candidates_of(
    run: Reader, registry: registries.Registry | Candidates
) -> Candidates:
    """All fingerprints that a registry holds of a run, decoder and all."""
    if isinstance(registry, Candidates):
        decoders.check_same(registry.generator, run.record)
        return registry
    with registries.opened(registry) as store:
        registries.check_generator(store, run.record)
        return Candidates.load(store, run.generator_digest)


def named(verdict: Verdict) -> list[registries.IssuanceRecord]:
    """The issuances that a verdict names: carried, or with a part in it."""
    accused = [each.record for each in verdict.accused]
    return accused if verdict.carried is None else [verdict.carried, *accused]


def _vouch(registry, records):
    """Has the log vouch for whoever is named."""
    if isinstance(registry, Candidates) or not any(records):
        return
    with registries.opened(registry) as store:
        for record in {each.id: each for each in records if each}.values():
            store.vouched(record)
