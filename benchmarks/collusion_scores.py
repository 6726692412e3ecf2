"""Whom two scores name in colluders' pictures: of them, and of innocents."""

import collections

import numpy as np

from tf_fingerprint import fingerprints

SCORES = ("plain", "weighted")
MAX_FALSE_POSITIVE_RATE = 1e-6


class Tally:
    """Counts over many pictures, for one score.

    Attributes:
        pictures: Colluders' pictures looked at.
        any_named: In how many of them at least one colluder is named.
        colluders: Colluders that could have been named.
        colluders_named: How many of them were.
        trials: Pictures, each against a registry of its own draw.
        innocents_named: In how many trials an innocent was named.
    """

    def __init__(self):
        self.counts = collections.Counter()

    def __getattr__(self, name):
        return self.counts[name]

    @property
    def any_share(self):
        """Share of pictures in which at least one colluder is named."""
        return self.any_named / self.pictures

    @property
    def each_share(self):
        """Share of colluders who are named."""
        return self.colluders_named / self.colluders


def weights_of(logits, score):
    """Each bit's weight, `(pictures, bits)`."""
    if score == "plain":
        return np.ones(logits.shape, np.int64)
    return np.stack([fingerprints.bit_weights(each) for each in logits])


def judge(tally, logits, bits, score, *, num_issued, registries):
    """Adds what a score says of one coalition's pictures.

    A trial is one picture against one registry: the coalition, and so many
    innocents that there are `num_issued` in all, drawn anew for each trial of
    a picture. Pictures of one coalition share the draw.
    """
    weights = weights_of(logits, score)
    thresholds = np.array([threshold(each, num_issued) for each in weights])
    named = scores(logits, weights, bits) >= thresholds[:, None]
    tally.counts["pictures"] += len(logits)
    tally.counts["any_named"] += int(named.any(axis=1).sum())
    tally.counts["colluders"] += named.size
    tally.counts["colluders_named"] += int(named.sum())
    random = np.random.default_rng()
    for _ in range(registries):
        shape = (num_issued - len(bits), bits.shape[1])
        innocents = random.integers(0, 2, shape, dtype=np.uint8)
        best = scores(logits, weights, innocents).max(axis=1)
        tally.counts["trials"] += len(logits)
        tally.counts["innocents_named"] += int((best >= thresholds).sum())


def scores(logits, weights, candidates):
    """`(pictures, candidates)`; as `weighted_matches` of each picture."""
    signs = (weights * np.where(logits > 0, 1, -1)).astype(np.float32)
    base = (weights * (logits <= 0)).sum(axis=1)
    return signs @ candidates.T.astype(np.float32) + base[:, None]


def threshold(weights, num_issued):
    tail = fingerprints.weighted_tail(weights)
    return np.count_nonzero(tail * num_issued > MAX_FALSE_POSITIVE_RATE)
