"""What leaves the house: servables and bundles, and what answers for them."""

import importlib

# Where each public name is. Imported on first use: whoever verifies a bundle
# or asks a server needs no TensorFlow.
_MODULES = {
    "AttributionClient": "export.client",
    "BundleWriter": "export.bundles.writer",
    "ServedAttribution": "export.client",
    "attribution": "export.servables.attribution",
    "decoder": "export.servables.decoder",
    "encoder": "export.servables.encoder",
    "issue_many": "tf_fingerprint.issuing.many",
    "open_commitment": "export.bundles.verification",
    "open_generator": "export.servables.open_generator",
    "passive_classifier": "export.servables.passive_classifier",
    "publish": "export.publishing.publish",
    "sealed_instance": "export.servables.instance",
    "verify": "export.bundles.verification",
}

__all__ = sorted(_MODULES)


def __getattr__(name: str):
    """Imports what is asked for, and nothing else."""
    if name in _MODULES:
        return getattr(importlib.import_module(_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
