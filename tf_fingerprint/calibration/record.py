"""What a decoder answers on photographs that no instance made, kept."""

import dataclasses
import datetime
import functools
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint import registry
from tf_fingerprint.calibration import files
from tf_fingerprint.calibration import null_rates
from tf_fingerprint.calibration import presence
from tf_fingerprint.calibration import refusal
from tf_fingerprint.calibration.groups import Groups
from tf_fingerprint.calibration.levels import Levels
from tf_fingerprint.calibration.soft import SoftModel

MIN_PHOTOGRAPHS = 2000

# Share of photographs that may be taken to carry some fingerprint.
MAX_PRESENCE_RATE = 1e-3

_MAX_DRAWS = 100


@dataclasses.dataclass(frozen=True, eq=False)
class Calibration:
    """The decoded photographs of one decoder, and what follows from them.

    All that is measured follows from the decoded bits, which are kept whole:
    the false-positive rate of any fingerprint at any threshold is counted, not
    modelled.

    Args:
        generator: The generator and the decoder that read the photographs.
        sources: Name of each source of photographs and how many came from it,
            at least two, in the order of the bits.
        data_digest: SHA-256 of their pixels, as `data.load` gives it.
        made_at: When they were decoded, with its time zone.
        read: What the decoder read in them.
        soft: What the logits are worth, learned on the generator's pictures.
    """

    generator: registry.GeneratorRecord
    sources: tuple[tuple[str, int], ...]
    data_digest: str
    made_at: datetime.datetime
    read: Levels
    soft: SoftModel

    def __len__(self) -> int:
        return len(self.read)

    @property
    def decoded_bits(self) -> npt.NDArray[np.uint8]:
        """`(photographs, num_bits)` of 0 and 1."""
        return self.read.bits

    @property
    def logits(self) -> npt.NDArray[np.float32]:
        """`(photographs, num_bits)`, coarsely: what the bits came from."""
        return self.read.logits

    @functools.cached_property
    def digest(self) -> str:
        """SHA-256 of the record's file, unpacked if it is packed."""
        return hashlib.sha256(files.to_bytes(self._parts())).hexdigest()

    @functools.cached_property
    def rate_of_ones(self) -> npt.NDArray[np.float64]:
        """Share of photographs in which each bit was read as 1."""
        return null_rates.rate_of_ones(self.decoded_bits)

    @property
    def habit(self) -> npt.NDArray[np.uint8]:
        """What the decoder answers on most photographs, bit by bit."""
        return (self.rate_of_ones > 0.5).astype(np.uint8)

    @functools.cached_property
    def effective_bits(self) -> float:
        """Number of independent fair bits that the bits are worth."""
        return null_rates.effective_bits(self.decoded_bits)

    @functools.cached_property
    def presence(self) -> presence.PresenceTest:
        """Tells images that carry some fingerprint from photographs."""
        return presence.PresenceTest.fit(
            self.decoded_bits, self.sources, MAX_PRESENCE_RATE
        )

    def groups(self, size: int) -> Groups:
        """The photographs in groups of so many; see `Groups`."""
        if size not in self._groups:
            self._groups[size] = Groups(
                self.decoded_bits, self.logits, self.soft, size
            )
        return self._groups[size]

    @functools.cached_property
    def _groups(self) -> dict[int, Groups]:
        return {}

    def measured_rate(
        self, fingerprint: npt.ArrayLike, num_matches: int
    ) -> null_rates.MeasuredRate:
        """How often photographs match a fingerprint at least so well.

        Args:
            fingerprint: `(num_bits,)` of 0 and 1, any.
            num_matches: Matching bits that count as a hit.

        Raises:
            ValueError: If the fingerprint has another number of bits.
        """
        matches = self._matches(fingerprint)
        return null_rates.MeasuredRate.of(
            int((matches >= num_matches).sum()), len(self)
        )

    def refuses(
        self,
        fingerprint: npt.ArrayLike,
        *,
        max_measured_rate: float = refusal.MAX_MEASURED_RATE,
    ) -> bool:
        """Whether a fingerprint lies too near to what photographs read as.

        Issuance must not hand such a one out: its recipient would be accused
        far more often than the formula says.

        Args:
            fingerprint: `(num_bits,)` of 0 and 1, freshly drawn.
            max_measured_rate: Share of the photographs that may match as many
                bits as chance lets 1 in 1,000 match.

        Returns:
            True if more of them do, or if any single photograph matches as
            many bits as chance lets 1 in 1,000,000 match.

        Raises:
            ValueError: If the fingerprint has another number of bits.
        """
        matches = self._matches(fingerprint)
        return refusal.is_refused(
            matches, self.generator.num_bits, max_measured_rate
        )

    def acceptable(self, fingerprint: npt.ArrayLike) -> bool:
        """Whether issuance may hand a fingerprint out; see `refuses`."""
        return not self.refuses(fingerprint)

    def draw(self, num_bits: int) -> npt.NDArray[np.uint8]:
        """Draws a fingerprint that may be handed out, for `registry.issue`.

        It is drawn uniformly from those that are not refused. If a share r of
        all is, that makes no p-value larger than by the factor `1 / (1 - r)`.

        Args:
            num_bits: Length of the fingerprint.

        Returns:
            `(num_bits,)` of 0 and 1.

        Raises:
            ValueError: If the decoder reads another number of bits.
            errors.CalibrationError: If photographs match nearly everything.
        """
        for _ in range(_MAX_DRAWS):
            drawn = fingerprints.random_bits(num_bits)
            if not self.refuses(drawn):
                return drawn
        raise errors.CalibrationError(
            "Some fingerprints must be unlike what the decoder answers on "
            f"photographs. {_MAX_DRAWS} were drawn, and all were refused. "
            "Nothing can be attributed with this decoder; train another."
        )

    def best_match_counts(
        self, packed: npt.NDArray[np.uint8]
    ) -> dict[int, int]:
        """Null distribution of the best match over a registry.

        Args:
            packed: `(candidates, bytes)`, the fingerprints to choose among,
                at least one; see `fingerprints.pack`.

        Returns:
            Number of photographs by matching bits with their nearest candidate.
        """
        issued = fingerprints.unpack(packed, self.generator.num_bits)
        best = null_rates.best_matches(self.decoded_bits, issued)
        values, counts = np.unique(best, return_counts=True)
        return dict(zip(values.tolist(), counts.tolist(), strict=True))

    def check_decoder(self, generator: registry.GeneratorRecord) -> None:
        """Raises a `CalibrationError` unless this is that run's calibration."""
        if self.generator != generator:
            raise errors.CalibrationError(
                "A calibration holds for one decoder only. This one is of "
                f"decoder {self.generator.decoder_digest[:12]}; the images are "
                f"read by {generator.decoder_digest[:12]}. Calibrate that one "
                "with `tf-fingerprint calibrate`."
            )

    def summary(self) -> dict[str, Any]:
        """What was measured, as JSON can hold it."""
        bias = np.abs(2 * self.rate_of_ones - 1)
        return {
            "digest": self.digest,
            "photographs": len(self),
            "sources": dict(self.sources),
            "data_digest": self.data_digest,
            "made_at": self.made_at.isoformat(),
            "generator_digest": self.generator.digest,
            "decoder_digest": self.generator.decoder_digest,
            "num_bits": self.generator.num_bits,
            "habit": fingerprints.to_hex(self.habit),
            "mean_bias": float(bias.mean()),
            "largest_bias": float(bias.max()),
            "effective_bits": self.effective_bits,
            "presence": self.presence.to_dict(),
        }

    def save(self, path: str | Path) -> None:
        """Writes the record to one file, wholly or not at all.

        Args:
            path: The file; an earlier one is replaced. If its name ends with
                `.gz`, it is packed.

        Raises:
            errors.CalibrationError: If it can't be written.
        """
        files.write(Path(path), self._parts())

    def _parts(self):
        """The fields by name, without what follows from them."""
        return {
            field.name: getattr(self, field.name)
            for field in dataclasses.fields(self)
        }

    @functools.cached_property
    def _packed(self):
        return null_rates.Packed(self.decoded_bits)

    def _matches(self, fingerprint):
        """Matching bits of each photograph with it, if it has enough bits."""
        fingerprint = fingerprints.check_bits(fingerprint)
        num_bits = self.generator.num_bits
        if fingerprint.shape != (num_bits,):
            raise ValueError(
                f"`fingerprint` must have {num_bits} bits, like the decoder's "
                f"answers. Received {fingerprint.size}."
            )
        return self._packed.matches(fingerprint)


def load(path: str | Path) -> Calibration:
    """Reads a calibration that `Calibration.save` wrote.

    Args:
        path: The file.

    Raises:
        errors.CalibrationError: If there is none, or it isn't whole.
    """
    return Calibration(**files.read(Path(path)))
