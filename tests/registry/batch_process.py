"""Issues to a list of recipients.

    python batch_process.py REGISTRY COUNT LINES_AT_ONCE

Says "ready", waits for a line, then opens the registry; says "begun" whenever
it begins with another part of the list, and "done" at the end.
"""

import itertools
import sys

from tf_fingerprint import fingerprints
from tf_fingerprint import registry


def main(url, count, lines_at_once):
    generator = registry.GeneratorRecord(
        digest="a" * 64, decoder_digest="d" * 64, num_bits=128, resolution=64
    )
    names = [f"Recipient {number}" for number in range(int(count))]
    print("ready", flush=True)
    sys.stdin.readline()
    numbers = itertools.count()

    def draw(num_bits):
        if next(numbers) % int(lines_at_once) == 0:
            print("begun", flush=True)
        return fingerprints.random_bits(num_bits)

    with registry.open_store(url, create=True) as store:
        registry.issue_many(
            store,
            names,
            generator=generator,
            draw=draw,
            lines_at_once=int(lines_at_once),
        )
    print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
