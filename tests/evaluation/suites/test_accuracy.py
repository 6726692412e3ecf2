"""Accuracy of readers whose mistakes are known, and of a real run."""

import numpy as np
import pytest

from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint import evaluation
from tf_fingerprint.evaluation.suites import accuracy as accuracy_suite

from ...tiny_run import close_to
from ...tiny_run import tiny_run as tiny_run
from ...tiny_run import tiny_run_dir as tiny_run_dir
from .. import pixel_subject

pytestmark = pytest.mark.slow

OPTIONS = evaluation.Options(pictures=100)


def test_a_reader_that_is_always_right_has_all_bits_right():
    found = pixel_subject.measured(
        accuracy_suite, pixel_subject.subject(), OPTIONS
    )

    assert found["bit_accuracy_png"].value == 1
    assert found["all_bits_right_png"].value == 1
    assert found["p_value_png"].value == pytest.approx(64 * np.log10(0.5))
    assert found["bit_accuracy_png"].pictures == 100
    assert found["bit_accuracy_png"].fingerprints == 100


def test_the_bit_that_is_read_wrong_is_found():
    def decode(images):
        logits = pixel_subject.decode(images)
        logits[:, 7] *= -1
        logits[:25, 9] *= -1
        return logits

    found = pixel_subject.measured(
        accuracy_suite, pixel_subject.subject(decode), OPTIONS
    )

    shares = [figure.value for _, figure in found["accuracy_by_bit"].points]
    assert shares[7] == 0
    assert shares[9] == 0.75
    assert sum(shares) == 62.75
    accuracy = found["bit_accuracy_png"]
    assert accuracy.value == pytest.approx(62.75 / 64)
    assert accuracy.low < accuracy.value < accuracy.high
    assert found["all_bits_right_png"].value == 0


@pytest.mark.parametrize(
    ("right", "log10_p"),
    # The paper's own table, for 128 bits: accuracies of 0.991 and 0.983.
    [(127, -36.4), (126, -34.6), (64, np.log10(0.535))],
)
def test_p_values_are_the_paper_s(right, log10_p):
    bits = np.zeros((10, 128), np.uint8)
    decoded = bits.copy()
    decoded[:, right:] = 1

    figure = accuracy_suite._p_value(decoded, bits)

    assert figure.value == pytest.approx(log10_p, abs=0.05)
    assert figure.low <= figure.value <= figure.high


def test_a_run_is_read_as_floats_from_files_and_from_saved_models(
    tiny_run, monkeypatch
):
    monkeypatch.setattr(accuracy_suite, "SAVED_COPIES", 2)
    found = pixel_subject.measured(
        accuracy_suite,
        evaluation.of_run(tiny_run),
        evaluation.Options(pictures=16),
    )

    saved = found["bit_accuracy_saved_model"]
    assert (saved.pictures, saved.fingerprints) == (16, 2)
    # Weights that were never trained read like chance, wherever.
    for place in ("float", "png", "saved_model"):
        figure = found[f"bit_accuracy_{place}"]
        assert figure.low < 0.6
        assert figure.high > 0.4
    assert len(found["accuracy_by_bit"].points) == 32


def test_saved_models_make_the_pictures_of_the_sealed_copy(tiny_run):
    bits = np.arange(32, dtype=np.uint8) % 2

    pictures = accuracy_suite._made_by_saved_model(
        tiny_run, bits, 70, np.random.default_rng(0)
    )

    instance, random = tiny_run.seal(bits), np.random.default_rng(0)
    expected = []
    for size in (64, 6):
        inputs = [
            random.standard_normal((size, each.shape[-1]), np.float32)
            for each in instance.inputs
        ]
        images = instance(inputs, training=False)
        expected.append(data.to_pixels(np.asarray(images)))
    close_to(pictures, np.concatenate(expected))
    assert len(np.unique(pictures, axis=0)) == 70


def test_float_pictures_are_those_of_the_files_before_rounding(tiny_run):
    bits = np.zeros((40, 32), np.uint8)

    pixels, logits = accuracy_suite._made_as_floats(
        tiny_run, bits, np.random.default_rng(5)
    )

    subject = evaluation.of_run(tiny_run)
    expected = subject.generate(bits, np.random.default_rng(5))
    np.testing.assert_array_equal(pixels, expected)
    rounded = subject.decode(pixels)
    assert (logits != rounded).any()
    assert np.corrcoef(logits.ravel(), rounded.ravel())[0, 1] > 0.9


def test_too_few_pictures_are_refused():
    with pytest.raises(errors.EvaluationError, match="at least 8 pictures"):
        accuracy_suite.check(
            pixel_subject.subject(), evaluation.Options(pictures=7)
        )
