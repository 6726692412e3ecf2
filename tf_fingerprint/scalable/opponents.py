"""What pictures are held against by their features.

A frozen network, the fixed mixtures of what it sees, and the heads that learn
on those. The frozen part is no part of the training's weights: it is made anew
from the config.
"""

from keras import ops

from tf_fingerprint.backends import randomness
from tf_fingerprint.models import features as feature_networks
from tf_fingerprint.models import projected_discriminator
from tf_fingerprint.training import augmentation
from tf_fingerprint.training import random_inputs


class FeatureOpponents:
    """The frozen network with its projection, and heads for it."""

    def __init__(self, name: str, seed: int = 0):
        self.network = feature_networks.FeatureNetwork(name)
        widths = self.network.widths
        self._projection = projected_discriminator.Projection(widths, seed)
        self.heads = projected_discriminator.FeatureHeads(
            self.network.sizes, projected_discriminator.WIDTHS[: len(widths)]
        )

    def see(self, images, seed, *, is_fake):
        """Features of pictures in other colours and at other places.

        `images`: `(batch, height, width, 3)` in [-1, 1]; `is_fake`: fakes meet
        other draws than photographs. Returns pair of what the heads take, and
        how differently the two pictures of each pair are seen, `(batch,)`.
        Pairs meet the same draws: with draws of their own, a picture is already
        at three quarters of the distance of two photographs from itself.
        """
        seed = randomness.fold_in(
            random_inputs.replica_seed(seed, "augmentation"), int(is_fake)
        )
        size = ops.shape(images)[0]
        drawn = augmentation.draws(seed, size)
        drawn = ops.take(drawn, ops.arange(size) // 2, axis=0)
        features = self.network(augmentation.augment(images, drawn))
        return self._projection(features), feature_networks.diversity(features)
