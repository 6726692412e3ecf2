"""Trainings of five steps, the same on every backend."""

import pathlib

import keras
import numpy as np

from tests import tiny
from tests import tiny_codec
from tf_fingerprint import config
from tf_fingerprint import data
from tf_fingerprint.artificial import training as codec_training
from tf_fingerprint.scalable import training as scalable_training
from tf_fingerprint.training.curriculum import Curriculum

ROOT = pathlib.Path(__file__).parents[2]
STEPS = 5

# The smoke configuration with fewer channels.
SMALL = (
    "networks.max_channels=4",
    "networks.decoder_max_channels=4",
    "training.batch_size=4",
)
# Every term in every step.
FULL = (
    *SMALL,
    "losses.consistency=1",
    "losses.coarse_consistency=1",
    "optimizer.r1_interval=1",
    "optimizer.path_length_interval=1",
)
# Nothing but bits.
ANCHORED = (*SMALL, "curriculum.anchored=true", "losses.consistency=1")
# A codec with all that its steps may consist of, but perturbations.
CODEC = (
    "curriculum.initial_bits=16",
    "curriculum.advance_accuracy=0.51",
    "curriculum.exchanged_share=0.5",
    "losses.initial_image=1",
    "losses.read_accuracy=0.51",
    "optimizer.decay_images=128",
    "training.batch_size=4",
)
EXPERIMENTS = ("full", "phases", "codec")


def read(*overrides):
    return config.read(ROOT / "configs" / "smoke.toml", overrides)


def build(name):
    """A model that is not trained.

    `full` is the smoke configuration with every term at every step; `phases`
    has dense layers, and learns pictures, bits against these pictures, and in
    the end the decoder alone, ever more slowly; `codec` hides bits in
    photographs.
    """
    if name == "full":
        return scalable_training.build(read(*FULL))
    if name == "codec":
        model = codec_training.build(tiny_codec.tiny_config(*CODEC))
        # Adam would make large steps of rounding errors.
        model.compile(*(keras.optimizers.SGD(0.05, 0.9) for _ in range(2)))
        return model
    return tiny.build_gan(
        run_eagerly=False,
        anchored=True,
        curriculum=Curriculum(8, initial_bits=2, picture_images=4),
        total_images=20,
        decoder_images=4,
        decay_images=8,
        ema_half_life_images=8,
    )


def pixels(name):
    """Five batches of photographs."""
    channels = 1 if name == "phases" else 3
    resolution = tiny_codec.SIDE if name == "codec" else 16
    images = data.procedural_images(12, resolution=resolution)
    images = images[..., :channels]
    batches = data.numpy_batches(images, batch_size=4, seed=3, mirror=True)
    return [next(batches) for _ in range(STEPS)]


def fit(model, batches):
    """Trains; every step is an epoch, so that losses are each step's."""
    history = model.fit(
        batches, steps_per_epoch=1, epochs=STEPS, shuffle=False, verbose=0
    )
    return history.history


def weights(model):
    """All numbers that a training changes, in order, by number and name."""
    kept = [w for w in model.weights if w is not model.saved_progress]
    for optimizer in model.optimizers():
        kept += optimizer.variables
    # Not by path: the second model of a process has another name.
    return {
        f"{number} {variable.name}": np.array(variable.value)
        for number, variable in enumerate(kept)
    }
