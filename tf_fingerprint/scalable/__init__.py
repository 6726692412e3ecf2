"""The scalable method: fingerprints in the generator's convolutions."""

from typing import Any

__all__ = ["Run", "read"]


def __getattr__(name: str) -> Any:
    """Runs on first use: they need the registry, which trainings do without."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from tf_fingerprint.scalable import run

    return getattr(run, name)
