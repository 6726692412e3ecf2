"""The smoke configuration with fewer channels, for five steps."""

import pathlib

import numpy as np

from tf_fingerprint import building
from tf_fingerprint import config
from tf_fingerprint import data

ROOT = pathlib.Path(__file__).parents[2]
STEPS = 5

SMALL = (
    "networks.max_channels=4",
    "networks.decoder_max_channels=4",
    "training.batch_size=4",
)
# The first step without bits, the others with all terms.
FULL = (
    *SMALL,
    "curriculum.picture_images=4",
    "losses.consistency=1",
    "losses.coarse_consistency=1",
    "optimizer.r1_interval=1",
    "optimizer.path_length_interval=1",
)
# Pictures; bits against these pictures; the decoder alone.
ANCHORED = (
    *SMALL,
    "training.images=20",
    "training.decoder_images=4",
    "curriculum.anchored=true",
    "curriculum.picture_images=4",
    "losses.consistency=1",
    "losses.r1=0",
    "losses.path_length=0",
    "optimizer.decay_images=8",
)
EXPERIMENTS = {"full": FULL, "anchored": ANCHORED}


def read(*overrides):
    return config.read(ROOT / "configs" / "smoke.toml", overrides)


def build(name):
    """The model of one of `EXPERIMENTS`, not trained."""
    return building.build(read(*EXPERIMENTS[name]))


def pixels():
    """Five batches of photographs."""
    images = data.procedural_images(12, resolution=16)
    batches = data.numpy_batches(images, batch_size=4, seed=3, mirror=True)
    return [next(batches) for _ in range(STEPS)]


def fit(model, batches):
    """Trains; every step is an epoch, so that losses are each step's."""
    history = model.fit(
        batches, steps_per_epoch=1, epochs=STEPS, shuffle=False, verbose=0
    )
    return history.history


def weights(model):
    """All numbers that a training changes, by where they are kept."""
    kept = {f"weight {w.path} {i}": w for i, w in enumerate(model.weights)}
    for optimizer in model.optimizers():
        for variable in optimizer.variables:
            kept[f"slot {len(kept)} {variable.path}"] = variable
    return {
        name: np.array(variable.value)
        for name, variable in kept.items()
        if variable is not model.saved_progress
    }
