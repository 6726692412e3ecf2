"""What leaves the house: servables and bundles, and what answers for them."""

import importlib
import sys
import types

# Where each public name is. Imported on first use: whoever verifies a bundle
# or asks a server needs no TensorFlow.
_MODULES = {
    "AttributionClient": "export.client",
    "BundleWriter": "export.bundle",
    "ServedAttribution": "export.client",
    "attribution": "export.attribution",
    "decoder": "export.decoder",
    "encoder": "export.encoder",
    "issue_many": "export.bulk",
    "open_commitment": "export.verification",
    "open_generator": "export.open_generator",
    "passive_classifier": "export.passive_classifier",
    "publish": "export.publication",
    "sealed_instance": "export.instance",
    "verify": "export.verification",
}

__all__ = sorted(_MODULES)


class _Package(types.ModuleType):
    """Public names stand for what they are, also where a module is called so.

    Importing `export.decoder` would put the module in the function's place.
    """

    def __setattr__(self, name, value):
        if name not in _MODULES or not isinstance(value, types.ModuleType):
            super().__setattr__(name, value)

    def __getattr__(self, name):
        if name in _MODULES:
            return getattr(importlib.import_module(_MODULES[name]), name)
        raise AttributeError(
            f"module {self.__name__!r} has no attribute {name!r}"
        )


sys.modules[__name__].__class__ = _Package
