"""One of the processes of `registry_load.py`; goes on until it is killed.

    python benchmarks/registry_load_worker.py REGISTRY FILE

Writes a line into the file whenever the registry has said that something is
done: what, the issuance's id, its fingerprint, and the recipient. For an
attribution: the id, who was named and who should have been.
"""

import random
import sys

import numpy as np

from tf_fingerprint import attribution
from tf_fingerprint import registry

GENERATOR = registry.GeneratorRecord(
    digest="a" * 64, decoder_digest="d" * 64, num_bits=128, resolution=64
)
FLIPPED_BITS = 15
LINES = [f"Recipient {number}" for number in range(100_000)]


def main(url, path):
    with registry.open_store(url) as store, open(path, "w") as file:

        def say(action, record, *more):
            known = more or (record.fingerprint, record.recipient)
            print(action, record.id, *known, sep="\t", file=file, flush=True)

        for number in range(10**9):
            issue_and_change(store, number, say)
            if number % 10 == 0:
                attribute(store, say)
            if number % 25 == 0:
                issue_to_list(store, number, say)


def issue_and_change(store, number, say):
    record = registry.issue(store, f"R{number}", generator=GENERATOR)
    say("reserved", record)
    if number % 2:
        say("issued", registry.confirm(store, record.id))
    if number % 7 == 0:
        say("revoked", registry.revoke(store, record.id, reason="test"))
    elif number % 11 == 0:
        successor = registry.rotate(store, record.id)
        say("retired", record)
        say("reserved", successor)


def issue_to_list(store, number, say):
    """All processes issue to the same list, ever more of it."""
    lines = LINES[: 20 + number]
    records = registry.issue_many(
        store, lines, generator=GENERATOR, batch="list", lines_at_once=10
    )
    for record in records[-20:]:
        say("reserved", record)


def attribute(store, say):
    """Decodes a picture that was never made, of somebody's copy."""
    candidates = attribution.Candidates.load(store, GENERATOR.digest)
    record = random.choice(candidates.records)
    flips = np.arange(128) < FLIPPED_BITS
    verdict = attribution.attribute(
        record.bits ^ np.random.permutation(flips), candidates
    )
    named = verdict.record.id if verdict.record else "nobody"
    say("attributed", record, named, record.id)


if __name__ == "__main__":
    main(*sys.argv[1:])
