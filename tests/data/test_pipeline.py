import itertools
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_fingerprint import data

pytestmark = pytest.mark.slow

REPOSITORY = pathlib.Path(__file__).parents[2]


def numbered_images(num_images):
    """Tiny images whose first pixel is their number, the second is not."""
    images = np.zeros((num_images, 2, 2, 3), "uint8")
    images[:, :, 0] = np.arange(num_images, dtype="uint8")[:, None, None]
    images[:, :, 1] = 255
    return images


def first_batches(count, images, **options):
    return np.stack(
        list(itertools.islice(data.numpy_batches(images, **options), count))
    )


@given(
    num_images=st.integers(1, 20),
    batch_size=st.integers(1, 45),
    seed=st.integers(0, 2**64 - 1),
    first_batch=st.integers(0, 30),
    mirror=st.booleans(),
)
def test_resumed_batches_equal_uninterrupted_ones(
    num_images, batch_size, seed, first_batch, mirror
):
    images = numbered_images(num_images)
    options = {"batch_size": batch_size, "seed": seed, "mirror": mirror}

    uninterrupted = first_batches(first_batch + 3, images, **options)
    resumed = first_batches(3, images, first_batch=first_batch, **options)

    np.testing.assert_array_equal(resumed, uninterrupted[first_batch:])


@given(num_images=st.integers(1, 30), batch_size=st.integers(1, 40))
def test_every_image_comes_once_before_any_comes_again(num_images, batch_size):
    batches = first_batches(
        2 * num_images,
        numbered_images(num_images),
        batch_size=batch_size,
        seed=5,
    )

    stream = batches[..., 0, 0, 0].reshape(-1, num_images)
    assert (np.sort(stream) == np.arange(num_images)).all()


def test_each_round_and_each_seed_have_an_order_of_their_own():
    images = numbered_images(50)

    orders = [
        first_batches(2, images, batch_size=50, seed=seed)[
            ..., 0, 0, 0
        ].tolist()
        for seed in (0, 1)
    ]

    rounds = [tuple(order) for pair in orders for order in pair]
    assert len(set(rounds)) == 4


def test_half_of_the_images_are_mirrored_anew_in_each_round():
    images = numbered_images(200)
    plain = first_batches(2, images, batch_size=200, seed=3)

    mixed = first_batches(2, images, batch_size=200, seed=3, mirror=True)

    mirrored = (mixed == plain[:, :, :, ::-1]).all(axis=(2, 3, 4))
    untouched = (mixed == plain).all(axis=(2, 3, 4))
    assert (mirrored ^ untouched).all()
    assert 80 < mirrored[0].sum() < 120
    assert (mirrored[0] != mirrored[1]).any()


def test_batches_are_copies():
    images = numbered_images(4)

    first_batches(1, images, batch_size=4, seed=0)[:] = 0
    next(data.numpy_batches(images, batch_size=4, seed=0))[:] = 0

    np.testing.assert_array_equal(images, numbered_images(4))


def test_the_order_is_the_same_in_every_version():
    stream = first_batches(2, numbered_images(8), batch_size=6, seed=1000)

    assert stream[..., 0, 0, 0].tolist() == [
        [4, 0, 2, 5, 6, 3],
        [7, 1, 0, 2, 3, 5],
    ]


@pytest.mark.parametrize("mirror", [False, True])
def test_the_dataset_has_the_batches_of_numpy_in_unit_range(mirror):
    images = data.procedural_images(20, resolution=16)
    options = {"batch_size": 6, "seed": 2, "mirror": mirror, "first_batch": 4}

    batches = data.batches(images, **options)

    assert batches.element_spec.shape == (6, 16, 16, 3)
    assert batches.element_spec.dtype == "float32"
    expected = first_batches(5, images, **options)
    for batch, pixels in zip(batches.take(5), expected, strict=True):
        np.testing.assert_array_equal(batch, data.to_unit(pixels))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"batch_size": 0}, "`batch_size` must be at least 1"),
        ({"seed": -1}, "`seed` must be at least 0"),
        ({"first_batch": -1}, "`first_batch` must be at least 0"),
    ],
)
def test_a_number_out_of_range_is_refused_before_the_first_batch(
    wrong, message
):
    options = {"batch_size": 2, "seed": 0, **wrong}

    with pytest.raises(ValueError, match=message):
        data.numpy_batches(numbered_images(4), **options)
    with pytest.raises(ValueError, match=message):
        data.batches(numbered_images(4), **options)


