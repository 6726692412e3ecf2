"""Endless batches in an order that depends on seed and step alone."""

import functools
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from tf_fingerprint.data import reading_ahead


def numpy_batches(
    images: np.ndarray,
    labels: np.ndarray | None = None,
    *,
    batch_size: int,
    seed: int,
    mirror: bool = False,
    first_batch: int = 0,
) -> Iterator[Any]:
    """Batches of 8-bit images without end, in pure NumPy.

    The stream is one shuffle of all images after another, cut into batches;
    a batch may reach from one shuffle into the next, so that no image is left
    out and sets smaller than a batch work too. Batch k is a function of
    `seed` and k alone: a training that resumes at `first_batch` sees what it
    would have seen without the interruption.

    Args:
        images: `(images, height, width, channels)`, any type.
        labels: `(images,)`, of each; None for none.
        batch_size: Images in a batch, over all replicas.
        seed: Chooses the order and the mirrored images. 0 to 2**64 - 1.
        mirror: Whether to flip half of the images left to right, drawn anew
            each time an image comes by.
        first_batch: Batches to skip; costs nothing.

    Returns:
        An iterator over `(batch_size, height, width, channels)` arrays of the
        images' type; with labels, over pairs of such and `(batch_size,)`.

    Raises:
        ValueError: If there are no images, not as many labels, or a number is
            out of range.
    """
    _check(images, labels, batch_size, seed, first_batch)
    take = functools.partial(_batch, images, labels, batch_size, seed, mirror)
    return map(take, itertools.count(first_batch))


def batches(
    images: np.ndarray,
    labels: np.ndarray | None = None,
    *,
    batch_size: int,
    seed: int,
    mirror: bool = False,
    first_batch: int = 0,
):
    """The batches of `numpy_batches` as an endless `tf.data.Dataset`.

    Elements are single tensors, so that `fit` hands `train_step` the images;
    with labels, pairs. The images stay one NumPy array, outside the graph,
    whatever their size. Several workers share each batch: worker i takes its
    i-th part.

    Args:
        images: `(images, height, width, channels)`, `uint8`.
        labels: As in `numpy_batches`, like the following.
        batch_size: Images in a batch.
        seed: Order and mirroring.
        mirror: Whether to flip half of the images.
        first_batch: Batches to skip.

    Returns:
        Dataset of `(batch_size, height, width, channels)`, float32 in [-1, 1];
        with labels, of pairs.

    Raises:
        ValueError: As `numpy_batches`.
    """
    import tensorflow as tf  # NumPy users don't wait for it, or need it.

    _check(images, labels, batch_size, seed, first_batch)
    reader = reading_ahead.Reader(
        functools.partial(_batch, images, labels, batch_size, seed, mirror)
    )
    arrays = [images] if labels is None else [images, labels]

    def read(step):
        types = [array.dtype for array in arrays]
        made = tf.numpy_function(reader, [step], types, stateful=False)
        pixels, *rest = (
            tf.ensure_shape(tensor, (batch_size, *array.shape[1:]))
            for tensor, array in zip(made, arrays, strict=True)
        )
        # The same arithmetic as `to_unit`, in the graph.
        unit = tf.cast(pixels, "float32") / 127.5 - 1.0
        return (unit, *rest) if rest else unit

    options = tf.data.Options()
    by_data = tf.data.experimental.AutoShardPolicy.DATA
    options.experimental_distribute.auto_shard_policy = by_data
    dataset = tf.data.Dataset.counter(first_batch).map(read)
    return dataset.prefetch(2).with_options(options)


def _check(images, labels, batch_size, seed, first_batch):
    """Raises `ValueError` for numbers that no stream can be made of."""
    if len(images) == 0:
        raise ValueError("`images` must hold at least one image. Received 0.")
    if labels is not None and len(labels) != len(images):
        raise ValueError(
            "`labels` must be as many as `images`. Received "
            f"{len(labels)} and {len(images)}."
        )
    for name, value, smallest in (
        ("batch_size", batch_size, 1),
        ("seed", seed, 0),
        ("first_batch", first_batch, 0),
    ):
        if not smallest <= value < 2**64:
            raise ValueError(
                f"`{name}` must be at least {smallest} and below 2**64. "
                f"Received {value}."
            )


def _batch(images, labels, batch_size, seed, mirror, step):
    """Batch number `step`; a pure function of its arguments."""
    position, end = step * batch_size, (step + 1) * batch_size
    indices, flips = [], []
    while position < end:
        epoch, start = divmod(position, len(images))
        order, mirrored = _shuffle(len(images), seed, epoch)
        indices.append(order[start : start + end - position])
        flips.append(mirrored[start : start + end - position])
        position += len(indices[-1])
    places = np.concatenate(indices)
    batch = images[places]  # a copy
    if mirror:
        chosen = np.concatenate(flips)
        batch[chosen] = batch[chosen, :, ::-1]
    return batch if labels is None else (batch, labels[places])


@functools.lru_cache(maxsize=4)  # An epoch's batches share one shuffle.
def _shuffle(num_images, seed, epoch):
    """An order of the images and which of them to mirror, for one epoch.

    Philox is counter-based: its key alone says which numbers come. Only raw
    numbers are drawn, since NumPy promises those to stay the same in every
    version, and `Generator.permutation` not.
    """
    key = np.array([seed, epoch], "uint64")  # A list would lose large seeds.
    draws = np.random.Philox(key=key).random_raw(2 * num_images)
    order = np.argsort(draws[:num_images], kind="stable")
    return order, draws[num_images:] % 2 == 1
