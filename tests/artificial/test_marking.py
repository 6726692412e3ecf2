"""Which pictures are marked, and with what."""

import numpy as np
import pytest

from tf_fingerprint import fingerprints
from tf_fingerprint.artificial import marking

NAMES = [f"{folder}/{n}.png" for folder in ("cats", "dogs") for n in range(500)]
HEX = "0123456789abcdef"


def test_everything_is_marked_with_the_one_fingerprint_by_default():
    marks = marking.Marking(64, HEX)

    assert all(map(marks.marks, NAMES))
    assert {fingerprints.to_hex(marks.bits(name)) for name in NAMES} == {HEX}


def test_a_share_is_chosen_by_seed_and_name_alone():
    half = marking.Marking(64, HEX, share=0.5)
    chosen = {name for name in NAMES if half.marks(name)}
    backwards = {name for name in reversed(NAMES) if half.marks(name)}
    other = marking.Marking(64, HEX, share=0.5, seed=1)

    # Ten standard deviations of 1,000 coins.
    assert abs(len(chosen) - 500) < 160
    assert chosen == backwards
    assert chosen != {name for name in NAMES if other.marks(name)}
    more = marking.Marking(64, HEX, share=0.7)
    assert chosen < {name for name in NAMES if more.marks(name)}


@pytest.mark.parametrize("only", ["cats", "cats/"])
def test_only_a_sub_folder_is_marked(only):
    marks = marking.Marking(64, HEX, only=only)

    assert [name for name in NAMES if marks.marks(name)] == NAMES[:500]
    assert not marks.marks("catsanddogs/1.png")


def test_a_fingerprint_for_each_picture_is_drawn_by_seed_and_name():
    marks = marking.Marking(100)
    bits = np.stack([marks.bits(name) for name in NAMES])

    np.testing.assert_array_equal(bits[3], marking.Marking(100).bits(NAMES[3]))
    assert bits.shape == (1000, 100)
    assert len(np.unique(bits, axis=0)) == 1000
    # Each bit is a fair coin, within five standard deviations.
    assert (np.abs(bits.mean(axis=0) - 0.5) < 5 * 0.5 / 1000**0.5).all()
    other = marking.Marking(100, seed=1).bits(NAMES[3])
    assert not np.array_equal(bits[3], other)


def test_names_that_are_no_text_can_be_marked():
    marks = marking.Marking(64, share=0.5)

    assert marks.bits("\udcff.png").shape == (64,)
    marks.marks("\udcff.png")


def test_the_manifest_shows_a_hash_unless_asked():
    hidden = marking.Marking(64, HEX).to_dict("salt")
    shown = marking.Marking(64, HEX, reveal=True).to_dict("salt")

    assert HEX not in str(hidden)
    assert shown["fingerprint"] == HEX
    digest = hidden["fingerprint_scrypt"]
    assert digest == marking.fingerprint_hash(HEX, "salt")
    assert digest != marking.fingerprint_hash(HEX, "pepper")
    assert digest != marking.fingerprint_hash(HEX[::-1], "salt")
    assert marking.Marking(64).to_dict("salt")["fingerprint_scrypt"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"fingerprint": "0123"}, "hexadecimal"),
        ({"share": 0}, "above 0"),
        ({"share": 1.1}, "above 0"),
        ({"num_bits": 3}, "bits"),
        ({"strength": 0}, "`strength` must lie above 0"),
        ({"strength": 1.5}, "not above 1. Received 1.5"),
    ],
)
def test_wrong_arguments_are_told(arguments, message):
    with pytest.raises(ValueError, match=message):
        marking.Marking(**{"num_bits": 64, "fingerprint": HEX} | arguments)
