"""What a server says of one image."""

import dataclasses
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import Self

import numpy as np

from tf_fingerprint import errors

ATTRIBUTED = "attributed"


@dataclasses.dataclass(frozen=True, slots=True)
class ServedAttribution:
    """Whom an image accuses, if anybody, and the odds, as a server answered.

    What a server that answers verdicts only does not tell is None.

    Args:
        status: "ok", or what is wrong with the file, such as "bad_image".
        verdict: "attributed", "nobody", "revoked", "ambiguous" or "unreadable".
        recipient_id: Of the issuance accused; empty if it is nobody's.
        matches: Matching bits of the best candidate; -1 if unreadable.
        p_value: Probability that chance matches one candidate as well.
        log10_p: Its logarithm.
        p_value_corrected: The same for any candidate: times their number, at
            most 1.
        runner_up_matches: Matching bits of the second-best candidate.
        bits: What the decoder read, 0 and 1.
        registry_version: Which candidates the image was compared with.
    """

    status: str
    verdict: str
    recipient_id: str
    matches: int | None
    p_value: float | None
    log10_p: float | None
    p_value_corrected: float | None
    runner_up_matches: int | None
    bits: tuple[int, ...] | None
    registry_version: str

    @property
    def is_attributed(self) -> bool:
        """Whether a recipient in good standing is accused."""
        return self.verdict == ATTRIBUTED

    @property
    def is_readable(self) -> bool:
        """Whether the file could be read as an image."""
        return self.status == "ok"

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON can hold it."""
        bits = None if self.bits is None else list(self.bits)
        return dataclasses.asdict(self) | {"bits": bits}

    @classmethod
    def from_columns(
        cls, columns: Mapping[str, Sequence[Any]], num_images: int
    ) -> list[Self]:
        """Answers from a server's outputs; others than the named are ignored.

        Args:
            columns: From each output's name to its value for each image.
            num_images: How many images were asked about.

        Returns:
            One answer an image.

        Raises:
            errors.ServingError: If an output is missing, of another length, or
                not what it must be.
        """
        names = [field.name for field in dataclasses.fields(cls)]
        withheld = set() if _WITHHELD & columns.keys() else _WITHHELD
        columns = dict(columns) | dict.fromkeys(withheld, [None] * num_images)
        if any(
            not isinstance(columns.get(name), Sequence)
            or len(columns[name]) != num_images
            for name in names
        ):
            raise errors.ServingError(
                f"The answer must have a value of each of {', '.join(names)} "
                f"for each of {num_images} images. Received "
                f"{_described(columns)}. Is this the model that was exported "
                "with `--what attribution`?"
            )

        def converted(name: str, value: Any) -> Any:
            return None if name in withheld else _converted(name, value)

        try:
            return [
                cls(*map(converted, names, row))
                for row in zip(*(columns[n] for n in names), strict=True)
            ]
        except (TypeError, ValueError) as error:
            raise errors.ServingError(
                f"The answer must hold text and numbers as documented. {error}."
                " Is this the model that was exported with `--what "
                "attribution`?"
            ) from error


# All of them, or none of them.
_WITHHELD = {
    *("matches", "p_value", "log10_p", "p_value_corrected"),
    *("runner_up_matches", "bits"),
}
_COUNTS = ("matches", "runner_up_matches")
_NUMBERS = ("p_value", "p_value_corrected")


def _converted(name, value):
    """A value as its field holds it."""
    if name in _COUNTS:
        return int(value)
    if name == "log10_p":
        # A `float32` on both ways, of which REST tells the digits that matter.
        return float(np.float32(value))
    if name in _NUMBERS:
        return float(value)
    if name == "bits":
        return tuple(map(int, value))
    if not isinstance(value, str):
        raise TypeError(f"`{name}` must be text. Received {value!r}")
    return value


def _described(columns):
    """Outputs and how many values they have."""
    return (
        ", ".join(
            f"{name} ({len(column) if isinstance(column, Sequence) else 1})"
            for name, column in sorted(columns.items())
        )
        or "nothing"
    )
