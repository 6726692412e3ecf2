"""What a registry holds, and what is asked of the place that keeps it."""

import dataclasses
import datetime
import enum
import re
import unicodedata
from collections.abc import Sequence
from typing import Any
from typing import Protocol

import numpy as np
import numpy.typing as npt

from tf_fingerprint import fingerprints

_SHA256 = re.compile("[0-9a-f]{64}")


class State(enum.StrEnum):
    """How far an issuance has come."""

    RESERVED = "reserved"  # Recorded; the sealed copy may or may not be out.
    ISSUED = "issued"  # The sealed copy has been delivered.


@dataclasses.dataclass(frozen=True, slots=True)
class GeneratorRecord:
    """A trained generator and the decoder that reads its fingerprints.

    Args:
        digest: SHA-256 of the generator's weights, 64 lower-case digits.
        decoder_digest: SHA-256 of the decoder's weights, likewise.
        num_bits: Length of its fingerprints, from 8 to 512.
        resolution: Height and width of its images, in pixels.

    Raises:
        ValueError: If a digest, the length or the resolution can't be one.
    """

    digest: str
    decoder_digest: str
    num_bits: int
    resolution: int

    def __post_init__(self):
        for name in ("digest", "decoder_digest"):
            digest = getattr(self, name)
            if not _SHA256.fullmatch(digest):
                raise ValueError(
                    f"`{name}` must be a SHA-256 of 64 lower-case hexadecimal "
                    f"digits. Received {digest!r}."
                )
        fingerprints.check_num_bits(self.num_bits)
        if self.resolution < 1:
            raise ValueError(
                "`resolution` must be a positive number of pixels. Received "
                f"{self.resolution}."
            )


@dataclasses.dataclass(frozen=True, slots=True)
class IssuanceRecord:
    """One fingerprint and the recipient it stands for.

    Args:
        id: Names the issuance without giving the fingerprint away.
        fingerprint: In hexadecimal, as `fingerprints.to_hex` writes it.
        recipient: Party that receives the generator instance: text that fits
            on one line, without white space around it.
        issued_at: When it was recorded; any time zone, kept as UTC.
        generator: The generator that the fingerprint goes into.
        state: How far the issuance has come.

    Raises:
        ValueError: If the fingerprint does not have the generator's number of
            bits, `issued_at` has no time zone, or the recipient has no name.
    """

    id: str
    fingerprint: str
    recipient: str
    issued_at: datetime.datetime
    generator: GeneratorRecord
    state: State = State.RESERVED

    def __post_init__(self):
        fingerprints.from_hex(self.fingerprint, self.generator.num_bits)
        _check_recipient(self.recipient)
        if self.issued_at.tzinfo is None:
            raise ValueError(
                "`issued_at` must have a time zone. Received "
                f"{self.issued_at.isoformat()}. Add `tzinfo=datetime.UTC`."
            )

    @property
    def bits(self) -> npt.NDArray[np.uint8]:
        """The fingerprint, `(num_bits,)` of 0 and 1."""
        return fingerprints.from_hex(self.fingerprint, self.generator.num_bits)

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON can hold it; the generator by its digest."""
        return {
            "id": self.id,
            "recipient": self.recipient,
            "fingerprint": self.fingerprint,
            "num_bits": self.generator.num_bits,
            "issued_at": self.issued_at.isoformat(),
            "generator_digest": self.generator.digest,
            "state": str(self.state),
        }


class Store(Protocol):
    """Keeps the records of one registry.

    Every method is one transaction: it happens wholly or not at all, also when
    the process is killed, and other processes never see half of it. Methods
    raise `errors.RegistryError` where the registry can't be read or written.
    """

    def append(self, records: Sequence[IssuanceRecord]) -> None:
        """Adds records, and their generators where new: all or none.

        Raises:
            errors.FingerprintTakenError: If a fingerprint was issued before.
            errors.RegistryError: If a generator is known with another decoder,
                length or resolution.
        """

    def change_state(
        self, issuance_id: str, *, before: State, after: State
    ) -> IssuanceRecord:
        """Moves an issuance on; one that is there already stays as it is.

        Raises:
            errors.RegistryError: If there is no such issuance, or its state is
                neither `before` nor `after`.
        """

    def issuance(self, issuance_id: str) -> IssuanceRecord:
        """The issuance of that id; a `RegistryError` if there is none."""

    def issuances(
        self,
        *,
        generator_digest: str | None = None,
        state: State | None = None,
    ) -> list[IssuanceRecord]:
        """All issuances, first recorded first, or those of one kind."""

    def lazy_issuances(
        self, generator: GeneratorRecord
    ) -> Sequence[IssuanceRecord]:
        """All issuances from a generator, first recorded first.

        Millions of them take little memory: see `lazy.LazyRecords`.
        """

    def generator(self, digest: str) -> GeneratorRecord:
        """The generator of that digest; a `RegistryError` if there is none."""

    def generators(self) -> list[GeneratorRecord]:
        """All generators that fingerprints were issued for."""

    def flush(self) -> None:
        """Waits until all that was written would outlive a power failure."""

    def close(self) -> None:
        """Lets go of the registry's files or connections."""


def _check_recipient(recipient: str) -> None:
    has_control_character = any(
        unicodedata.category(character) in ("Cc", "Cs")
        for character in recipient
    )
    if not recipient or recipient != recipient.strip() or has_control_character:
        raise ValueError(
            "`recipient` must be a name on one line, without white space "
            f"around it. Received {recipient!r}."
        )
