"""What can be measured of a run, by name; nothing is imported before use."""

import functools
import importlib
from collections.abc import Callable
from types import ModuleType

from tf_fingerprint import errors


def _suite(name):
    """What imports a suite: a module that is a `subjects.Suite`."""
    return functools.partial(importlib.import_module, f"{__package__}.{name}")


SUITES: dict[str, Callable[[], ModuleType]] = {
    name: _suite(name)
    for name in (
        *("accuracy", "fidelity", "robustness", "attribution", "tampering"),
        *("secrecy", "capacity", "marking"),
    )
}

# Those of a codec, whose pictures are photographs that it marked.
CODEC_SUITES: dict[str, Callable[[], ModuleType]] = {
    name: SUITES[name] for name in ("accuracy", "robustness", "attribution")
} | {"secrecy": _suite("codec_secrecy"), "marking": SUITES["marking"]}


def of_codec(name: str) -> ModuleType:
    """The suite that measures something of a codec."""
    if name not in CODEC_SUITES:
        raise errors.EvaluationError(
            f"The suite `{name}` must have a generator. The run is a codec's, "
            f"of which there are {', '.join(CODEC_SUITES)}. Generators that "
            "were trained on marked pictures: `docs/embedding.md`."
        )
    return CODEC_SUITES[name]()
