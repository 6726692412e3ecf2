import numpy as np
import pytest

from tf_fingerprint import attribution
from tf_fingerprint.attribution import Finding
from tf_fingerprint.attribution import clarity

from ..calibration import habits


@pytest.fixture(scope="module")
def judge():
    made = habits.make_calibration(2000, strength=2.0)
    issued = habits.drawn(made, 100, seed=1)
    return attribution.Judge(habits.make_candidates(issued), made)


def test_two_in_a_hundred_bits_may_be_unsure():
    logits = np.full(100, 3.0)
    logits[:2] = -0.4

    assert clarity.is_clear(logits)
    logits[2] = 0.4
    assert not clarity.is_clear(logits)
    # It goes by the middle one.
    assert clarity.is_clear(logits + 0.2)


def test_a_mixture_is_never_called_not_issued(judge):
    one, other = habits.fresh_bits(50), habits.fresh_bits(50)
    logits = habits.picture_logits(one, noise=0.1)
    logits += habits.picture_logits(other, seed=1, noise=0.1)

    verdicts = judge.judge(logits)

    found = [verdict.finding for verdict in verdicts]
    assert Finding.NOT_ISSUED not in found
    assert Finding.ATTRIBUTED not in found
    assert not any(verdict.accused for verdict in verdicts)
    # They do read as something that was marked.
    assert found.count(Finding.AMBIGUOUS) >= 25
