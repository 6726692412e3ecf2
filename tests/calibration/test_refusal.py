import numpy as np
import pytest

from tf_fingerprint.calibration import refusal

GUARDED, FORBIDDEN = refusal.guarded_matches(128)


def matches(*some, photographs=100):
    """So many matching bits of some photographs; chance's of the others."""
    found = np.full(photographs, 64)
    found[: len(some)] = some
    return found


@pytest.mark.parametrize(
    ("found", "is_refused"),
    [
        ([], False),
        # One in a hundred may match as many as one in a thousand should.
        ([GUARDED], False),
        ([GUARDED, GUARDED], True),
        ([GUARDED - 1] * 100, False),
        ([FORBIDDEN - 1], False),
        ([FORBIDDEN], True),
    ],
)
def test_a_share_is_tolerated_and_more_is_refused(found, is_refused):
    assert refusal.is_refused(matches(*found), 128) == is_refused


def test_the_tolerated_share_is_the_callers():
    found = matches(*[GUARDED] * 5)

    assert refusal.is_refused(found, 128)
    assert not refusal.is_refused(found, 128, max_measured_rate=0.05)
