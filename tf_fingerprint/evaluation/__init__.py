"""Measures every claim: bits read, recipients named, pictures kept."""

import importlib
from typing import Any

# Where each public name is. Imported on first use: whoever asks which suites
# there are needs no TensorFlow.
_MODULES = {
    "AttributionCounts": "metrics.accuracy",
    "Curve": "report.figures",
    "Figure": "report.figures",
    "Grid": "report.figures",
    "Item": "report.figures",
    "MobileNetFeatures": "metrics.features",
    "Options": "subjects",
    "Subject": "subjects",
    "attribution_counts": "metrics.accuracy",
    "bit_accuracy_counts": "metrics.accuracy",
    "bit_accuracy_interval": "metrics.accuracy",
    "decode_generated": "metrics.accuracy",
    "fingerprint_psnr": "metrics.consistency",
    "fingerprint_variance_share": "metrics.consistency",
    "frechet_distance": "metrics.fidelity",
    "kernel_distance": "metrics.fidelity",
    "of_run": "subjects",
    "wilson_interval": "metrics.accuracy",
}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    """Imports what is asked for, and nothing else."""
    if name in _MODULES:
        module = importlib.import_module(f"{__name__}.{_MODULES[name]}")
        return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
