import csv
import logging
import math
import types

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.util import event_pb2

from tf_fingerprint.training import callbacks
from tf_fingerprint.training.curriculum import Curriculum
from tf_fingerprint.training.curriculum import Progress


def make_model(**attributes):
    """What callbacks need of a model; the first worker of several, or alone."""
    resolver = attributes.pop("resolver", None)
    strategy = types.SimpleNamespace(cluster_resolver=resolver)
    attributes |= {"distribute_strategy": strategy, "stop_training": False}
    return types.SimpleNamespace(**attributes)


def started(callback, model=None, epochs=100):
    callback.set_model(model or make_model())
    callback.set_params({"epochs": epochs})
    return callback


@pytest.mark.parametrize(
    "resolver, chief",
    [(None, True)]
    + [(types.SimpleNamespace(task_id=k), k != 1) for k in (None, 0, 1)],
)
def test_one_worker_of_several_writes(resolver, chief, tmp_path):
    model = make_model(resolver=resolver)
    log = started(callbacks.MetricsLog(tmp_path / "metrics.csv"), model)

    log.on_epoch_end(0, {"images": 8})

    assert callbacks.is_chief(model.distribute_strategy) == chief
    assert (tmp_path / "metrics.csv").exists() == chief


# === Deadline ===


def after_epochs(monkeypatch, minutes, seconds):
    """How many epochs of so many seconds a training has, and what is kept."""
    clock = [1000.0]
    monkeypatch.setattr(callbacks.time, "monotonic", lambda: clock[0])
    model = make_model()
    deadline = started(callbacks.Deadline(minutes), model)
    work = started(Work(every=100), model)
    for epoch in range(100):
        deadline.on_epoch_begin(epoch)
        clock[0] += seconds
        for each in (deadline, work):
            each.on_epoch_end(epoch)
        if model.stop_training:
            break
    return epoch + 1, work.epochs


class Work(callbacks._ChiefCallback):
    epochs = ()

    def work(self, epoch, logs):
        self.epochs = (*self.epochs, epoch + 1)


def test_a_training_stops_after_the_last_epoch_that_fits(monkeypatch):
    assert after_epochs(monkeypatch, minutes=1, seconds=25) == (2, (2,))
    assert after_epochs(monkeypatch, minutes=1, seconds=20) == (3, (3,))


def test_at_least_one_epoch_is_trained(monkeypatch):
    assert after_epochs(monkeypatch, minutes=0.01, seconds=25) == (1, (1,))


def test_without_a_deadline_a_training_goes_on(monkeypatch):
    assert after_epochs(monkeypatch, math.inf, seconds=25) == (100, (100,))


class Saved:
    """Saves its number."""

    number = 0

    def save_weights(self, path):
        path.write_text(f"half of {self.number}")
        if self.number < 0:
            raise KeyboardInterrupt
        path.write_text(f"{self.number}")


def saving_model():
    saved = Saved()
    return make_model(
        saved=saved,
        save_weights=saved.save_weights,
        variables=[np.zeros(3)],
    )


def test_checkpoints_come_after_every_so_many_epochs_and_the_last(tmp_path):
    model = saving_model()
    checkpoint = started(callbacks.Checkpoint(tmp_path, 3), model, epochs=8)
    kept = []

    for epoch in range(8):
        model.saved.number = epoch + 1
        checkpoint.on_epoch_end(epoch)
        kept.append(checkpoint.path.exists() and checkpoint.path.read_text())

    assert kept == [False, False, "3", "3", "3", "6", "6", "8"]


def test_a_kill_while_saving_leaves_the_last_checkpoint_whole(tmp_path):
    model = saving_model()
    checkpoint = started(callbacks.Checkpoint(tmp_path), model)
    checkpoint.on_epoch_end(0)
    model.saved.number = -1

    with pytest.raises(KeyboardInterrupt):
        checkpoint.on_epoch_end(1)

    assert checkpoint.path.read_text() == "0"


