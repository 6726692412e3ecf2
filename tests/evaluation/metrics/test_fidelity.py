import numpy as np
import pytest
from scipy import linalg

from tf_fingerprint import evaluation


def draw(num_images=50, num_features=6, seed=0, shift=0.0):
    generator = np.random.default_rng(seed)
    mixing = generator.normal(size=(num_features, num_features))
    return generator.normal(size=(num_images, num_features)) @ mixing + shift


def naive_kernel_distance(features, other_features):
    """The unbiased estimator, pair by pair, as the paper writes it."""
    length = len(features[0])

    def kernel(x, y):
        return (sum(a * b for a, b in zip(x, y, strict=True)) / length + 1) ** 3

    def mean_within(side):
        pairs = [
            kernel(x, y)
            for i, x in enumerate(side)
            for j, y in enumerate(side)
            if i != j
        ]
        return sum(pairs) / len(pairs)

    across = [kernel(x, y) for x in features for y in other_features]
    return (
        mean_within(features)
        + mean_within(other_features)
        - 2 * sum(across) / len(across)
    )


def test_the_kernel_distance_is_that_of_a_slow_loop():
    features, others = draw(12, 4), draw(12, 4, seed=1, shift=0.3)

    mean, deviation = evaluation.kernel_distance(
        features, others, subset_size=12, num_subsets=3
    )

    assert mean == pytest.approx(naive_kernel_distance(features, others))
    assert deviation == pytest.approx(0, abs=1e-9)


def test_subsets_scatter_around_the_distance_of_all():
    features, others = draw(200), draw(200, seed=1)
    all_of_them, _ = evaluation.kernel_distance(
        features, others, subset_size=200, num_subsets=1
    )

    mean, deviation = evaluation.kernel_distance(
        features, others, subset_size=50, num_subsets=500
    )

    assert deviation > 0
    assert mean == pytest.approx(all_of_them, abs=4 * deviation / 500**0.5)


def test_the_kernel_distance_of_two_draws_alike_is_zero_on_average():
    generator = np.random.default_rng(0)
    distances = [
        evaluation.kernel_distance(
            *generator.normal(size=(2, 20, 3)), subset_size=20, num_subsets=1
        )[0]
        for _ in range(400)
    ]

    error = np.std(distances) / 400**0.5
    assert np.mean(distances) == pytest.approx(0, abs=3 * error)
    assert min(distances) < 0  # Unbiased, so it must fall on both sides.


def test_the_same_seed_draws_the_same_subsets():
    sides = draw(100), draw(100, seed=1)

    def measure(seed):
        return evaluation.kernel_distance(
            *sides, subset_size=20, num_subsets=5, seed=seed
        )

    assert measure(1) == measure(1) != measure(2)


def test_the_frechet_distance_is_that_of_scipy_s_matrix_root():
    features, others = draw(), draw(60, seed=1, shift=0.5)
    covariances = [np.cov(side, rowvar=False) for side in (features, others)]
    shift = features.mean(axis=0) - others.mean(axis=0)
    root = linalg.sqrtm(covariances[0] @ covariances[1])
    expected = shift @ shift + np.trace(sum(covariances) - 2 * root.real)

    distance = evaluation.frechet_distance(features, others)

    assert distance == pytest.approx(expected, rel=1e-9)


def test_the_frechet_distance_of_one_feature_has_a_closed_form():
    features, others = draw(100, 1), draw(100, 1, seed=1, shift=2.0)
    expected = (features.mean() - others.mean()) ** 2 + (
        features.std(ddof=1) - others.std(ddof=1)
    ) ** 2

    distance = evaluation.frechet_distance(features, others)

    assert distance == pytest.approx(expected)


def test_the_frechet_distance_is_symmetric_and_zero_to_itself():
    # Fewer pictures than features, so that the covariances are singular.
    features, others = draw(20, 40), draw(20, 40, seed=1)

    distance = evaluation.frechet_distance(features, others)

    assert distance == pytest.approx(
        evaluation.frechet_distance(others, features)
    )
    assert evaluation.frechet_distance(features, features) == pytest.approx(
        0, abs=1e-4
    )


def test_a_shift_counts_by_its_square():
    features = draw()

    distance = evaluation.frechet_distance(features, features + 3)

    assert distance == pytest.approx(6 * 3**2)


def test_too_few_pictures_are_an_error():
    with pytest.raises(ValueError, match="At least 2 pictures"):
        evaluation.frechet_distance(draw(1), draw(5))
    with pytest.raises(ValueError, match="At least 10 .* 50 and 9"):
        evaluation.kernel_distance(draw(50), draw(9), subset_size=10)


@pytest.mark.parametrize("sizes", [(1, 5), (10, 0)])
def test_subsets_that_say_nothing_are_an_error(sizes):
    size, count = sizes
    with pytest.raises(ValueError, match="`subset_size` must be at least 2"):
        evaluation.kernel_distance(
            draw(), draw(), subset_size=size, num_subsets=count
        )


def test_features_of_different_networks_are_an_error():
    with pytest.raises(ValueError, match="Received 6 and 5 features"):
        evaluation.frechet_distance(draw(), draw(num_features=5))
