"""Seeds, two virtual processors, and networks of a few channels."""

import contextlib
import functools
import os
import pathlib
from unittest import mock

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras  # noqa: E402
import pytest  # noqa: E402
import tensorflow as tf  # noqa: E402

from tf_fingerprint import models  # noqa: E402

from . import fuzzing  # noqa: E402

fuzzing.load_profile()

# Before TensorFlow starts: afterwards the number of devices is fixed.
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0],
    [tf.config.LogicalDeviceConfiguration()] * 2,
)

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


@pytest.fixture(autouse=True)
def seeded():
    keras.utils.set_random_seed(0)


@pytest.fixture(scope="session", autouse=True)
def one_fresh_process():
    """All exports are tried in one process: importing TensorFlow takes long."""
    from export.publishing import fresh

    @functools.cache
    def started():
        # This package is there to be found, as by whoever develops it.
        root = str(pathlib.Path(__file__).parents[1])
        with mock.patch.dict(os.environ, PYTHONPATH=root):
            return fresh.Process()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            fresh, "started", lambda: contextlib.nullcontext(started())
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
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


@pytest.fixture
def generator():
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
    return models.Discriminator(16, **TINY_WIDTHS)


@pytest.fixture
def decoder():
    return models.Decoder(16, num_bits=8, latent_dim=6, **TINY_WIDTHS)
