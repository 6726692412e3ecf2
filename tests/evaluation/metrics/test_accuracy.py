import numpy as np
import pytest
from scipy import stats

from tf_fingerprint import attribution
from tf_fingerprint import evaluation
from tf_fingerprint import fingerprints
from tf_fingerprint import registry

GENERATOR = registry.GeneratorRecord(
    digest="0" * 64, decoder_digest="1" * 64, num_bits=128, resolution=16
)


@pytest.fixture
def candidates(tmp_path):
    with registry.open_store(tmp_path / "registry.db", create=True) as store:
        for number in range(20):
            registry.issue(store, f"R{number}", generator=GENERATOR)
        return attribution.Candidates.load(store, GENERATOR.digest)


def draw(num_images, num_bits=128):
    drawn = [fingerprints.random_bits(num_bits) for _ in range(num_images)]
    return np.stack(drawn)


def paint(bits):
    """Pictures of one row, a pixel for each bit."""
    return (255 * bits[:, None, :, None]).astype("uint8")


def look(images):
    return images[:, 0, :, 0] > 127


def flipped(bits, num_flips):
    bits = bits.copy()
    bits[..., :num_flips] ^= 1
    return bits


def test_what_was_painted_is_read_back_in_the_order_of_the_fingerprints():
    drawn = draw(10, 32)
    sizes = []

    def generate(bits):
        sizes.append(len(bits))
        return paint(bits)

    decoded = evaluation.decode_generated(generate, look, drawn, batch_size=4)

    np.testing.assert_array_equal(decoded, drawn)
    assert decoded.dtype == np.uint8
    assert sizes == [4, 4, 2]


@pytest.mark.parametrize("decoded_shape", [(2, 32), (1, 31)])
def test_a_decoder_of_other_bits_or_pictures_is_an_error(decoded_shape):
    with pytest.raises(ValueError, match="decoder of another run"):
        evaluation.decode_generated(
            paint, lambda _: np.zeros(decoded_shape), draw(1, 32)
        )


@pytest.mark.parametrize("bits", [np.zeros((0, 32)), np.zeros(32)])
def test_no_fingerprints_are_an_error(bits):
    with pytest.raises(ValueError, match="one or more rows"):
        evaluation.decode_generated(paint, look, bits)


def test_matching_bits_are_counted_picture_by_picture():
    drawn = draw(3)
    flips = (0, 5, 128)
    decoded = [flipped(*pair) for pair in zip(drawn, flips, strict=True)]

    counts = evaluation.bit_accuracy_counts(decoded, drawn)

    assert counts.tolist() == [128, 123, 0]


# Newcombe, 1998 (Statistics in Medicine 17, 857-872), Table I, method 3.
@pytest.mark.parametrize(
    "successes, trials, low, high",
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_s_interval_is_the_published_one(successes, trials, low, high):
    interval = evaluation.wilson_interval(successes, trials)

    assert interval == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("successes", [0, 1, 500, 999, 1000])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_wilson_s_interval_is_scipy_s(successes, confidence):
    expected = stats.binomtest(successes, 1000).proportion_ci(
        confidence, method="wilson"
    )

    interval = evaluation.wilson_interval(successes, 1000, confidence)

    assert interval == pytest.approx(tuple(expected), abs=1e-12)


@pytest.mark.parametrize(
    "arguments", [(-1, 10), (11, 10), (0, 0), (1, 2, 0.0), (1, 2, 1.0)]
)
def test_impossible_trials_have_no_interval(arguments):
    with pytest.raises(ValueError, match="must lie between"):
        evaluation.wilson_interval(*arguments)


def test_independent_bits_have_wilson_s_interval():
    counts = np.random.default_rng(0).binomial(128, 0.98, 5000)

    interval = evaluation.bit_accuracy_interval(counts, 128)

    expected = evaluation.wilson_interval(counts.sum(), 128 * 5000)
    assert interval == pytest.approx(expected, rel=2e-4)


def test_pictures_that_fail_as_a_whole_count_as_one_trial_each():
    counts = 128 * np.random.default_rng(0).binomial(1, 0.9, 1000)

    interval = evaluation.bit_accuracy_interval(counts, 128)

    expected = evaluation.wilson_interval(counts.sum() / 128, 1000)
    assert interval == pytest.approx(expected, rel=1e-3)


def test_the_interval_covers_the_accuracy_as_often_as_promised():
    generator = np.random.default_rng(0)
    covered = 0
    for _ in range(2000):
        accuracies = generator.beta(18, 2, 50)  # Pictures differ; mean 0.9.
        counts = generator.binomial(128, accuracies)
        low, high = evaluation.bit_accuracy_interval(counts, 128)
        covered += low <= 0.9 <= high

    assert covered / 2000 == pytest.approx(0.95, abs=0.02)


def test_faultless_pictures_still_have_an_interval():
    low, high = evaluation.bit_accuracy_interval([128] * 10, 128)

    assert 0.99 < low < high
    assert high == pytest.approx(1)


def test_one_picture_has_no_interval():
    with pytest.raises(ValueError, match="at least 2 pictures"):
        evaluation.bit_accuracy_interval([128], 128)


def test_right_wrong_and_nobody_are_told_apart(candidates):
    first, second, third = candidates.records[:3]
    decoded = [
        flipped(first.bits, 10),
        second.bits,
        flipped(third.bits, 60),
        third.bits,
    ]

    counts = evaluation.attribution_counts(
        decoded, [first, first, third, third], candidates
    )

    assert counts == evaluation.AttributionCounts(right=2, wrong=1, nobody=1)
    assert counts.right_share == 0.5


def test_every_picture_needs_a_maker(candidates):
    decoded = [record.bits for record in candidates.records[:3]]

    with pytest.raises(ValueError, match="Received 2 for 3 pictures"):
        evaluation.attribution_counts(
            decoded, candidates.records[:2], candidates
        )
