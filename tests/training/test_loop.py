"""Whole trainings, of a few steps: what they leave, and after a kill."""

import signal
import time
import types

import numpy as np
import PIL.Image
import pytest

from tf_fingerprint import config
from tf_fingerprint import errors
from tf_fingerprint import methods
from tf_fingerprint import models
from tf_fingerprint.training import loop

from ..tiny_training import rows
from ..tiny_training import start_process
from ..tiny_training import tiny_config
from ..tiny_training import trained as trained
from .test_callbacks import scalars

pytestmark = pytest.mark.slow

COLUMNS = {
    "epoch",
    "images",
    "active_bits",
    "adversarial",
    "latent",
    "fingerprint",
    "consistency",
    "coarse_consistency",
    "bit_accuracy",
    "discriminator",
    "r1",
    "path_length",
}


@pytest.fixture(scope="module")
def whole_run(trained, tmp_path_factory):
    """A run that nothing interrupted, and all its weights."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    return folder, trained(tiny_config(), folder)


@pytest.mark.slow
def test_a_training_fills_its_run_directory(whole_run):
    folder, _ = whole_run

    assert sorted(path.name for path in folder.iterdir()) == [
        "checkpoints",
        "config.toml",
        "data.json",
        "decoder.keras",
        "generator.keras",
        "grids",
        "metrics.csv",
        "metrics.png",
        "tensorboard",
    ]
    assert config.read(folder / "config.toml") == tiny_config()
    assert [path.name for path in (folder / "checkpoints").iterdir()] == [
        "latest.weights.h5"
    ]


@pytest.mark.slow
def test_metrics_hold_every_loss_of_every_epoch(whole_run):
    table = rows(whole_run[0])

    assert set(table[0]) == COLUMNS
    assert [row["epoch"] for row in table] == ["1", "2", "3", "4"]
    assert [float(row["images"]) for row in table] == [16, 32, 48, 64]
    assert all(np.isfinite(float(x)) for row in table for x in row.values())


@pytest.mark.slow
def test_tensorboard_shows_the_same(whole_run):
    points = scalars(whole_run[0] / "tensorboard")

    assert {name for name, _, _ in points} == COLUMNS - {"epoch"}
    assert {step for _, step, _ in points} == {16, 32, 48, 64}
    for row in rows(whole_run[0]):
        for name, step, value in points:
            if step == float(row["images"]):
                assert value == pytest.approx(float(row[name]), rel=1e-5)


@pytest.mark.slow
def test_grids_show_the_end(whole_run):
    paths = sorted((whole_run[0] / "grids").iterdir())

    assert [path.name for path in paths] == [
        f"000000064_{kind}.png"
        for kind in (
            "arbitrary",
            "residual",
            "same_fingerprint",
            "same_latents",
        )
    ]
    for path in paths:
        with PIL.Image.open(path) as image:
            assert image.size == (8 * 16, 8 * 16)


@pytest.mark.slow
def test_a_trained_run_can_be_loaded(whole_run):
    run = methods.load(whole_run[0])

    assert isinstance(run.generator, models.Generator)
    assert run.generator.name == "generator"
    assert run.decode(run.generate(2, seed=0)).shape == (2, 8)


@pytest.mark.slow
def test_a_finished_training_resumes_to_the_same_end(whole_run, trained):
    folder, weights = whole_run
    before = rows(folder)

    again = trained(tiny_config(), folder, resume=True)

    assert rows(folder) == before
    for actual, expected in zip(again, weights, strict=True):
        np.testing.assert_array_equal(actual, expected)


@pytest.mark.slow
def test_a_run_is_not_trained_over(whole_run):
    with pytest.raises(errors.RunError, match="holds a run already"):
        methods.train(tiny_config(), whole_run[0])


@pytest.mark.slow
def test_a_run_does_not_go_on_as_another_experiment(whole_run):
    other = tiny_config("optimizer.learning_rate=0.001")

    with pytest.raises(errors.RunError, match="learning_rate` was 0.002 and"):
        methods.train(other, whole_run[0], resume=True)


@pytest.mark.slow
def test_a_run_does_not_go_on_with_other_photographs(whole_run, monkeypatch):
    load = loop.data.load

    def others(*arguments, **options):
        options["max_images"] = 100
        return load(*arguments, **options)

    monkeypatch.setattr(loop.data, "load", others)

    with pytest.raises(errors.RunError, match="on other pictures"):
        methods.train(tiny_config(), whole_run[0], resume=True, verbose=0)


@pytest.mark.slow
def test_a_run_without_a_checkpoint_begins_again(
    trained, tmp_path, monkeypatch
):
    (tmp_path / "config.toml").write_text(config.to_toml(tiny_config()))
    started = []
    monkeypatch.setattr(
        loop, "_fit", lambda model, *_: started.append(model.progress)
    )

    trained(tiny_config(), tmp_path, resume=True)

    assert [progress.images for progress in started] == [0]


@pytest.mark.parametrize(
    ("images", "step", "expected"),
    [
        (128, 0, (4, 0, 2)),
        (128, 4, (4, 1, 2)),
        (100, 0, (4, 0, 2)),  # Seven steps, and one more in the last epoch.
        (100, 8, (4, 2, 2)),
        (32, 0, (2, 0, 1)),  # Shorter than an epoch ...
        (128, 2, (4, 1, 3)),  # ... and made longer after that.
        (80, 2, (3, 1, 2)),
        (80, 5, (4, 2, 2)),
    ],
)
def test_epochs_end_with_the_last_image_or_soon_after(images, step, expected):
    settings = types.SimpleNamespace(
        images=images, batch_size=16, steps_per_epoch=4
    )

    assert loop.epochs_of(settings, step) == expected


@pytest.mark.slow
def test_a_training_made_longer_ends_like_a_long_one(
    whole_run, trained, tmp_path
):
    folder, weights = whole_run
    trained(tiny_config("training.images=32"), tmp_path)

    longer = trained(tiny_config(), tmp_path, resume=True)

    for actual, expected in zip(longer, weights, strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)
    assert [row["images"] for row in rows(tmp_path)] == [
        row["images"] for row in rows(folder)
    ]
    written = config.read(tmp_path / "config.toml")
    assert written.training.images == 64


@pytest.mark.slow
def test_there_must_be_a_run_to_go_on_with(tmp_path):
    with pytest.raises(errors.RunError, match="must be a run to go on with"):
        methods.train(tiny_config(), tmp_path / "mistyped", resume=True)
    assert not (tmp_path / "mistyped").exists()


# === Kill and resume ===


@pytest.mark.slow
def test_a_killed_training_ends_like_one_that_was_not(
    whole_run, trained, tmp_path
):
    folder, weights = whole_run
    killed = tmp_path / "killed"
    process = start_process(
        tiny_config(), killed, pause_seconds=1, weights=tmp_path / "end.npz"
    )
    # Two epochs are written, and the third has begun.
    while not (killed / "metrics.csv").exists() or len(rows(killed)) < 2:
        assert process.poll() is None
        time.sleep(0.1)
    time.sleep(2)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (killed / "generator.keras").exists()
    assert [row["epoch"] for row in rows(killed)] == ["1", "2"]

    resumed = trained(tiny_config(), killed, resume=True)

    for actual, expected in zip(resumed, weights, strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-6)
    for actual, expected in zip(rows(killed), rows(folder), strict=True):
        assert {name: float(x) for name, x in actual.items()} == pytest.approx(
            {name: float(x) for name, x in expected.items()}, rel=1e-5
        )
