"""Fingerprints in the training data: the method for any generator.

An encoder hides a fingerprint in photographs; a generator trained on them
carries it into what it makes, and the decoder reads it there.
"""

from typing import Any

from tf_fingerprint.artificial.balance import Balance
from tf_fingerprint.artificial.balance import CodecProgress
from tf_fingerprint.artificial.codec import Decoder
from tf_fingerprint.artificial.codec import Encoder
from tf_fingerprint.artificial.learning import CodecTraining
from tf_fingerprint.artificial.quality import Quality
from tf_fingerprint.artificial.quality import measure
from tf_fingerprint.artificial.quality import psnr

__all__ = [
    "Balance",
    "CodecProgress",
    "CodecRun",
    "CodecTraining",
    "Decoder",
    "Encoder",
    "Quality",
    "measure",
    "psnr",
    "read",
]


def __getattr__(name: str) -> Any:
    """Runs on first use: they need the registry, which trainings do without."""
    if name not in ("CodecRun", "read"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from tf_fingerprint.artificial import run as codec_run

    return getattr(codec_run, name)
