"""Made-up decoders: one with habits, and what it reads in pictures."""

import dataclasses
import datetime

import numpy as np

from tf_fingerprint import attribution
from tf_fingerprint import calibration
from tf_fingerprint import fingerprints
from tf_fingerprint import registry

NUM_BITS = 64
GENERATOR = registry.GeneratorRecord("a" * 64, "b" * 64, NUM_BITS, 16)


def photograph_logits(count=2000, seed=0, strength=1.0):
    """Logits of photographs: all biased one way, and a few common factors."""
    random = np.random.default_rng(seed)
    fixed = np.random.default_rng(7)
    habit = strength * fixed.normal(size=NUM_BITS)
    factors = strength * fixed.normal(size=(3, NUM_BITS))
    return (
        habit
        + random.normal(size=(count, 3)) @ factors
        + random.normal(size=(count, NUM_BITS))
    ).astype(np.float32)


def picture_logits(bits, seed=0, noise=0.3):
    """Logits of pictures with these fingerprints; bits differ in noise."""
    random = np.random.default_rng(seed)
    spread = noise * np.linspace(0.2, 2.5, bits.shape[1])
    drawn = random.normal(size=bits.shape)
    return (2.0 * bits - 1 + spread * drawn).astype(np.float32)


def fresh_bits(count, num_bits=NUM_BITS):
    return np.stack([fingerprints.random_bits(num_bits) for _ in range(count)])


def drawing(made, seed=0):
    """Draws like the calibration, the same at every run.

    One picture in a thousand is called ambiguous, by chance of the draw.
    """
    random = np.random.default_rng(seed)

    def draw(num_bits):
        while made.refuses(bits := random.integers(0, 2, num_bits, np.uint8)):
            continue
        return bits

    return draw


def drawn(made, count, seed=0):
    draw = drawing(made, seed)
    return np.stack([draw(NUM_BITS) for _ in range(count)])


def make_calibration(count=2000, strength=1.0, **changes):
    logits = photograph_logits(count, strength=strength)
    bits = fresh_bits(400)
    made = calibration.Calibration(
        generator=GENERATOR,
        sources=(("photographs.zip", count),),
        data_digest="c" * 64,
        made_at=datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC),
        read=calibration.Levels.of(logits),
        soft=calibration.SoftModel.fit(picture_logits(bits, noise=0.5), bits),
    )
    return dataclasses.replace(made, **changes)


def make_records(bits, generator=GENERATOR, **changes):
    return [
        registry.IssuanceRecord(
            id=f"i{number}",
            fingerprint=fingerprints.to_hex(each),
            recipient=f"R{number}",
            issued_at=datetime.datetime.now(datetime.UTC),
            generator=generator,
            **changes,
        )
        for number, each in enumerate(bits)
    ]


def make_candidates(bits, **changes):
    return attribution.Candidates(GENERATOR, make_records(bits, **changes))
