"""What a registry holds: generators, and whom which fingerprint stands for."""

import dataclasses
import datetime
import enum
import re
import unicodedata
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_fingerprint import errors
from tf_fingerprint import fingerprints

_SHA256 = re.compile("[0-9a-f]{64}")
_ID = re.compile("[0-9A-Za-z_-]{1,32}")
_MAX_RESOLUTION = 2**16
_MAX_LINE = 2**31 - 1


class State(enum.StrEnum):
    """How far an issuance has come."""

    RESERVED = "reserved"  # Recorded; the sealed copy may or may not be out.
    ISSUED = "issued"  # The sealed copy has been delivered.
    REVOKED = "revoked"  # Withdrawn; the copy may be in the wild all the same.
    RETIRED = "retired"  # Replaced by a later issuance; likewise.


# States of copies that their recipients may use.
IN_USE = (State.RESERVED, State.ISSUED)


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
        if not 1 <= self.resolution <= _MAX_RESOLUTION:
            raise ValueError(
                "`resolution` must be a positive number of pixels, at most "
                f"{_MAX_RESOLUTION}. Received {self.resolution}."
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
        issued_by: Who recorded it, or nothing where that is not known.
        expires_at: Until when the recipient may use the copy; None for ever.
        batch: What `issue_many` calls the list that it came from, if any.
        batch_line: Its line in that list, the first being 1.

    Raises:
        ValueError: If the fingerprint does not have the generator's number of
            bits, a time has no zone, the recipient has no name, or only one of
            `batch` and `batch_line` is given.
    """

    id: str
    # Not shown where records are: in messages, logs and notebooks.
    fingerprint: str = dataclasses.field(repr=False)
    recipient: str
    issued_at: datetime.datetime
    generator: GeneratorRecord
    state: State = State.RESERVED
    issued_by: str = ""
    expires_at: datetime.datetime | None = None
    batch: str | None = None
    batch_line: int | None = None

    def __post_init__(self):
        if not _ID.fullmatch(self.id):
            raise ValueError(
                "`id` must have 1 to 32 letters, digits, dashes or underscores "
                f"of ASCII. Received {self.id!r}."
            )
        fingerprints.from_hex(self.fingerprint, self.generator.num_bits)
        check_name("recipient", self.recipient)
        if self.issued_by:
            check_name("issued_by", self.issued_by)
        check_time("issued_at", self.issued_at)
        if self.expires_at is not None:
            check_time("expires_at", self.expires_at)
        self._check_batch()

    def _check_batch(self):
        if (self.batch is None) != (self.batch_line is None):
            raise ValueError(
                "`batch` and `batch_line` must be given together. Received "
                f"{self.batch!r} and {self.batch_line!r}."
            )
        if self.batch is not None and self.batch_line is not None:
            check_name("batch", self.batch)
            if not 1 <= self.batch_line <= _MAX_LINE:
                raise ValueError(
                    "`batch_line` must be a line's number, the first being 1. "
                    f"Received {self.batch_line}."
                )

    @property
    def bits(self) -> npt.NDArray[np.uint8]:
        """The fingerprint, `(num_bits,)` of 0 and 1."""
        return fingerprints.from_hex(self.fingerprint, self.generator.num_bits)

    def is_expired(self, moment: datetime.datetime) -> bool:
        """Whether its recipient might no longer use it at a moment."""
        return self.expires_at is not None and self.expires_at <= moment

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON can hold it; the generator by its digest."""
        return {
            "id": self.id,
            "recipient": self.recipient,
            "fingerprint": self.fingerprint,
            "num_bits": self.generator.num_bits,
            "issued_at": _in_words(self.issued_at),
            "generator_digest": self.generator.digest,
            "state": str(self.state),
            "issued_by": self.issued_by,
            "expires_at": self.expires_at and _in_words(self.expires_at),
            "batch": self.batch,
            "batch_line": self.batch_line,
        }


def check_same(known: GeneratorRecord, received: GeneratorRecord) -> None:
    """Raises unless a run's networks are those that a registry has.

    Args:
        known: What the registry has of the generator.
        received: What a run says of itself.

    Raises:
        errors.RegistryError: If they differ; the message has both digests.
    """
    if known.decoder_digest != received.decoder_digest:
        raise errors.RegistryError(
            f"A generator must keep its decoder. The registry has the decoder "
            f"{known.decoder_digest} for the generator {known.digest}; the run "
            f"has {received.decoder_digest}. Give the run with the first, or "
            "record that the other counts from now on: `tf-fingerprint "
            "registry change-decoder RUN`."
        )
    if known != received:
        raise errors.RegistryError(
            "A generator must keep its digest, bits and resolution. The "
            f"registry has {known}; the run has {received}. Are these of one "
            "training?"
        )


def check_name(field: str, name: str) -> None:
    """Raises a `ValueError` unless a party or a batch can be called this."""
    has_control_character = any(
        unicodedata.category(character) in ("Cc", "Cs") for character in name
    )
    if not name or name != name.strip() or has_control_character:
        raise ValueError(
            f"`{field}` must be a name on one line, without white space "
            f"around it. Received {name!r}."
        )


def check_time(field: str, moment: datetime.datetime) -> None:
    """Raises a `ValueError` unless a moment is one in UTC, too."""
    if moment.tzinfo is None:
        raise ValueError(
            f"`{field}` must have a time zone. Received "
            f"{moment.isoformat()}. Add `tzinfo=datetime.UTC`."
        )
    try:
        moment.astimezone(datetime.UTC)
    except OverflowError:
        raise ValueError(
            f"`{field}` must lie between the years 1 and 9999 in UTC. "
            f"Received {moment.isoformat()}."
        ) from None


def _in_words(moment):
    """In UTC: Python misreads offsets of less than a second."""
    return moment.astimezone(datetime.UTC).isoformat()
