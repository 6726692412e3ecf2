"""How many inputs hypothesis tries, and which.

The same ones at every run, so that what passed once passes again. `FUZZ_ANEW=5`
tries new ones instead, five times as many.
"""

import os

import hypothesis

_TIMES = int(os.environ.get("FUZZ_ANEW") or 0)


def load_profile() -> None:
    """Makes it so for all tests that are defined afterwards."""
    default = hypothesis.settings.get_profile("default")
    hypothesis.settings.register_profile(
        "tf_fingerprint",
        max_examples=default.max_examples * max(1, _TIMES),
        derandomize=not _TIMES,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    hypothesis.settings.load_profile("tf_fingerprint")


def fuzzed(max_examples: int) -> hypothesis.settings:
    """As many inputs for one test, where the default of 100 is not right."""
    return hypothesis.settings(max_examples=max_examples * max(1, _TIMES))
