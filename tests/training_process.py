"""Trains slowly, so that there is time for a kill; keeps all weights.

    python training_process.py CONFIG RUN_DIR PAUSE_SECONDS WEIGHTS

Pauses after every step. At the end, writes all weights of the model into
WEIGHTS, an `.npz` file, for comparison.
"""

import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np  # noqa: E402

from tf_fingerprint import config  # noqa: E402
from tf_fingerprint import methods  # noqa: E402
from tf_fingerprint.training import loop  # noqa: E402
from tf_fingerprint.training import trainer  # noqa: E402


def pause_after_steps(seconds):
    """Makes every step that much longer."""
    account = trainer.SteppedModel._account

    def slowly(model, values):
        time.sleep(seconds)
        return account(model, values)

    trainer.SteppedModel._account = slowly


def keep_weights(path):
    """Writes the weights when a training saves its networks."""
    save_networks = loop.save_networks

    def save(model, folder):
        weights = {
            weight.path: weight.numpy()
            for weight in model.weights
            # Only the worker that saves brings this up to date.
            if weight is not model.saved_progress
        }
        np.savez(path, **weights)
        save_networks(model, folder)

    loop.save_networks = save


def main(config_path, run_dir, pause_seconds, weights_path):
    pause_after_steps(float(pause_seconds))
    keep_weights(weights_path)
    methods.train(config.read(config_path), run_dir, verbose=0)


if __name__ == "__main__":
    main(*sys.argv[1:])
