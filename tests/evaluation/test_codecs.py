"""Codecs, whose pictures are photographs that they marked."""

import numpy as np
import pytest

from tf_fingerprint import errors
from tf_fingerprint import evaluation
from tf_fingerprint.evaluation import codecs
from tf_fingerprint.evaluation.attacks import steganalysis
from tf_fingerprint.evaluation.suites import codec_secrecy
from tf_fingerprint.evaluation.suites import marking as marking_suite
from tf_fingerprint.evaluation.suites import robustness as robustness_suite
from tf_fingerprint.evaluation.suites import secrecy

from ..artificial.pixel_codec import NUM_BITS
from ..artificial.pixel_codec import SIDE
from ..artificial.pixel_codec import PixelCodec
from .pixel_subject import measured

OPTIONS = evaluation.Options(pictures=16, recipients=4)


def numbered(count):
    """Grey photographs, each of a level of its own."""
    levels = np.arange(count, dtype=np.uint8)[:, None, None, None]
    return np.broadcast_to(levels, (count, SIDE, SIDE, 3)).copy()


def noise(count, seed=0):
    random = np.random.default_rng(seed)
    shape = (count, SIDE, SIDE, 3)
    return random.integers(0, 256, shape, dtype=np.uint8)


def subject(photographs=None, codec=None):
    photographs = noise(64) if photographs is None else photographs
    return codecs.of_codec(codec or PixelCodec(), photographs)


def test_each_photograph_is_marked_once_before_any_is_again():
    random = np.random.default_rng(0)

    drawn = codecs.draw(numbered(10), 24, random)[:, 0, 0, 0]

    assert sorted(drawn[:10]) == sorted(drawn[10:20]) == list(range(10))
    np.testing.assert_array_equal(drawn[:10], drawn[10:20])


def test_pictures_are_photographs_with_the_fingerprints_asked_for():
    made = subject(numbered(200))
    bits = made.fresh_fingerprints(5)

    images = made.generate(bits, OPTIONS.random("one"))
    again = made.generate(bits, OPTIONS.random("one"))
    other = made.generate(bits, OPTIONS.random("other"))

    np.testing.assert_array_equal(made.decode(images) > 0, bits)
    np.testing.assert_array_equal(images, again)
    assert (images[:, -1, -1, 0] != other[:, -1, -1, 0]).any()


def test_photographs_must_be_there_and_of_the_codec_s_size():
    with pytest.raises(errors.EvaluationError, match="Received none"):
        codecs.of_codec(PixelCodec(), None)
    with pytest.raises(errors.DataError, match="32 x 32 x 3"):
        codecs.of_codec(PixelCodec(), np.zeros((4, 16, 16, 3), np.uint8))


def test_robustness_is_measured_beside_what_was_published():
    items = measured(robustness_suite, subject(), OPTIONS)

    assert items["clean_png"].value == 1
    published = items["accuracy_jpeg"].published
    assert "Yu et al., 2021, training pictures" in published


def test_marking_tells_how_much_pictures_change():
    items = measured(marking_suite, subject(numbered(100)), OPTIONS)

    random = OPTIONS.random("marking")
    originals = codecs.draw(numbered(100), 16, random).astype(float)
    # Of 1,024 pixels 64 are set, to 200 or to 50.
    assert items["psnr"].unit == "dB"
    assert items["psnr_lowest_tenth"].value < items["psnr"].value
    level = originals[:, 0, 0, 0]
    most, least = (np.maximum, np.minimum)
    bound = [
        np.sqrt((extreme((200 - level) ** 2, (50 - level) ** 2) / 16).mean())
        for extreme in (least, most)
    ]
    assert bound[0] * 0.9 < items["change"].value < bound[1] * 1.1
    assert items["marked"].images.shape == (3, 8, SIDE, SIDE, 3)


def test_a_second_marking_takes_the_first_one_s_place_at_the_middle():
    items = measured(marking_suite, subject(), OPTIONS)

    first = dict(items["remarking_first"].points)
    second = dict(items["remarking_second"].points)
    assert first[0.0].value == second[1.0].value == 1
    assert first[0.4].value == second[0.6].value == 1
    assert first[1.0].value < 0.7
    assert second[0.0].value < 0.7
    change = [each.value for _, each in items["remarking_change"].points]
    assert change[0] == 0
    assert change == sorted(change)


def test_marking_is_of_codecs_and_needs_pictures():
    without = evaluation.Subject(None, None, noise(4), SIDE, NUM_BITS)

    with pytest.raises(errors.EvaluationError, match="must have a codec"):
        marking_suite.check(without, OPTIONS)
    with pytest.raises(errors.EvaluationError, match="at least 8"):
        marking_suite.check(subject(), evaluation.Options(pictures=7))


class Knowing:
    """An attacker who knows where to look."""

    def train(self, first, second, *, images):
        self.seen = [self.levels(each) for each in (first, second)]

    def classify(self, images):
        self.tried = [*getattr(self, "tried", []), self.levels(images)]
        pixels = images.reshape(len(images), -1)[:, :NUM_BITS]
        return np.isin(pixels, (50, 200)).all(axis=1) - 0.5

    def levels(self, images):
        return set(images[:, -1, -1, 0].tolist())


def test_no_photograph_is_seen_twice_by_the_attacker():
    made = subject(numbered(200)[60:190])
    kinds = codec_secrecy._kinds(made, OPTIONS, None)
    attacker = Knowing()

    curve = secrecy.told_by_network(
        attacker, "one_set", kinds, [100], 15, fingerprints=1
    )

    [(size, figure)] = curve.points
    assert (size, figure.value, figure.pictures) == (100, 1, 30)
    assert figure.fingerprints == 1
    groups = [*attacker.seen, *attacker.tried]
    assert [len(each) for each in groups] == [50, 50, 15, 15]
    assert len(set().union(*groups)) == 130


def test_an_attacker_is_measured_at_each_size_that_there_is(monkeypatch):
    monkeypatch.setattr(secrecy, "SET_SIZES", (20, 100_000))
    monkeypatch.setattr(secrecy, "LEAST_IMAGES", 8)
    monkeypatch.setattr(codec_secrecy, "MIN_HELD_OUT", 4)
    # The network itself is tried in `test_steganalysis`.
    monkeypatch.setattr(steganalysis, "Attacker", lambda *_, **__: Knowing())

    items = measured(codec_secrecy, subject(), OPTIONS)

    assert set(items) == {
        "told_by_network_fingerprints",
        "told_by_network_one_set",
        "told_by_artificial_sets",
    }
    for curve in items.values():
        assert [size for size, _ in curve.points] == [20]
    assert items["told_by_artificial_sets"].points[0][1].pictures == 20


def test_an_attacker_needs_photographs_that_he_has_not_seen():
    with pytest.raises(errors.EvaluationError, match="at least 200 photogr"):
        codec_secrecy.check(subject(noise(150)), OPTIONS)
    codec_secrecy.check(subject(noise(200)), OPTIONS)
