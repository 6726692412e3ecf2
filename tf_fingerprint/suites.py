"""What can be measured of a run, by name; nothing is imported before use."""

from collections.abc import Callable
from types import ModuleType


def _accuracy():
    from tf_fingerprint.evaluation import accuracy_suite

    return accuracy_suite


def _fidelity():
    from tf_fingerprint.evaluation import fidelity_suite

    return fidelity_suite


def _robustness():
    from tf_fingerprint.evaluation import robustness_suite

    return robustness_suite


def _attribution():
    from tf_fingerprint.evaluation import attribution_suite

    return attribution_suite


def _tampering():
    from tf_fingerprint.evaluation import tampering

    return tampering


def _secrecy():
    from tf_fingerprint.evaluation import secrecy

    return secrecy


def _capacity():
    from tf_fingerprint.evaluation import capacity

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
}