def test_no_images_are_refused():
    with pytest.raises(ValueError, match="at least one image"):
        data.numpy_batches(numbered_images(0), batch_size=2, seed=0)


# Prints what each replica of one process sees of the first three batches, and
# ends while the next are being read.
REPLICAS = """
import json, sys, time
import tensorflow as tf
from tests.data import test_pipeline
from tf_fingerprint import data
from tf_fingerprint.data import pipeline

def slow(*arguments, batch=pipeline._batch):
    time.sleep(0.3)
    return batch(*arguments)

pipeline._batch = slow

devices = tf.config.list_physical_devices("CPU")
two = [tf.config.LogicalDeviceConfiguration()] * 2
tf.config.set_logical_device_configuration(devices[0], two)
strategy = getattr(tf.distribute, sys.argv[1])(*json.loads(sys.argv[2]))
batches = data.batches(
    test_pipeline.numbered_images(20), batch_size=8, seed=1, first_batch=1
)
iterator = iter(strategy.experimental_distribute_dataset(batches))
seen = [strategy.experimental_local_results(next(iterator)) for _ in range(3)]
print(json.dumps(
    [[data.to_pixels(part)[:, 0, 0, 0].tolist() for part in parts]
     for parts in seen]
), flush=True)
"""


def start_process(*arguments, stderr=subprocess.PIPE, **environment):
    return subprocess.Popen(
        [sys.executable, "-c", REPLICAS, *arguments],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )


def parts_seen(process):
    """The numbers of the images by batch and replica."""
    with process:
        try:
            output, log = process.communicate(timeout=600)
        finally:
            process.kill()
    assert process.returncode == 0, log
    return json.loads(output.splitlines()[-1])


def parts_told(process):
    """The same of a process that may not end by itself."""
    log = []
    for line in process.stdout:
        if line.startswith("[[["):
            return json.loads(line)
        log.append(line)
    raise AssertionError("".join(log))


def expected_halves():
    batches = first_batches(
        3, numbered_images(20), batch_size=8, seed=1, first_batch=1
    )
    return batches[..., 0, 0, 0].reshape(3, 2, 4).tolist()


@pytest.mark.slow
def test_two_replicas_share_each_batch():
    process = start_process("MirroredStrategy", '[["CPU:0", "CPU:1"]]')

    assert parts_seen(process) == expected_halves()


@pytest.mark.slow
def test_two_workers_share_each_batch():
    sockets = [socket.create_server(("localhost", 0)) for _ in range(2)]
    workers = [f"localhost:{one.getsockname()[1]}" for one in sockets]
    for one in sockets:
        one.close()
    processes = [
        start_process(
            "MultiWorkerMirroredStrategy",
            "[]",
            stderr=subprocess.STDOUT,
            TF_CONFIG=json.dumps(
                {
                    "cluster": {"worker": workers},
                    "task": {"type": "worker", "index": index},
                }
            ),
        )
        for index in range(2)
    ]

    # Whichever dies leaves the other waiting.
    watch = threading.Timer(400, lambda: [one.kill() for one in processes])
    watch.start()
    try:
        seen = [parts_told(process) for process in processes]
    finally:
        watch.cancel()
        # Workers that are done wait for each other, now and then for ever.
        for process in processes:
            process.kill()
            process.communicate()

    assert [a + b for a, b in zip(*seen, strict=True)] == expected_halves()
