"""Shows a model batches of labelled pictures, from where it stands."""

import keras

from tf_fingerprint import backends
from tf_fingerprint import data
from tf_fingerprint.data import labelled as data_labelled
from tf_fingerprint.passive import sources as reading
from tf_fingerprint.training import trainer


def fit(
    model: trainer.SteppedModel,
    labelled: reading.Labelled,
    config,
    verbose: int | str,
    calls: list[keras.callbacks.Callback],
) -> None:
    """Fits to the last image.

    Args:
        model: The training, at any point.
        labelled: What it learns from.
        config: The experiment, with `data.mirror` and `training`.
        verbose: As in `keras.Model.fit`.
        calls: Callbacks, in their order.
    """
    wanted = config.training
    step = model.progress.images // wanted.batch_size
    # Under JAX 8-bit pixels become floats on the device.
    stream = data.numpy_batches if backends.is_jax() else data.batches
    steps_in_all = -(-wanted.images // wanted.batch_size)
    steps_per_epoch = min(wanted.steps_per_epoch, steps_in_all)
    model.fit(
        stream(
            data_labelled.labelled(labelled.images, labelled.sources),
            batch_size=wanted.batch_size,
            seed=wanted.seed,
            mirror=config.data.mirror,
            first_batch=step,
        ),
        initial_epoch=step // steps_per_epoch,
        epochs=-(-steps_in_all // steps_per_epoch),
        steps_per_epoch=steps_per_epoch,
        shuffle=False,
        verbose=verbose,
        # Checkpoints last, so that what the others wrote is from before.
        callbacks=calls,
    )
