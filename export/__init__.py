"""What leaves the house: servables and bundles, and what answers for them."""

import importlib
import sys
import types

# Where each public name is. Imported on first use: whoever verifies a bundle
# or asks a server needs no TensorFlow.
_MODULES = {
    "AttributionClient": "export.client",
    "ServedAttribution": "export.client",
    "attribution": "export.attribution",
    "decoder": "export.decoder",
    "export_instance": "export.savedmodel",
    "open_generator": "export.open_generator",
    "publish": "export.publication",
    "sealed_instance": "export.instance",
}

__all__ = sorted(_MODULES)


class _Package(types.ModuleType):
    """Keeps the name of a builder for it, though its module has the same."""

    def __setattr__(self, name, value):
        is_module = isinstance(value, types.ModuleType)
        if not (is_module and name in _MODULES):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str):
    """Imports what a public name stands for."""
    if name in _MODULES:
        return getattr(importlib.import_module(_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
