"""Trainings in other precisions, and on several workers."""

import contextlib
import json
import socket
import types

import numpy as np
import pytest
import tensorflow as tf

from tf_fingerprint import errors
from tf_fingerprint import methods
from tf_fingerprint.backends import replicas
from tf_fingerprint.training import loop
from tf_fingerprint.training.curriculum import Progress

from ..tiny_training import rows
from ..tiny_training import start_process
from ..tiny_training import tiny_config
from ..tiny_training import trained as trained

pytestmark = pytest.mark.slow

SHORT = ("training.images=8", "curriculum.picture_images=0")


def cluster(index, ports):
    """`TF_CONFIG` of one of several workers on this machine."""
    workers = [f"127.0.0.1:{port}" for port in ports]
    return json.dumps(
        {
            "cluster": {"worker": workers},
            "task": {"type": "worker", "index": index},
        }
    )


def free_ports(count):
    """Ports that nobody listens at."""
    with contextlib.ExitStack() as stack:
        sockets = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            for _ in range(count)
        ]
        return [taken.getsockname()[1] for taken in sockets]


def test_all_processors_of_one_machine_are_replicas(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)

    strategy = replicas.choose_strategy()

    assert type(strategy) is tf.distribute.MirroredStrategy
    assert strategy.num_replicas_in_sync == len(
        tf.config.list_logical_devices("GPU")
        or tf.config.list_logical_devices("CPU")
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_several_workers_make_a_cluster(monkeypatch, workers):
    monkeypatch.setattr(
        tf.distribute, "MultiWorkerMirroredStrategy", lambda: "cluster"
    )
    monkeypatch.setenv("TF_CONFIG", cluster(0, range(4000, 4000 + workers)))

    assert (replicas.choose_strategy() == "cluster") == (workers == 2)


@pytest.mark.slow
def test_bfloat16_trains_and_saves_float32(trained, tmp_path):
    settings = tiny_config(*SHORT, "training.mixed_precision=mixed_bfloat16")

    trained(settings, tmp_path)

    run = methods.load(tmp_path)
    for network in (run.generator, run.decoder):
        assert {weight.dtype for weight in network.weights} == {"float32"}
        assert network.compute_dtype == "float32"
    assert np.all(np.isfinite(run.decode(run.generate(2, seed=0))))
    with open(tmp_path / "metrics.csv") as file:
        assert "nan" not in file.read()


def test_workers_that_share_no_directory_are_stopped():
    mean = {"all": 64.0, "some": 32.0}
    model = types.SimpleNamespace(progress=Progress(images=64))

    def check(workers):
        strategy = types.SimpleNamespace(
            run=lambda compute: compute(),
            reduce=lambda *_, axis: tf.constant(mean[workers]),
        )
        loop._check_workers(strategy, model, "runs/cats")

    check("all")
    with pytest.raises(errors.RunError, match="same directory for all"):
        check("some")


@pytest.mark.slow
def test_two_workers_train_one_model(tmp_path):
    ports = free_ports(2)
    weights = [tmp_path / f"worker_{index}.npz" for index in range(2)]
    processes = [
        start_process(
            tiny_config(*SHORT),
            tmp_path / "run",
            pause_seconds=0,
            weights=weights[index],
            TF_CONFIG=cluster(index, ports),
        )
        for index in range(2)
    ]
    try:
        for process in processes:
            assert process.wait(timeout=600) == 0
    finally:
        for process in processes:
            process.kill()

    first, second = (np.load(path) for path in weights)
    assert len(first.files) > 20
    for name in first.files:
        np.testing.assert_array_equal(first[name], second[name])
    assert [row["epoch"] for row in rows(tmp_path / "run")] == ["1"]
    methods.load(tmp_path / "run")
