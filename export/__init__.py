"""What leaves the house: servables and bundles, and what answers for them."""

import importlib

# Where each public name is. Imported on first use: whoever verifies a bundle
# or asks a server needs no TensorFlow.
_MODULES = {
    "AttributionClient": "export.client",
    "ServedAttribution": "export.client",
    "export_instance": "export.savedmodel",
}

__all__ = sorted(_MODULES)


def __getattr__(name: str):
    """Imports what a public name stands for."""
    if name in _MODULES:
        return getattr(importlib.import_module(_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
