import logging

import keras
import numpy as np
import pytest

from tf_fingerprint import errors
from tf_fingerprint.artificial import probing

FINGERPRINT = np.array([1, 0] * 8)


class FirstPixels:
    """Reads one bit in each of the first red values: bright is 1."""

    def decode(self, images):
        return images[:, 0, :16, 0] / 127.5 - 1.0


def pictures(bits):
    """Pictures that carry bits, one string each."""
    images = np.zeros((len(bits), 16, 16, 3), "uint8")
    images[:, 0, :16, 0] = 255 * np.asarray(bits)
    return images


def wrong(fingerprint, *places):
    bits = np.array(fingerprint)
    bits[list(places)] = 1 - bits[list(places)]
    return bits


def test_single_pictures_and_their_vote_are_read():
    images = pictures(
        [
            wrong(FINGERPRINT, 0),
            wrong(FINGERPRINT, 0, 1, 2, 3),
            wrong(FINGERPRINT, 0, 5),
        ]
    )

    reading = probing.probe(FirstPixels(), images, FINGERPRINT)

    assert reading.accuracy == pytest.approx(1 - 7 / 48)
    assert reading.vote == 15 / 16
    # 16 of 16, or 15: 17 of 2^16 strings.
    assert reading.vote_false_positive_rate == pytest.approx(17 / 2**16)
    assert reading.num_images == 3


def test_hexadecimal_digits_and_bits_are_the_same_fingerprint():
    images = pictures([FINGERPRINT])

    for fingerprint in ("aaaa", "AAAA", FINGERPRINT, FINGERPRINT == 1):
        assert probing.probe(FirstPixels(), images, fingerprint).accuracy == 1


@pytest.mark.parametrize(
    "fingerprint, message",
    [
        ("aaa", "16 bits must have 4"),
        (FINGERPRINT[:8], "must be 16 bits of 0 and 1.*Received an array of 8"),
        (FINGERPRINT * 2, "must be 16 bits of 0 and 1"),
    ],
)
def test_fingerprints_of_another_run_are_refused(fingerprint, message):
    with pytest.raises(ValueError, match=message):
        probing.probe(FirstPixels(), pictures([FINGERPRINT]), fingerprint)


def test_no_pictures_are_no_reading():
    with pytest.raises(ValueError, match="at least one. Received 0"):
        probing.probe(FirstPixels(), pictures([FINGERPRINT])[:0], FINGERPRINT)


class Seen(keras.callbacks.Callback):
    """Remembers the logs as the callbacks after a probe see them."""

    def __init__(self):
        super().__init__()
        self.logs = []

    def on_epoch_end(self, epoch, logs=None):
        self.logs.append(dict(logs))


def train(probe, epochs=4):
    """Epochs of 1,000 images each, seen by a probe."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    seen = Seen()
    calls = keras.callbacks.CallbackList(
        [probe, seen], model=model, epochs=epochs
    )
    model.stop_training = False  # As `fit` does.
    calls.on_train_begin()
    for epoch in range(epochs):
        calls.on_epoch_end(epoch, {"images": 1000 * (epoch + 1)})
    return seen.logs


def test_readings_are_logged_every_few_thousand_images_and_at_the_end():
    asked = []

    def make(count):
        asked.append(count)
        return pictures([wrong(FINGERPRINT, 0)] * count)

    logs = train(
        probing.Probe(FirstPixels(), FINGERPRINT, make, every_images=2000)
    )

    assert ["probe_accuracy" in each for each in logs] == [True, False] + [
        True,
        True,
    ]
    assert logs[-1]["probe_accuracy"] == logs[-1]["probe_vote"] == 15 / 16
    assert asked == [64, 64, 64]


@pytest.mark.parametrize("places, warned", [(range(8), True), ((), False)])
def test_a_transfer_that_fails_is_said_plainly(caplog, places, warned):
    def make(count):
        return pictures([wrong(FINGERPRINT, *places)] * count)

    with caplog.at_level(logging.ERROR):
        train(
            probing.Probe(
                *(FirstPixels(), FINGERPRINT, make),
                every_images=1000,
                chance_images=3000,
            )
        )

    found = [r for r in caplog.records if "DOES NOT TRANSFER" in r.message]
    # At 3,000 and at 4,000 images, not before.
    assert len(found) == 2 * warned


def test_training_images_without_the_fingerprint_stop_it_at_once():
    photographs = pictures([wrong(FINGERPRINT, *range(8))] * 5)
    probe = probing.Probe(
        *(FirstPixels(), FINGERPRINT, None), photographs=photographs
    )

    with pytest.raises(errors.DataError, match="Received 5 of which 0.500"):
        train(probe)
