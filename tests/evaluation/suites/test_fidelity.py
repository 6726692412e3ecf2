"""Fidelity of generators that are as good, or as bad, as they were made."""

import dataclasses
import shutil

import keras
import numpy as np
import pytest

from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint import evaluation
from tf_fingerprint import methods
from tf_fingerprint.evaluation.metrics import extractors
from tf_fingerprint.evaluation.suites import fidelity as fidelity_suite

from ...tiny_run import tiny_run_dir as tiny_run_dir
from .. import pixel_subject
from ..weights import save_tiny_weights

pytestmark = pytest.mark.slow

COUNT = 48


@pytest.fixture(scope="module")
def features(tmp_path_factory):
    return str(save_tiny_weights(tmp_path_factory.mktemp("weights")))


@pytest.fixture(scope="module")
def photographs():
    return data.procedural_images(3 * COUNT, resolution=16)


def test_photographs_are_as_near_as_photographs(features, photographs):
    def generate(fingerprints, random):
        return photographs[random.permutation(len(photographs))][
            : len(fingerprints)
        ]

    found = pixel_subject.measured(
        fidelity_suite,
        pixel_subject.subject(generate=generate, photographs=photographs),
        evaluation.Options(pictures=COUNT, features=features),
    )

    floor = found["frechet_mobilenet_photographs"]
    assert found["frechet_mobilenet"].value < 3 * floor.value + 0.1
    assert found["kid_mobilenet"].low < 0.01
    assert found["precision"].value > 0.7
    assert found["recall"].value > 0.7
    assert floor.fingerprints == 0
    # Fingerprints change nothing in these pictures.
    assert found["distance_of_fingerprints"].value == pytest.approx(0)
    assert found["variance_share_of_fingerprints"].value == 0
    assert found["distance_of_latents"].value > 0
    assert found["psnr_of_fingerprints"].value > 70


def test_noise_is_far_and_covers_nothing(features, photographs):
    found = pixel_subject.measured(
        fidelity_suite,
        pixel_subject.subject(photographs=photographs),
        evaluation.Options(pictures=COUNT, features=features),
    )

    floor = found["frechet_mobilenet_photographs"]
    assert found["frechet_mobilenet"].low > 2 * floor.high
    assert found["kid_mobilenet"].low > 0
    assert found["recall"].value < 0.2
    # A quarter of the pixels is the fingerprint's.
    assert 0 < found["variance_share_of_fingerprints"].value < 1
    assert found["variance_share_of_fingerprints"].value > 0.5
    assert found["pictures"].rows[0] == "photographs"
    assert found["fingerprints_at_one_latent"].images.shape[:2] == (4, 6)


def test_a_run_beside_itself_without_bits_costs_nothing(
    features, photographs, tiny_run_dir, tmp_path
):
    # Without these weights every fingerprint is as good as a neutral one.
    folder = shutil.copytree(tiny_run_dir, tmp_path / "run")
    generator = keras.saving.load_model(folder / "generator.keras")
    embedding = generator.embedding
    embedding.set_weights([0 * weight for weight in embedding.get_weights()])
    generator.save(folder / "generator.keras")
    run = methods.load(folder)

    found = pixel_subject.measured(
        fidelity_suite,
        evaluation.of_run(run, photographs),
        evaluation.Options(
            pictures=COUNT, features=features, baseline=str(folder)
        ),
    )

    cost = found["frechet_mobilenet_cost"]
    assert cost.value == pytest.approx(0, abs=1e-6)
    # The same draws on both sides: the cost is sure where neither is.
    assert cost.high - cost.low < 1e-6
    alone = found["frechet_mobilenet_baseline"]
    assert alone.high - alone.low > 1e-3
    assert alone.fingerprints == 0


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"pictures": 31}, errors.EvaluationError, "at least 32 pictures"),
        ({"pictures": 200}, errors.EvaluationError, "Received 144"),
        ({"features": "w.txt"}, errors.DataError, "must be an .npz file"),
        ({"features": "w.npz"}, errors.DataError, "no such file"),
        ({"baseline": "nowhere"}, errors.RunError, "generator.keras"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_made(
    changes, error, words, features, photographs
):
    def generate(fingerprints, random):
        raise AssertionError("Work has begun.")

    subject = pixel_subject.subject(generate=generate, photographs=photographs)
    options = {"pictures": COUNT, "features": features} | changes

    with pytest.raises(error, match=words):
        fidelity_suite.check(subject, evaluation.Options(**options))


def test_more_features_need_more_pictures(tmp_path, photographs):
    wide = str(save_tiny_weights(tmp_path, num_features=50))

    with pytest.raises(errors.EvaluationError, match="on 50 features needs"):
        fidelity_suite.check(
            pixel_subject.subject(photographs=photographs),
            evaluation.Options(pictures=COUNT, features=wide),
        )


def test_a_baseline_of_another_size_is_refused(
    features, photographs, tiny_run_dir
):
    subject = pixel_subject.subject(photographs=photographs)
    larger = dataclasses.replace(subject, resolution=32)

    with pytest.raises(errors.RunError, match="`data.resolution` 32"):
        fidelity_suite.check(
            larger,
            evaluation.Options(
                pictures=COUNT, features=features, baseline=str(tiny_run_dir)
            ),
        )


def test_grey_pictures_are_shown_in_three_channels(features):
    extractor = evaluation.MobileNetFeatures(features)
    grey = data.procedural_images(2, resolution=16)[..., :1]

    seen = extractors.seen(extractor, grey)

    np.testing.assert_array_equal(seen, extractor(np.repeat(grey, 3, axis=-1)))


def test_the_intervals_scatter_as_new_pictures_do():
    # New pictures again and again, against what drawing them again says.
    seen = np.random.default_rng(0).gamma(2.0, size=(60, 2, COUNT, 4))
    draws = list(fidelity_suite.distances.draws(COUNT, fidelity_suite.DRAWS))
    for measure in fidelity_suite.distances.KINDS.values():
        values = [measure(*pair, draws[:1])[0] for pair in seen]
        deviations = [np.std(measure(*pair, draws[1:])) for pair in seen[:12]]

        assert 0.6 < np.median(deviations) / np.std(values) < 1.8
