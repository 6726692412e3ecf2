"""Which pictures of a set are marked, and with which fingerprint."""

import dataclasses
import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_fingerprint import fingerprints

# Of `scrypt`, which turns a guess into some 30 ms of work and 16 MiB.
_COST, _BLOCK, _LANES = 2**14, 8, 1


@dataclasses.dataclass(frozen=True)
class Marking:
    """Decides of each picture by its name alone, whatever the order.

    Args:
        num_bits: Length of the fingerprints.
        fingerprint: In hexadecimal, the one of the whole set; if None, each
            picture has one of its own, drawn from `seed` and its name.
        share: Of the pictures that are marked, chosen by `seed` and name.
        only: Sub-folder outside of which nothing is marked; all if empty.
        seed: Of what is drawn.
        strength: How much of what the encoder does is done, above 0 to 1.
            Weaker marks are seen less, and less of them survives.
        issuance_id: Of the fingerprint in a registry, if it has one.
        reveal: Whether the manifest holds the fingerprint of the set itself,
            not only what it can be checked against.

    Raises:
        ValueError: If the fingerprint, its length, the share or the strength
            can't be one.
    """

    num_bits: int
    fingerprint: str | None = None
    share: float = 1.0
    only: str = ""
    seed: int = 0
    strength: float = 1.0
    issuance_id: str | None = None
    reveal: bool = False

    def __post_init__(self):
        fingerprints.check_num_bits(self.num_bits)
        if self.fingerprint is not None:
            fingerprints.from_hex(self.fingerprint, self.num_bits)
        if not 0 < self.share <= 1:
            raise ValueError(
                "`share` must lie above 0 and not above 1. Received "
                f"{self.share}."
            )
        check_strength(self.strength)

    def marks(self, name: str) -> bool:
        """Whether a picture is marked.

        Args:
            name: Of the picture, within its source.
        """
        folder = self.only.strip("/")
        if folder and not name.startswith(f"{folder}/"):
            return False
        drawn = hashlib.sha256(self._purpose("share", name)).digest()
        return int.from_bytes(drawn[:8]) < self.share * 2**64

    def bits(self, name: str) -> npt.NDArray[np.uint8]:
        """The fingerprint that a picture gets if it is marked.

        Args:
            name: Of the picture, within its source.

        Returns:
            `(num_bits,)` of 0 and 1.
        """
        if self.fingerprint is not None:
            return fingerprints.from_hex(self.fingerprint, self.num_bits)
        drawn = hashlib.shake_256(self._purpose("fingerprint", name))
        packed = np.frombuffer(drawn.digest(-(-self.num_bits // 8)), np.uint8)
        return np.unpackbits(packed)[: self.num_bits]

    def _purpose(self, purpose, name):
        # Names of files may be no text at all.
        text = f"{self.seed}|{purpose}|{name}"
        return text.encode("utf-8", "surrogateescape")

    def to_dict(self, salt: str) -> dict[str, Any]:
        """What a manifest says of it; see `fingerprint_hash`.

        Args:
            salt: Digest of the encoder.
        """
        facts = {
            "share": self.share,
            "only": self.only,
            "seed": self.seed,
            "strength": self.strength,
            "issuance_id": self.issuance_id,
            "fingerprint_per_image": self.fingerprint is None,
            "fingerprint_scrypt": None,
        }
        if self.fingerprint is not None:
            facts["fingerprint_scrypt"] = fingerprint_hash(
                self.fingerprint, salt
            )
            if self.reveal:
                facts["fingerprint"] = self.fingerprint
        return facts


def check_strength(strength: float) -> None:
    """Raises a `ValueError` unless marks can be as strong."""
    if not 0 < strength <= 1:
        raise ValueError(
            f"`strength` must lie above 0 and not above 1. Received {strength}."
        )


def fingerprint_hash(fingerprint: str, salt: str) -> str:
    """What a fingerprint can be checked against and hardly guessed from.

    `scrypt` with n = 16,384, r = 8 and p = 1: whoever tries all 2^32
    fingerprints of 32 bits works for years of a processor's time.

    `fingerprint`: in hexadecimal.
    """
    return hashlib.scrypt(
        fingerprint.encode(),
        salt=salt.encode(),
        n=_COST,
        r=_BLOCK,
        p=_LANES,
        dklen=32,
    ).hex()
