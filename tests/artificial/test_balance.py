import dataclasses

import pytest

from tf_fingerprint.artificial import Balance
from tf_fingerprint.artificial import CodecProgress

BATCH = 4


def weights_by_hand(accuracies):
    """The authors' schedule as their loop has it, step by step."""
    weights, since = [], None
    for accuracy in accuracies:
        if since is None:
            weights.append(0.0)
            if accuracy > 0.9:
                since = 0
            continue
        weights.append(min(max(10 * (since - 1000) / 3000, 0), 10))
        since += 1
    return weights


def test_the_weight_is_the_authors_at_every_step():
    balance = Balance(batch_size=BATCH)
    progress = CodecProgress(active_bits=100)
    # Read well once, never again.
    accuracies = [0.5, 0.9, 0.91] + [0.6] * 5000
    weights = []

    for accuracy in accuracies:
        weights.append(balance.weight(progress))
        progress = dataclasses.replace(progress, images=progress.images + BATCH)
        progress = balance.advance(progress, accuracy)

    assert weights == pytest.approx(weights_by_hand(accuracies))
    assert weights[0] == 0
    assert weights[-1] == 10


def test_the_weight_may_begin_above_nothing():
    balance = Balance(BATCH, 20, initial_weight=2, await_steps=0, ramp_steps=10)
    before = CodecProgress(images=400)
    half = CodecProgress(images=400 + 5 * BATCH, read_at=400)

    assert balance.weight(before) == 2
    assert balance.weight(half) == pytest.approx(11)
    assert balance.share(half) == 0.5


def test_a_ramp_of_no_steps_is_a_step():
    balance = Balance(BATCH, await_steps=2, ramp_steps=0)

    weights = [
        balance.weight(CodecProgress(images=images, read_at=0))
        for images in (0, BATCH, 2 * BATCH, 90 * BATCH)
    ]

    assert weights == [0, 0, 10, 10]


def test_the_first_time_counts():
    balance = Balance(BATCH)
    read = CodecProgress(images=400, active_bits=32, read_at=40)

    assert balance.advance(read, 1.0) == read
