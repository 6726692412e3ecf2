"""Fingerprinted image generators: whose copy of the model made this image?"""

import importlib

from tf_fingerprint.version import __version__ as __version__

_LAZY_MODULES = (
    "artificial",
    "attribution",
    "bulk",
    "calibration",
    "config",
    "data",
    "errors",
    "evaluation",
    "evidence",
    "fingerprints",
    "issuing",
    "layers",
    "methods",
    "models",
    "passive",
    "registry",
    "runs",
    "scalable",
    "training",
)

# Where modules are that earlier versions had here.
_MOVED = {
    "gan": "scalable.gan",
    "losses": "training.losses",
    "sampling": "models.sampling",
}


def load(run="pretrained"):
    """Opens a run directory or the pretrained weights; see `methods.load`."""
    from tf_fingerprint import methods

    return methods.load(run)


def train(config, run_dir, **options):
    """Trains an experiment into a run directory; see `methods.train`."""
    from tf_fingerprint import methods

    return methods.train(config, run_dir, **options)


def __getattr__(name: str):
    """Imports sub-packages on first use, so that the odds need no Keras."""
    if name in _LAZY_MODULES or name in _MOVED:
        return importlib.import_module(f"{__name__}.{_MOVED.get(name, name)}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
