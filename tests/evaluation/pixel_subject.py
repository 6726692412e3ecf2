"""Pictures that carry each bit in a pixel, and whoever reads them."""

import numpy as np

from tf_fingerprint import evaluation

SIDE, NUM_BITS = 16, 64


def generate(fingerprints, random):
    """Grey noise, and 64 pixels that are dark for 0 and light for 1."""
    count = len(fingerprints)
    shape = (count, SIDE * SIDE, 3)
    pixels = random.integers(96, 160, shape, dtype=np.uint8)
    levels = np.where(fingerprints, 200, 50)[..., None]
    pixels[:, :NUM_BITS] = levels
    return pixels.reshape(count, SIDE, SIDE, 3)


def decode(images):
    """Logits: how much lighter than grey those pixels are."""
    pixels = images.reshape(len(images), SIDE * SIDE, 3)
    return pixels[:, :NUM_BITS, 0].astype("float32") - 127.5


def noise(count, seed=0):
    """Pictures with no fingerprint."""
    shape = (count, SIDE, SIDE, 3)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def subject(decode=decode, generate=generate, photographs=None):
    """What is measured: by default, whatever is read is right."""
    return evaluation.Subject(
        generate=generate,
        decode=decode,
        photographs=noise(0) if photographs is None else photographs,
        resolution=SIDE,
        num_bits=NUM_BITS,
    )


def measured(suite, subject, options):
    """What a suite yields, by name."""
    suite.check(subject, options)
    items = list(suite.suite(subject, options))
    assert len({item.name for item in items}) == len(items)
    return {item.name: item for item in items}
