"""What can be measured of a run, by name; nothing is imported before use."""

from collections.abc import Callable
from types import ModuleType

from tf_fingerprint import errors


def _accuracy():
    from tf_fingerprint.evaluation.suites import accuracy as accuracy_suite

    return accuracy_suite


def _fidelity():
    from tf_fingerprint.evaluation.suites import fidelity as fidelity_suite

    return fidelity_suite


def _robustness():
    from tf_fingerprint.evaluation.suites import robustness as robustness_suite

    return robustness_suite


def _attribution():
    from tf_fingerprint.evaluation.suites import (
        attribution as attribution_suite,
    )

    return attribution_suite


def _tampering():
    from tf_fingerprint.evaluation.suites import tampering

    return tampering


def _secrecy():
    from tf_fingerprint.evaluation.suites import secrecy

    return secrecy


def _marking():
    from tf_fingerprint.evaluation.suites import marking as marking_suite

    return marking_suite


def _codec_secrecy():
    from tf_fingerprint.evaluation.suites import codec_secrecy

    return codec_secrecy


def _capacity():
    from tf_fingerprint.evaluation.suites import capacity

    return capacity


# Each returns a module that is an `evaluation.subjects.Suite`.
SUITES: dict[str, Callable[[], ModuleType]] = {
    "accuracy": _accuracy,
    "fidelity": _fidelity,
    "robustness": _robustness,
    "attribution": _attribution,
    "tampering": _tampering,
    "secrecy": _secrecy,
    "capacity": _capacity,
    "marking": _marking,
}

# Those of a codec, whose pictures are photographs that it marked.
CODEC_SUITES: dict[str, Callable[[], ModuleType]] = {
    "accuracy": _accuracy,
    "robustness": _robustness,
    "attribution": _attribution,
    "secrecy": _codec_secrecy,
    "marking": _marking,
}


def of_codec(name: str) -> ModuleType:
    """The suite that measures something of a codec."""
    if name not in CODEC_SUITES:
        raise errors.EvaluationError(
            f"The suite `{name}` must have a generator. The run is a codec's, "
            f"of which there are {', '.join(CODEC_SUITES)}. Generators that "
            "were trained on marked pictures: `docs/embedding.md`."
        )
    return CODEC_SUITES[name]()
