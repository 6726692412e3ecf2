"""From the command line to a trained generator, for every example."""

import dataclasses
import math
import os
import pathlib
import sys
import time
from collections.abc import Callable

import drawing
import keras
import numpy as np
import options as command_line

from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint.training import callbacks

GENERATOR = "generator.keras"
GRID_PICTURES = 64


@dataclasses.dataclass(frozen=True)
class Example:
    """One kind of generator, and how it is trained.

    Args:
        description: For `--help`.
        add_options: Adds its own options to a parser.
        generator: From options to its network.
        training: From options, network and average to `learning.Training`.
        pictures: From network, seed and numbers to images in [-1, 1].
        images_per_step: From options to the photographs in one step.
    """

    description: str
    add_options: Callable
    generator: Callable
    training: Callable
    pictures: Callable
    images_per_step: Callable = lambda options: options.batch_size


def parser(example):
    """The options of one example.

    Args:
        example: `Example`.
    """
    made = command_line.parser(example.description)
    example.add_options(made)
    return made


def main(example, arguments=None):
    """Runs an example; errors outside the program have no traceback.

    Args:
        example: `Example`.
        arguments: Of the command line; the process's own if not given.
    """
    options = parser(example).parse_args(arguments)
    try:
        run(example, options)
    except (errors.FingerprintError, ValueError) as error:
        sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {error}")


def run(example, options):
    """Trains, saves the generator, and lets it make pictures.

    Args:
        example: `Example`.
        options: From its parser.

    Returns:
        The model that was trained.

    Raises:
        errors.RunError: If DIR holds another training.
        errors.DataError: If the pictures can't be read.
        ValueError: If options make no sense together.
    """
    folder = pathlib.Path(options.to)
    command_line.check(options)
    photographs = data.load(
        options.images_folder, resolution=options.resolution
    )
    command_line.settle(folder, options, photographs)
    model = build(example, options)
    checkpoint = callbacks.Checkpoint(folder, every=options.grid_epochs)
    if options.resume and checkpoint.path.exists():
        model.load_weights(checkpoint.path)
    _fit(example, model, photographs.images, options, checkpoint)
    draft = folder / f".draft-{GENERATOR}"
    model.average.save(draft)
    os.replace(draft, folder / GENERATOR)
    if options.samples:
        made = drawing.make(
            example.pictures,
            model.average,
            count=options.samples,
            seed=options.sample_seed,
        )
        drawing.save(made, folder / "samples")
    return model


def build(example, options):
    """A model to `fit`; the same first weights for the same seed.

    Args:
        example: `Example`.
        options: From its parser.
    """
    keras.utils.set_random_seed(options.seed)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(options.precision)
    try:
        generator = example.generator(options)
        keras.config.set_dtype_policy("float32")
        average = example.generator(options)
        keras.config.set_dtype_policy(options.precision)
        model = example.training(options, generator, average)
    finally:
        keras.config.set_dtype_policy(before)
    model.compile(optimizer=None, jit_compile=False)
    return model


def ema_decay(example, options):
    """What remains of the average after a step."""
    return 0.5 ** (example.images_per_step(options) / options.ema_half_life)


def _fit(example, model, images, options, checkpoint):
    """Fits from where the model stands to the last image."""
    step = int(keras.ops.convert_to_numpy(model.step))
    per_step = example.images_per_step(options)
    steps = -(-options.images // per_step)
    steps_per_epoch = min(-(-options.epoch_images // per_step), steps)
    if step >= steps:
        return

    def make(count):
        batches = drawing.make(
            example.pictures, model.average, count=count, seed=options.seed
        )
        return np.concatenate(list(batches))

    folder = pathlib.Path(options.to)
    calls = [callbacks.Deadline(options.minutes), Finite(), Seconds()]
    if options.probe:
        from tf_fingerprint.artificial import probing

        calls.append(
            probing.Probe(
                options.probe,
                options.fingerprint,
                make,
                photographs=images,
                every_images=options.probe_images,
            )
        )
    calls += [
        callbacks.MetricsLog(folder / "metrics.csv"),
        Grids(folder / "grids", make, options.grid_epochs),
        # Last, so that what the others wrote is from before.
        checkpoint,
    ]
    model.fit(
        data.batches(
            images,
            batch_size=per_step,
            seed=options.seed,
            mirror=options.mirror,
            first_batch=step,
        ),
        initial_epoch=step // steps_per_epoch,
        epochs=-(-steps // steps_per_epoch),
        steps_per_epoch=steps_per_epoch,
        shuffle=False,
        verbose=2,
        callbacks=calls,
    )


class Grids(keras.callbacks.Callback):
    """Pictures to look at, of the same latents each time.

    Args:
        folder: Where they go.
        make: From a number to as many pictures, uint8.
        every: Epochs between two.
    """

    def __init__(self, folder, make, every):
        super().__init__()
        self.folder, self.make, self.every = folder, make, every

    def on_epoch_end(self, epoch, logs=None):
        """Draws a sheet, now and then and at the end."""
        last = epoch + 1 == self.params["epochs"] or self.model.stop_training
        if last or (epoch + 1) % self.every == 0:
            name = f"{int(logs['images']):09d}.png"
            drawing.save_grid(self.make(GRID_PICTURES), self.folder / name)


class Finite(keras.callbacks.Callback):
    """Stops a training that went astray before its checkpoint is lost."""

    def on_epoch_end(self, epoch, logs=None):
        """Raises unless all that is logged is a number."""
        for name, value in (logs or {}).items():
            if not math.isfinite(value):
                raise errors.TrainingError(
                    f"`{name}` became {value}. The last checkpoint is from "
                    "before: go on from there by `--resume`, with a lower "
                    "`--learning-rate`."
                )


class Seconds(keras.callbacks.Callback):
    """Logs the processor's seconds of each epoch, of all threads."""

    def on_epoch_begin(self, epoch, logs=None):
        """Looks at the clock."""
        self._begun = time.process_time()

    def on_epoch_end(self, epoch, logs=None):
        """Looks again."""
        logs["seconds"] = time.process_time() - self._begun
