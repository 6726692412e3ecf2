import json

import numpy as np
import pytest

from tf_fingerprint import errors
from tf_fingerprint.passive import open_set


def calibrated(count, rate, seed=0, score="energy", space=None):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(count, 3)).astype("float32")
    return open_set.OpenSet.calibrate(
        score,
        features,
        features,
        max_false_positive_rate=rate,
        space=space,
    )


def any_space():
    rng = np.random.default_rng(3)
    return open_set.Space.of(
        rng.normal(size=(500, 3)).astype("float32"), np.arange(500) % 2
    )


@pytest.mark.parametrize(("count", "rate"), [(19, 0.05), (59, 0.1)])
def test_new_pictures_of_the_sources_are_called_unknown_as_seldom_as_said(
    count, rate
):
    rng = np.random.default_rng(1)
    rates = []
    for seed in range(400):
        known = calibrated(count, rate, seed)
        new = rng.normal(size=(100, 3)).astype("float32")
        rates.append(np.mean(known.scores(new, new) > known.threshold))

    # 400 thresholds; each rate scatters by about as much as it is.
    assert np.mean(rates) == pytest.approx(rate, abs=0.01)


def test_either_score_takes_no_more_than_the_rate_of_both():
    rng = np.random.default_rng(1)
    space, rates = any_space(), []
    for seed in range(400):
        known = calibrated(59, 0.1, seed, "either", space)
        new = rng.normal(size=(100, 3)).astype("float32")
        rates.append(np.mean(known.scores(new, new) > known.threshold))

    # Pictures that both scores call unknown are counted once.
    assert 0.05 < np.mean(rates) < 0.105


@pytest.mark.parametrize("found_by", ["energy", "distance"])
def test_one_of_both_scores_is_enough_for_either(found_by):
    space = any_space()
    known = calibrated(99, 0.1, score="either", space=space)
    usual, strange = np.zeros((1, 3), "float32"), np.full((1, 3), 9, "float32")
    features, logits = usual, usual + 1
    if found_by == "energy":
        logits = -strange
    else:
        features = strange

    assert known.scores(usual, usual + 1) <= known.threshold
    assert known.scores(features, logits) > known.threshold


def test_the_threshold_is_a_picture_and_the_count_is_exact():
    known = calibrated(99, 0.05)

    assert known.images == 99
    assert known.above == 4  # With the threshold's own, five in a hundred.
    assert known.to_dict()["rate_low"] < 4 / 99 < known.to_dict()["rate_high"]


def test_too_few_pictures_for_a_rate_are_refused():
    assert open_set.images_needed(0.01, "energy") == 99
    calibrated(99, 0.01)

    with pytest.raises(ValueError, match="There must be 99 images"):
        calibrated(98, 0.01)
    with pytest.raises(ValueError, match="There must be 199 images"):
        calibrated(198, 0.01, score="either", space=any_space())


def test_the_energy_is_high_where_all_logits_are_low():
    logits = np.log(np.float32([[1, 2, 3], [0.1, 0.1, 0.2]]))

    expected = -np.log([6, 0.4])
    np.testing.assert_allclose(open_set.energies(logits), expected, rtol=1e-6)


def test_the_distance_is_mahalanobis_from_the_nearest_source():
    rng = np.random.default_rng(0)
    sources = np.repeat([0, 1], 500)
    features = rng.normal(size=(1000, 3)) * [1, 5, 0.2] + sources[:, None] * 9
    space = open_set.Space.of(features.astype("float32"), sources)
    new = (rng.normal(size=(20, 3)) * 9).astype("float32")

    found = space.distances(new)

    means = [features[sources == k].mean(axis=0) for k in (0, 1)]
    around = features - np.array(means)[sources]
    ridge = 1e-3 * np.trace(around.T @ around / 1000) / 3
    inverse = np.linalg.inv(around.T @ around / 1000 + ridge * np.eye(3))
    expected = [
        min((row - mean) @ inverse @ (row - mean) for mean in means)
        for row in new
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-3)


@pytest.mark.parametrize("score", open_set.SCORES)
def test_what_was_saved_is_read_again(score, tmp_path):
    rng = np.random.default_rng(2)
    space = open_set.Space.of(
        rng.normal(size=(50, 3)).astype("float32"), np.arange(50) % 2
    )
    known = calibrated(40, 0.05, score=score, space=space)
    known.save(tmp_path / "unknown.json")

    read = open_set.load(tmp_path / "unknown.json")

    features = rng.normal(size=(9, 3)).astype("float32")
    assert read.to_dict() == known.to_dict()
    np.testing.assert_array_equal(
        read.scores(features, features), known.scores(features, features)
    )


@pytest.mark.parametrize("text", ["", "{}", '{"score": "distance"}'])
def test_a_broken_threshold_is_named(text, tmp_path):
    (tmp_path / "unknown.json").write_text(text)

    with pytest.raises(errors.RunError, match="unknown.json: can't be read"):
        open_set.load(tmp_path / "unknown.json")


def test_both_scores_need_what_they_are_scaled_by(tmp_path):
    path = tmp_path / "unknown.json"
    calibrated(40, 0.05, score="either", space=any_space()).save(path)
    open_set.load(path)
    known = json.loads(path.read_text())
    del known["scales"]
    path.write_text(json.dumps(known))

    with pytest.raises(errors.RunError, match="can't be read.*scales"):
        open_set.load(path)
