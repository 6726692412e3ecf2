"""A registry of many recipients, such as a large house would have.

Recorded in the order and the words of `registry.issue`, a transaction for many
at a time, which are told apart by the database alone: comparing each with each
would take a day, and is not what is measured with it.
"""

import datetime
import secrets

import numpy as np

from tf_fingerprint import fingerprints
from tf_fingerprint import registry

GENERATOR = registry.GeneratorRecord(
    digest="a" * 64, decoder_digest="d" * 64, num_bits=128, resolution=64
)
# More than `known` compares with each other.
ROWS_AT_ONCE = 10_000


def fill(url, count, *, generator=GENERATOR):
    """Records so many issuances in a new registry.

    Args:
        url: Its path or URL.
        count: How many.
        generator: What they are of.
    """
    moment = datetime.datetime.now(datetime.UTC)
    random = np.random.default_rng(count)
    with registry.open_store(url, create=True) as store:
        for start in range(0, count, ROWS_AT_ONCE):
            numbers = range(start, min(start + ROWS_AT_ONCE, count))
            drawn = random.integers(0, 2, (len(numbers), generator.num_bits))
            records = [
                registry.IssuanceRecord(
                    id=secrets.token_hex(8),
                    fingerprint=fingerprints.to_hex(bits),
                    recipient=f"Recipient {number}",
                    issued_at=moment,
                    generator=generator,
                    issued_by="benchmark",
                )
                for number, bits in zip(numbers, drawn, strict=True)
            ]
            store.append(records)
        store.flush()
