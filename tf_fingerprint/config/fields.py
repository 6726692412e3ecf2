"""Types that a field of a config may have, and the check of their values.

A field's annotation says all there is to check: `learning_rate: Positive`
takes finite numbers above 0, `noise: Literal["random", "none"]` two words.
"""

import dataclasses
import math
import typing
from typing import Annotated
from typing import Any
from typing import Literal


@dataclasses.dataclass(frozen=True)
class Limits:
    """The range that a number must lie in; infinite where nothing is given."""

    at_least: float = -math.inf
    at_most: float = math.inf
    above: float = -math.inf
    below: float = math.inf

    def __contains__(self, value: float) -> bool:
        return (
            self.at_least <= value <= self.at_most
            and self.above < value < self.below
        )

    def __str__(self) -> str:
        return " and ".join(
            f"{name.replace('_', ' ')} {limit:.10g}"
            for name, limit in dataclasses.asdict(self).items()
            if math.isfinite(limit)
        )


Count = Annotated[int, Limits(at_least=1)]
CountOrZero = Annotated[int, Limits(at_least=0)]
Positive = Annotated[float, Limits(above=0)]
NotNegative = Annotated[float, Limits(at_least=0)]
Share = Annotated[float, Limits(at_least=0, at_most=1)]
Momentum = Annotated[float, Limits(at_least=0, below=1)]
NumBits = Annotated[int, Limits(at_least=8, at_most=512)]
CodecBits = Annotated[int, Limits(at_least=32, at_most=256)]
Seed = Annotated[int, Limits(at_least=0, at_most=2**32 - 1)]
AboveChance = Annotated[float, Limits(above=0.5, at_most=1)]
Resolution = Literal[16, 32, 64, 128, 256]
Resolutions = tuple[int, int]
Range = tuple[float, float]
PerturbationName = Literal[
    "crop",
    "random_crop",
    "resize",
    "blur",
    "noise",
    "jpeg",
    "flip",
    "brightness",
    "contrast",
    "erasing",
    "rotation",
    "shift",
    "border",
    "saturation",
    "grayscale",
    "combined",
]
PerturbationNames = tuple[PerturbationName, ...]

TYPE_NAMES = {
    str: "a string",
    bool: "true or false",
    int: "a whole number",
    float: "a finite number",
    Resolutions: "two whole numbers, such as [4, 128]",
    Range: "two finite numbers, such as [0.0, 0.1]",
    PerturbationNames: "a list of names",
}


class Section:
    """Checks its fields against their annotations when it is made."""

    def __post_init__(self):
        check(self)


def check(section: Any):
    """Checks every field of a frozen dataclass against its annotation.

    Whole numbers given for a `float` become one, lists become tuples, so that
    equal settings compare equal.
    """
    for name, hint in typing.get_type_hints(
        type(section), include_extras=True
    ).items():
        label = f"{type(section).__name__.lower()}.{name}"
        value = _checked(label, getattr(section, name), hint)
        object.__setattr__(section, name, value)  # The way into a frozen one.


def _checked(label, value, hint):
    """The value as the annotation wants it."""
    if typing.get_origin(hint) is Literal:
        choices = typing.get_args(hint)
        # `True == 1` and `16.0 == 16`, but neither is meant.
        if (type(value), value) not in [(type(one), one) for one in choices]:
            raise ValueError(
                f"`{label}` must be one of "
                f"{', '.join(map(str, choices))}. Received {value!r}."
            )
        return value
    if hint == PerturbationNames and isinstance(value, list | tuple):
        return tuple(_checked(label, one, PerturbationName) for one in value)
    kind, limits = hint, Limits()
    if typing.get_origin(hint) is Annotated:
        kind, limits = typing.get_args(hint)
    converted = _converted(value, kind)
    if converted is None:
        raise TypeError(
            f"`{label}` must be {TYPE_NAMES[kind]}. Received {value!r}."
        )
    if kind in (int, float) and converted not in limits:
        raise ValueError(f"`{label}` must be {limits}. Received {value!r}.")
    return converted


def _converted(value, kind):
    """The value as the kind, or `None` if it is of another type."""
    if kind == Resolutions:
        is_pair = isinstance(value, list | tuple) and len(value) == 2
        return tuple(value) if is_pair and _are_integers(value) else None
    if kind == Range:
        if not isinstance(value, list | tuple) or len(value) != 2:
            return None
        pair = tuple(_converted(one, float) for one in value)
        return None if None in pair else pair
    if kind is float:
        is_number = _are_integers([value]) or isinstance(value, float)
        return float(value) if is_number and math.isfinite(value) else None
    # Not `isinstance`: `True` is an `int` to Python.
    return value if type(value) is kind else None


def _are_integers(values):
    """Whether all are whole numbers; `True` and `False` are not."""
    return all(type(value) is int for value in values)
