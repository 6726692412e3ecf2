"""One writer of bundles for all tests of a session: tracing takes seconds."""

import datetime
import functools

import numpy as np
import pytest

from export.bundles import writer as bundle_writer
from tf_fingerprint import fingerprints
from tf_fingerprint import registry

SALT = bytes(range(32))


@functools.cache
def writer_of(run):
    """Writes Keras and SavedModel, without signature."""
    return bundle_writer.BundleWriter(run)


@functools.cache
def formats_writer_of(run):
    """Writes TFLite and ONNX too."""
    pytest.importorskip("tf2onnx")
    return bundle_writer.BundleWriter(run, formats=["onnx", "tflite"])


def record_of(run, seed, recipient="Acme"):
    """An issuance that stands in no registry."""
    bits = np.random.default_rng(seed).integers(0, 2, run.record.num_bits)
    return registry.IssuanceRecord(
        id=f"{seed:016x}",
        fingerprint=fingerprints.to_hex(bits),
        recipient=recipient,
        issued_at=datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC),
        generator=run.record,
    )
