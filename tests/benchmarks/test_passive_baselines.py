"""Simpler methods than passive classifiers, on pictures easily told apart."""

import importlib
import pathlib

import numpy as np
import pytest

from tf_fingerprint import data
from tf_fingerprint.passive import sources as reading

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture
def benchmark(monkeypatch):
    """Imports a benchmark."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module


def labelled(images, sources):
    names = tuple(map(str, sources))
    return reading.Labelled(images, np.asarray(sources), names)


def test_baselines_tell_what_anything_tells(benchmark):
    """Sources that differ in brightness, and in nothing else."""
    baselines = benchmark("passive_baselines")
    images = data.procedural_images(90, resolution=16)
    sources = np.arange(90) % 3
    images = (images // np.array([1, 2, 4])[sources, None, None, None]).astype(
        "uint8"
    )
    parts = {
        part: labelled(images[start : start + 30], sources[start : start + 30])
        for start, part in zip((0, 30, 60), reading.PARTS, strict=True)
    }

    def levels(pictures):
        return np.stack(
            [pictures.mean((1, 2, 3)), pictures.std((1, 2, 3))], axis=1
        )

    found = {
        name: hits.mean() for name, hits in baselines.measured(parts, levels)
    }

    assert found["linear_eigen"] > 0.5
    assert found["mobilenet_head"] > 0.6
    assert set(found) == {
        *("nearest_pixels", "nearest_eigen", "linear_eigen"),
        *("prnu", "mobilenet_head"),
    }


def test_noise_that_stays_is_found_by_its_residual(benchmark):
    baselines = benchmark("passive_baselines")
    random = np.random.default_rng(0)
    patterns = random.normal(0, 12, (2, 32, 32, 3))
    images = data.procedural_images(80, resolution=32)
    sources = np.arange(80) % 2
    images = np.clip(images + patterns[sources], 0, 255).astype("uint8")

    train = labelled(images[:60], sources[:60])
    guesses = baselines.prnu(train, images[60:])

    assert (guesses == sources[60:]).all()


def test_the_nearest_picture_is_the_nearest(benchmark):
    baselines = benchmark("passive_baselines")
    random = np.random.default_rng(0)
    places, others = random.random((50, 8)), random.random((20, 8))
    train = labelled(np.zeros((50, 1, 1, 3), "uint8"), np.arange(50))

    found = baselines.nearest(train, places, others)

    distances = ((places[:, None] - others[None]) ** 2).sum(axis=2)
    np.testing.assert_array_equal(found, distances.argmin(axis=0))
