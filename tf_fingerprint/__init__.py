"""Fingerprinted image generators: whose copy of the model made this image?"""

import importlib

__version__ = "0.1.0"

_LAZY_MODULES = (
    "artificial",
    "config",
    "data",
    "errors",
    "evaluation",
    "fingerprints",
    "gan",
    "layers",
    "losses",
    "models",
    "registry",
    "training",
)


def __getattr__(name: str):
    """Imports sub-packages on first use, so that the odds need no Keras."""
    if name in _LAZY_MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
