"""Seeds, two virtual processors, and networks of a few channels."""

import contextlib
import functools
import os
import pathlib
import random
import sys
from unittest import mock

import numpy as np
import pytest
from _pytest import doctest

from . import fuzzing

fuzzing.load_profile()

TESTS = pathlib.Path(__file__).parent

# What these test needs NumPy and a database, no more; nor do their tests.
WITHOUT_TENSORFLOW = {
    *("attribution", "calibration", "config", "evidence", "fingerprints"),
    *("registry", "test_architecture.py", "test_without_tensorflow.py"),
}

# Keras 3.15 reads TensorFlow's arrays for `.keras` files in a way that NumPy 2
# warns of; it is Keras's to mend.
KERAS_SAVING = "ignore:__array__ implementation doesn't accept a copy keyword"

TINY_WIDTHS = {"channel_base": 64, "max_channels": 8}


def pytest_addoption(parser):
    group = parser.getgroup("serving", "the server that tests/serving asks")
    group.addoption("--serving-url", help="REST, as http://localhost:8501")
    group.addoption("--serving-grpc", help="gRPC, as localhost:8500")


def pytest_configure(config):
    config.addinivalue_line(
        "filterwarnings", f"{KERAS_SAVING}:DeprecationWarning"
    )


def pytest_collectstart(collector):
    """Makes the devices before a module that needs them is imported."""
    if isinstance(collector, pytest.Module) and collector.path.is_relative_to(
        TESTS
    ):
        part = collector.path.relative_to(TESTS).parts[0]
        if part not in WITHOUT_TENSORFLOW:
            from . import devices  # noqa: F401


@pytest.hookimpl(wrapper=True)
def pytest_collect_file():
    """Leaves tests to be collected as tests alone.

    Doctests come first, and with `--doctest-ignore-import-errors` a test file
    that can't be imported would be one skip among others, all its tests gone.
    """
    collectors = yield
    return [
        each
        for each in collectors
        if not isinstance(each, doctest.DoctestModule)
    ]


@pytest.fixture(autouse=True)
def seeded():
    if sys.modules.get("keras"):
        sys.modules["keras"].utils.set_random_seed(0)
    random.seed(0)
    np.random.seed(0)


@pytest.fixture(scope="session", autouse=True)
def one_fresh_process():
    """All exports are tried in one process: importing TensorFlow takes long."""

    @functools.cache
    def started():
        from export.publishing import fresh

        # This package is there to be found, as by whoever develops it.
        root = str(pathlib.Path(__file__).parents[1])
        with mock.patch.dict(os.environ, PYTHONPATH=root):
            return fresh.Process()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "export.publishing.fresh.started",
            lambda: contextlib.nullcontext(started()),
        )
        yield started
    if started.cache_info().currsize:
        started().close()


@pytest.fixture(scope="session")
def fresh_process(one_fresh_process):
    """That process; it ends with the tests."""
    return one_fresh_process()


@pytest.fixture(scope="session")
def two_replicas():
    """A strategy of two replicas, on two halves of the processor."""
    import tensorflow as tf

    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


@pytest.fixture
def generator():
    from tf_fingerprint import models

    return models.Generator(
        16,
        num_bits=8,
        latent_dim=6,
        style_dim=5,
        embedding_layers=2,
        **TINY_WIDTHS,
    )


@pytest.fixture
def discriminator():
    from tf_fingerprint import models

    return models.Discriminator(16, **TINY_WIDTHS)


@pytest.fixture
def decoder():
    from tf_fingerprint import models

    return models.Decoder(16, num_bits=8, latent_dim=6, **TINY_WIDTHS)
