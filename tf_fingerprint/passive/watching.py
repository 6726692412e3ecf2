"""What a training logs of pictures that it does not learn from."""

from collections.abc import Callable

import keras

from tf_fingerprint.passive import sources as reading


class HeldOutAccuracy(keras.callbacks.Callback):
    """Adds to each epoch's figures the accuracy on pictures held out.

    Args:
        labelled: Pictures that nothing is learned from.
        classify: From the training and pictures, `uint8`, to logits,
            `(images, sources)`.
        most: Look at so many of them, spread over all.
    """

    def __init__(
        self, labelled: reading.Labelled, classify: Callable, most: int
    ):
        super().__init__()
        step = -(-len(labelled) // most)
        self.images = labelled.images[::step]
        self.sources = labelled.sources[::step]
        self.classify = classify

    def on_epoch_end(self, epoch, logs=None):
        """Classifies them; before the log is written."""
        logits = self.classify(self.model, self.images)
        if logs is not None:
            right = logits.argmax(axis=1) == self.sources
            logs["held_out_accuracy"] = float(right.mean())