# === Metrics ===


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def test_metrics_have_one_row_an_epoch_counted_from_1(tmp_path):
    log = started(callbacks.MetricsLog(tmp_path / "metrics.csv"))

    for epoch in range(3):
        log.on_epoch_end(epoch, {"images": 8 * epoch + 8, "r1": epoch / 4})

    assert rows(log.path) == [
        {"epoch": "1", "images": "8", "r1": "0.0"},
        {"epoch": "2", "images": "16", "r1": "0.25"},
        {"epoch": "3", "images": "24", "r1": "0.5"},
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["metrics.csv"]


def test_metrics_that_begin_later_have_a_column_too(tmp_path):
    log = started(callbacks.MetricsLog(tmp_path / "metrics.csv"))

    log.on_epoch_end(0, {"images": 8})
    log.on_epoch_end(1, {"images": 16, "bit_accuracy": 0.5})
    log.on_epoch_end(2, {"images": 24})

    assert [row["bit_accuracy"] for row in rows(log.path)] == ["", "0.5", ""]


def test_a_resumed_training_replaces_what_it_repeats(tmp_path):
    path = tmp_path / "metrics.csv"
    first = started(callbacks.MetricsLog(path))
    for epoch in range(4):
        first.on_epoch_end(epoch, {"images": 8 * epoch + 8, "loss": "old"})

    resumed = started(callbacks.MetricsLog(path))
    resumed.on_epoch_end(2, {"images": 24, "loss": "new"})

    assert [(row["epoch"], row["loss"]) for row in rows(path)] == [
        ("1", "old"),
        ("2", "old"),
        ("3", "new"),
    ]


# === TensorBoard ===


def scalars(folder):
    """(name, step, value) of every point in the event files."""
    points = []
    for path in sorted(folder.glob("events.*")):
        for record in tf.data.TFRecordDataset(str(path)):
            event = event_pb2.Event.FromString(record.numpy())
            for value in event.summary.value:
                number = float(tf.make_ndarray(value.tensor))
                points.append((value.tag, event.step, number))
    return points


def test_tensorboard_shows_every_figure_against_images(tmp_path):
    callback = started(callbacks.Scalars(tmp_path))

    callback.on_epoch_end(0, {"images": 8, "r1": 0.5})
    callback.on_epoch_end(1, {"images": 16, "r1": 0.25})

    assert sorted(scalars(tmp_path)) == [
        ("images", 8, 8.0),
        ("images", 16, 16.0),
        ("r1", 8, 0.5),
        ("r1", 16, 0.25),
    ]


# === Grids ===


def test_grids_are_drawn_every_so_many_epochs_and_at_the_end(tmp_path):
    drawn = []
    callback = callbacks.Grids(tmp_path, every=2)
    started(callback, make_model(draw=drawn.append), epochs=3)

    for epoch in range(3):
        callback.on_epoch_end(epoch)

    assert drawn == [tmp_path, tmp_path]  # After the second and the last.


# === Chance ===


def warnings(caplog, progress, accuracy, images=1000):
    """What is said at the end of an epoch."""
    curriculum = Curriculum(8, 8, picture_images=500)
    model = make_model(
        progress=progress, curriculum=curriculum, chance_advice="less of it"
    )
    callback = started(callbacks.ChanceWarning(images), model)
    with caplog.at_level(logging.ERROR, "absl"):
        callback.on_epoch_end(0, {"bit_accuracy": accuracy})
    return [record.getMessage() for record in caplog.records]


def of_diversity(caplog, share, images=40_000):
    model = types.SimpleNamespace(progress=Progress(images=images))
    callback = started(callbacks.DiversityWarning(), model)
    caplog.clear()
    logs = {"diversity": share, "diversity_photographs": 1.0}
    callback.on_epoch_end(0, logs)
    return [record.getMessage() for record in caplog.records]


def test_pictures_that_look_alike_are_reported_loudly(caplog):
    (said,) = of_diversity(caplog, 0.36)
    assert "THE PICTURES LOOK ALIKE" in said
    assert "0.36" in said
    assert "`losses.feature_adversarial`" in said


def test_varied_pictures_and_early_ones_are_not(caplog):
    assert of_diversity(caplog, 0.85) == []
    assert of_diversity(caplog, 0.36, images=8_000) == []


def test_bits_that_stay_at_chance_are_reported_loudly(caplog):
    progress = Progress(images=1600, active_bits=8)

    (said,) = warnings(caplog, progress, accuracy=0.51)

    assert "THE FINGERPRINT IS NOT LEARNED" in said
    assert "0.510 after 1100 images" in said
    assert said.endswith("Stop, and try less of it.")


@pytest.mark.parametrize(
    "progress, accuracy, images",
    [
        (Progress(images=1600, active_bits=8), 0.6, 1000),  # It learns.
        (Progress(images=1400, active_bits=8), 0.5, 1000),  # Too early.
        (Progress(images=1600, active_bits=0), 0.5, 1000),  # No bits yet.
        (Progress(images=1600, active_bits=8), 0.5, 0),  # Not asked for.
    ],
)
def test_otherwise_nothing_is_said(caplog, progress, accuracy, images):
    assert warnings(caplog, progress, accuracy, images) == []
