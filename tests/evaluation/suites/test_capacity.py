"""Trials of bits and training fingerprints; one is really trained."""

import dataclasses
import pathlib

import numpy as np
import pytest
import tensorflow as tf

from tf_fingerprint import config
from tf_fingerprint import errors
from tf_fingerprint import evaluation
from tf_fingerprint import methods
from tf_fingerprint.backends import replicas
from tf_fingerprint.evaluation import trials
from tf_fingerprint.evaluation.suites import capacity
from tf_fingerprint.evaluation.trials import Trial
from tf_fingerprint.runs import directory as run_directory
from tf_fingerprint.scalable import run as scalable_run
from tf_fingerprint.scalable import training as scalable_training

from ...tiny_run import tiny_run as tiny_run
from ...tiny_run import tiny_run_dir as tiny_run_dir
from ...tiny_training import tiny_config

pytestmark = pytest.mark.slow

CONFIGS = pathlib.Path(__file__).parents[3] / "configs"


def test_both_sweeps_share_what_they_have_in_common():
    names = [each.name for each in capacity.trials()]

    assert len(names) == len(set(names)) == 10
    assert names[:2] == ["32_bits_continual", "64_bits_continual"]
    assert names[-1] == "32_bits_100000"
    of_paper = capacity.trials((64, 128), (10, 0), set_bits=128)
    assert of_paper == [Trial(64), Trial(128), Trial(128, 10)]


def test_a_trial_has_its_bits_and_all_else_from_the_base():
    base = config.read(CONFIGS / "capacity_32.toml")

    settings = trials.settings_of(base, Trial(512, 1000))

    assert settings.networks.num_bits == settings.networks.style_dim == 512
    assert settings.curriculum.initial_bits == 16
    assert settings.curriculum.training_fingerprints == 1000
    assert settings.training == base.training
    assert trials.settings_of(base, Trial(8)).curriculum.initial_bits == 8
    # The paper holds no bits back, at any length.
    paper = config.read(CONFIGS / "celeba_128.toml")
    settings = trials.settings_of(paper, Trial(256))
    assert settings.curriculum.initial_bits == 256
    assert settings.networks.style_dim == paper.networks.style_dim


@pytest.mark.slow
def test_a_trial_is_trained_once_and_then_remembered(tmp_path, monkeypatch):
    monkeypatch.setattr(
        replicas,
        "choose_strategy",
        lambda: tf.distribute.MirroredStrategy(["CPU:0"]),
    )
    base, wanted = tiny_config("training.images=16"), [Trial(8, 4)]
    folder = tmp_path / "capacity"

    [first] = trials.sweep(base, wanted, folder, pictures=8)
    monkeypatch.delattr(scalable_training, "train")
    [again] = trials.sweep(base, wanted, folder, pictures=8)

    assert again == first
    assert set(first.figures) == {"unseen", "carried", "seen", "difference"}
    assert first.figures["seen"].fingerprints == 4
    assert first.seconds > 0
    run = methods.load(folder / "8_bits_4")
    assert run.config.curriculum.training_fingerprints == 4
    # What was asked otherwise is not answered from memory.
    with pytest.raises(AttributeError, match="train"):
        list(trials.sweep(base, wanted, folder, pictures=9))
    # The suite finds it where the sweep left it.
    monkeypatch.setattr(capacity, "NUM_BITS", ())
    monkeypatch.setattr(capacity, "TRAINING_FINGERPRINTS", (4,))
    base_run = scalable_run.Run(
        base, run.generator, run.decoder, folder=tmp_path
    )
    minutes, *curves = capacity.suite(
        evaluation.of_run(base_run), evaluation.Options(pictures=8)
    )
    assert minutes.value == pytest.approx(first.seconds / 60)
    assert [curve.name for curve in curves] == [
        "training_fingerprints_unseen",
        "training_fingerprints_seen",
    ]


@pytest.mark.parametrize(
    ("accuracy", "carried"), [(1.0, 32), (0.5, 0), (0.4, 0), (0.89, 16.01)]
)
def test_what_a_picture_tells_is_what_its_channel_carries(accuracy, carried):
    unseen = evaluation.Figure("unseen", accuracy, accuracy, accuracy, 2, 2)

    figure = trials._carried(unseen, Trial(32))

    assert figure.value == pytest.approx(carried, abs=0.01)
    assert figure.unit == "bits"


def outcome(trial, accuracy):
    names = ["unseen", "carried", "difference"]
    names += ["seen"] if trial.training_fingerprints else []
    return trials.Outcome(
        trial,
        1.0,
        {
            name: evaluation.Figure(
                f"{name}_{trial.name}", accuracy, accuracy, accuracy, 2, 2
            )
            for name in names
        },
    )


def test_each_question_has_its_curve():
    outcomes = [
        outcome(Trial(64), 0.8),
        outcome(Trial(32), 0.9),
        outcome(Trial(32, 100), 0.7),
        outcome(Trial(32, 10), 0.5),
    ]

    curves = {curve.name: curve for curve in capacity.curves(outcomes)}

    by_bits = curves["bits_unseen"].points
    assert [(x, figure.value) for x, figure in by_bits] == [
        (32, 0.9),
        (64, 0.8),
    ]
    by_size = curves["training_fingerprints_unseen"].points
    assert [x for x, _ in by_size] == [10, 100]
    assert list(capacity.curves([])) == []


def test_a_run_that_can_t_be_trained_again_is_refused(tiny_run, tmp_path):
    options = evaluation.Options()
    subject = evaluation.of_run(tiny_run)
    capacity.check(subject, options)

    settings = dataclasses.replace(
        tiny_run.config,
        data=dataclasses.replace(
            tiny_run.config.data, source=str(tmp_path / "gone.zip")
        ),
    )
    without_pictures = scalable_run.Run(
        settings, tiny_run.generator, tiny_run.decoder, folder=tmp_path
    )
    with pytest.raises(errors.EvaluationError, match=r"gone\.zip"):
        capacity.check(evaluation.of_run(without_pictures), options)
    packaged = scalable_run.Run(
        tiny_run.config,
        tiny_run.generator,
        tiny_run.decoder,
        folder=run_directory.folder_of("pretrained"),
    )
    for wrong in (
        evaluation.of_run(packaged),
        dataclasses.replace(subject, run=None),
    ):
        with pytest.raises(errors.EvaluationError, match="run directory"):
            capacity.check(wrong, options)


def test_unseen_fingerprints_are_not_those_of_the_table(tiny_run):
    asked = []

    class Recorder:
        config = tiny_run.config
        decode = tiny_run.decode

        def generate(self, count, *, fingerprints, seed):
            asked.append(np.atleast_2d(fingerprints))
            return tiny_run.generate(
                count, fingerprints=fingerprints, seed=seed
            )

    trials.measured(Recorder(), Trial(32, 4), pictures=20, seed=0)

    assert len(np.unique(asked[0], axis=0)) == 20
    assert len(np.unique(asked[1], axis=0)) == 4
