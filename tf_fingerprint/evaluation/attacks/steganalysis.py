"""What tells two kinds of pictures apart, for somebody without the decoder.

A convolutional network that is trained on examples of both; and, where nobody
says which is which, the features of steganalysis with artificial training sets.
"""

import math
from collections.abc import Callable

import keras
import numpy as np
import numpy.typing as npt

from tf_fingerprint import data

# Differences of neighbouring pixels beyond these count as these.
LARGEST_DIFFERENCE = 3

# The smallest pictures that MobileNetV2 takes.
SMALLEST_RESOLUTION = 32

Pictures = npt.NDArray[np.uint8]


def small_network(resolution: int, channels: int = 3) -> keras.Model:
    """MobileNetV2 at a third of its width, untrained, with one output.

    Returns `keras.Model` from pictures in [-1, 1] to a logit, `(batch, 1)`.

    Reference:
        Sandler et al., 2018 (https://arxiv.org/abs/1801.04381).
    """
    trunk = keras.applications.MobileNetV2(
        input_shape=(resolution, resolution, channels),
        alpha=0.35,
        include_top=False,
        weights=None,
        pooling="avg",
    )
    for layer in trunk.layers:
        # Hundreds of steps, not the hundreds of thousands that 0.999 is for.
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.9
    return keras.Sequential([trunk, keras.layers.Dense(1)])


class Attacker:
    """A network that is trained to tell two kinds of pictures apart.

    Built once for many training sets, as building takes longer than training
    on the small ones; each begins with the same untrained weights.

    `learning_rate`: Adam's; it falls to 0 along a cosine. `seed`: of weights
    and order.
    """

    def __init__(
        self,
        resolution: int,
        channels: int = 3,
        *,
        batch_size: int = 32,
        learning_rate: float = 1e-3,
        seed: int = 0,
    ):
        keras.utils.set_random_seed(seed)
        self._batch_size, self._seed = batch_size, seed
        self._learning_rate = learning_rate
        self._network = small_network(resolution, channels)
        self._network.compile(
            keras.optimizers.Adam(),
            keras.losses.BinaryCrossentropy(from_logits=True),
        )
        self._network.optimizer.build(self._network.trainable_variables)
        self._untrained = self._network.get_weights()

    def train(self, first: Pictures, second: Pictures, *, images: int) -> None:
        """Trains from the beginning.

        `first`: of the one kind, `(pictures, height, width, channels)`.
        """
        self._network.set_weights(self._untrained)
        optimizer = self._network.optimizer
        for variable in optimizer.variables:
            variable.assign(keras.ops.zeros_like(variable))
        pictures = np.concatenate([first, second])
        kinds = np.repeat([0, 1], [len(first), len(second)]).astype("float32")
        # Places, so that pictures and kinds stay together.
        order = data.numpy_batches(
            np.arange(len(pictures))[:, None, None, None],
            batch_size=self._batch_size,
            seed=self._seed,
        )
        steps = -(-images // self._batch_size)
        for step in range(steps):
            falling = (1 + math.cos(math.pi * step / steps)) / 2
            optimizer.learning_rate = self._learning_rate * falling
            places = next(order).ravel()
            self._network.train_on_batch(
                data.to_unit(pictures[places]), kinds[places, None]
            )

    def classify(self, images: Pictures) -> npt.NDArray[np.float32]:
        """What it was trained to tell.

        `images`: `(images, height, width, channels)`. Returns `(images,)`,
        logits, positive for the second kind.
        """
        shown = data.to_unit(images)
        return self._network.predict(shown, verbose=0)[:, 0]


def neighbour_features(images: Pictures) -> npt.NDArray[np.float64]:
    """How often three neighbouring differences of grey levels occur together.

    The subtractive pixel adjacency matrix of second order, averaged over the
    four straight directions and over the four diagonal ones.

    `images`: `(images, height, width, channels)`, `uint8`. Returns
    `(images, 686)`: probabilities of a difference after two others.

    Reference:
        Pevny et al., 2010, Section III (https://doi.org/10.1109/TIFS.2010.2045842).
    """
    levels = np.asarray(images, "float32").mean(axis=-1)
    levels = np.rint(levels).astype(np.int64)
    straight, diagonal = (
        np.mean(
            [
                _transitions(direction, step)
                for turns in range(4)
                for direction in [np.rot90(levels, turns, axes=(1, 2))]
            ],
            axis=0,
        )
        for step in ((0, 1), (1, 1))
    )
    return np.concatenate([straight, diagonal], axis=1)


def _transitions(levels, step):
    """`(images, 343)`, of differences along one direction."""
    rows, columns = step
    height, width = levels.shape[1:]
    differences = (
        levels[:, : height - rows, : width - columns]
        - levels[:, rows:, columns:]
    )
    largest = LARGEST_DIFFERENCE
    codes = np.clip(differences, -largest, largest) + largest
    kinds = 2 * largest + 1
    height, width = codes.shape[1:]
    triples = sum(
        codes[
            :,
            rows * i : height - rows * (2 - i),
            columns * i : width - columns * (2 - i),
        ]
        * kinds ** (2 - i)
        for i in range(3)
    )
    triples = triples.reshape(len(levels), -1)
    offsets = np.arange(len(levels))[:, None] * kinds**3
    counts = np.bincount(
        (triples + offsets).ravel(), minlength=len(levels) * kinds**3
    ).reshape(len(levels), kinds**2, kinds)
    before = counts.sum(axis=2, keepdims=True)
    return (counts / np.maximum(before, 1)).reshape(len(levels), -1)


def linear_classifier(
    first: npt.NDArray, second: npt.NDArray, *, ridge: float = 0.1
) -> Callable[[npt.NDArray], npt.NDArray]:
    """Fisher's discriminant, whose covariance is kept from being singular.

    `first`: features of the one kind, `(examples, num_features)`; `ridge`:
    added to the variance of each feature, in units of it.

    Reference:
        Kodovsky et al., 2012 (https://doi.org/10.1109/TIFS.2011.2175919), whose
        ensembles are of these.
    """
    together = np.concatenate([first, second])
    scale = together.std(axis=0)
    scale = np.where(scale > 0, scale, 1)
    sides = [side / scale for side in (first, second)]
    means = [side.mean(axis=0) for side in sides]
    centered = np.concatenate(
        [side - mean for side, mean in zip(sides, means, strict=True)]
    )
    covariance = centered.T @ centered / len(centered)
    covariance += ridge * np.eye(len(covariance))
    direction = np.linalg.solve(covariance, means[1] - means[0])
    middle = direction @ (means[0] + means[1]) / 2
    return lambda features: features / scale @ direction - middle


def artificial_training_sets(
    images: Pictures, embed: Callable[[Pictures], Pictures]
) -> npt.NDArray[np.bool_]:
    """Which pictures carry a mark, without an example of either kind.

    Marked once more, those that were unmarked become like those that were
    marked; marked twice more, all are marked at least twice. A classifier that
    is trained on the pictures themselves and on those marked twice more
    therefore tells, of each picture marked once more, whether it was marked.

    `images`: `(images, height, width, channels)`, of both kinds; `embed`: the
    attacker's own way to mark pictures, with marks of his own. Returns
    `(images,)`: whether each is taken to be marked.

    Reference:
        Lerch-Hostalot and Megias, 2016
        (https://doi.org/10.1016/j.engappai.2015.12.013).
    """
    once = embed(images)
    twice = embed(once)
    classify = linear_classifier(
        neighbour_features(images), neighbour_features(twice)
    )
    return classify(neighbour_features(once)) > 0
