"""Longer and biased fingerprints against colluders: a simulation.

No network was trained with them. What the decoder reads at a bit is drawn from
the logits that it was measured to read where as many of as many colluders had
a 1; bits are drawn one by one, independently of each other, which those of a
real picture are not. The row of 128 fair bits says how much that matters: the
same was measured.
"""

import numpy as np
from collusion_scores import MAX_FALSE_POSITIVE_RATE

from tf_fingerprint import fingerprints

# Chances of a 1, drawn for each bit once for all recipients. Against two
# colluders the code of Nuida et al. is the fair one (2009, Table 1).
CODES = {
    "fair": ((0.5,), (1.0,)),
    "nuida4": ((0.21132, 0.78868), (0.5, 0.5)),
    "nuida6": ((0.11270, 0.5, 0.88730), (0.33201, 0.33598, 0.33201)),
}
# Steps in which scores of biased codes are counted.
_STEPS = 4


def pools(measured, size):
    """Logits by how many colluders had a 1: a list of `size + 1` arrays."""
    logits = np.concatenate([each for each, _ in measured])
    ones = np.concatenate(
        [
            np.broadcast_to(bits.sum(axis=0), each.shape)
            for each, bits in measured
        ]
    )
    return [logits[ones == number] for number in range(size + 1)]


def named_share(pool, code, *, num_bits, num_issued, trials):
    """In what share of simulated pictures a colluder is named."""
    random = np.random.default_rng(0)
    size, named = len(pool) - 1, 0
    for _ in range(trials):
        chances = random.choice(CODES[code][0], num_bits, p=CODES[code][1])
        bits = random.random((size, num_bits)) < chances
        logits = np.empty(num_bits)
        for number, read in enumerate(pool):
            places = bits.sum(axis=0) == number
            logits[places] = random.choice(read, places.sum())
        # What a 1 and a 0 of a recipient add, for each bit.
        adds = added(logits, chances)
        tail = two_valued_tail(adds, chances)
        scores = np.where(bits, adds[1], adds[0]).sum(axis=1)
        enough = tail * num_issued <= MAX_FALSE_POSITIVE_RATE
        named += scores.max() >= np.count_nonzero(~enough)
    return named / trials


def added(logits, chances):
    """Symmetric scores of Skoric et al., times the bit's weight; from 0 on.

    With fair bits these are `fingerprints.weighted_matches`, up to scale.
    """
    weights = fingerprints.bit_weights(logits)
    match = np.where(logits > 0, 1 - chances, chances)
    gain = np.sqrt(match / (1 - match))
    loss = -np.sqrt((1 - match) / match)
    ones = np.where(logits > 0, gain, loss)
    zeros = np.where(logits > 0, loss, gain)
    both = _STEPS * weights * (np.stack([zeros, ones]) - loss)
    return np.rint(both).astype(np.int64)


def two_valued_tail(adds, chances):
    """As `fingerprints.weighted_tail`, where bits are not fair."""
    highest = int(adds.max(axis=0).sum())
    probabilities = np.zeros(highest + 2)
    probabilities[0], reached = 1.0, 0
    for (zero, one), chance in zip(adds.T, chances, strict=True):
        before = probabilities[: reached + 1].copy()
        probabilities[: reached + 1] = 0
        probabilities[zero : zero + reached + 1] += (1 - chance) * before
        probabilities[one : one + reached + 1] += chance * before
        reached += max(zero, one)
    return probabilities[::-1].cumsum()[::-1]
