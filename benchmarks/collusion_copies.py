"""What colluders make of sealed copies, and what the decoder reads in it."""

import numpy as np

from tf_fingerprint import fingerprints
from tf_fingerprint import models
from tf_fingerprint.models import plain

STRATEGIES = ("weights", "pictures", "layers")


class Copies:
    """Sealed copies of a run's generator, as their recipients have them.

    Args:
        run: Whose generator and decoder.
        seed: Of latents, noise and of who gives which layer; fingerprints are
            never seeded.
    """

    def __init__(self, run, seed):
        self.run = run
        self.noise = run.config.networks.noise
        self.num_bits = run.config.networks.num_bits
        self.random = np.random.default_rng(seed)
        self._network = plain.plain_network(run.generator, noise=self.noise)

    def coalition(self, size):
        """Fingerprints of that many recipients, and their copies' weights."""
        bits = np.stack(
            [fingerprints.random_bits(self.num_bits) for _ in range(size)]
        )
        return bits, [
            models.folded_weights(self.run.generator, each, noise=self.noise)
            for each in bits
        ]

    def inputs(self, count):
        """Latents, and noise if the copies take it."""
        return [
            self.random.standard_normal((count, *each.shape[1:])).astype("f4")
            for each in self._network.inputs
        ]

    def collude(self, copies, strategy, inputs):
        """Logits of the pictures that a coalition makes, `(pictures, bits)`."""
        if strategy == "pictures":
            made = [self._pictures(copy, inputs) for copy in copies]
            mixed = np.rint(np.mean(made, axis=0)).astype(np.uint8)
        elif strategy == "weights":
            mixed = self._pictures(averaged(copies), inputs)
        else:
            mixed = self._pictures(self._mixed_layers(copies), inputs)
        return self.run.decode(mixed)

    def _pictures(self, weights, inputs):
        """What a network of these weights makes, as 8-bit files hold it."""
        for name, arrays in weights.items():
            self._network.get_layer(name).set_weights(arrays)
        inputs = inputs if len(inputs) > 1 else inputs[0]
        images = np.asarray(self._network(inputs, training=False))
        return np.clip(np.rint((images + 1) * 127.5), 0, 255).astype(np.uint8)

    def _mixed_layers(self, copies):
        """Each layer that carries bits from one of them, at random."""
        mixed = dict(copies[0])
        for name in carrying_layers(copies):
            mixed[name] = copies[self.random.integers(len(copies))][name]
        return mixed


def averaged(copies):
    return {
        name: [
            np.mean(arrays, axis=0)
            for arrays in zip(*(copy[name] for copy in copies), strict=True)
        ]
        for name in copies[0]
    }


def carrying_layers(copies):
    """Names of the layers in which copies differ: any colluder sees them."""
    first, *others = copies
    return [
        name
        for name in first
        if any(
            not np.array_equal(one, another)
            for other in others
            for one, another in zip(first[name], other[name], strict=True)
        )
    ]
