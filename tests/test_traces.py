"""The search for fingerprints in models finds what is there to find."""

import numpy as np
import pytest

from . import traces

BITS = np.random.default_rng(5).integers(0, 2, 128).astype("uint8")


@pytest.mark.parametrize("low, high", [(0, 1), (-1, 1), (0.3, 7)])
def test_a_fingerprint_among_the_weights_would_be_found(low, high):
    random = np.random.default_rng(0)
    hidden = random.normal(size=(3, 200, 4))
    hidden[1, 20:148, 2] = np.where(BITS, high, low)

    weights = [random.normal(size=(40, 50)), hidden]

    assert traces.weights_tracing(BITS, weights) == [1]


@pytest.mark.parametrize("kind", ["uint8", "float32"])
def test_a_fingerprint_among_the_bytes_would_be_found(kind):
    content = b"before" + BITS.astype(kind).tobytes() + b"after"

    assert traces.bytes_tracing(BITS, content) == [kind]
    packed = b"before" + np.packbits(BITS).tobytes()
    assert traces.bytes_tracing(BITS, packed) == ["packed"]
