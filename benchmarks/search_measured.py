"""What `search.py` measures, in a process of its own for each engine."""

import argparse
import datetime
import hashlib
import json
import pathlib
import resource
import secrets
import statistics
import tempfile
import time

import numpy as np

from tf_fingerprint import attribution
from tf_fingerprint import fingerprints
from tf_fingerprint import registry
from tf_fingerprint.attribution import search

NUM_BITS = 128
PART = 10_000


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("engine")
    for name in ("size", "batch", "rounds"):
        parser.add_argument(name, type=int)
    args = parser.parse_args()
    figures = searching(args.engine, args.size, args.batch, args.rounds)
    print(json.dumps(figures))


def engines():
    """Those installed, the one that is used by default first."""
    return ("faiss", "numpy") if search.is_installed() else ("numpy",)


def searching(engine, size, batch, rounds):
    """Milliseconds a query, and mebibytes beyond what Python needs."""
    random = np.random.default_rng(0)
    # Imported and warmed up; memory from here on is the search's own.
    search.make_search(drawn(random, 10), engine).nearest_two(drawn(random, 1))
    before = peak_mib()
    packed = drawn(random, size)
    finder = search.make_search(packed, engine)
    queries = np.unpackbits(drawn(random, batch), axis=-1)
    queries[0] = np.unpackbits(packed[-1])
    del packed  # As a registry's are, once a search has them.
    figures = {
        "ms_single_query": 1e3
        * statistics.median(
            seconds(finder, queries[n % batch : n % batch + 1])[0]
            for n in range(5 * rounds)
        ),
        "mib_single_query": peak_mib() - before,
    }
    timed = [seconds(finder, queries) for _ in range(rounds)]
    answers = hashlib.sha256(np.array(timed[0][1]).tobytes()).hexdigest()
    return figures | {
        "ms_per_query_batch1000": 1e3
        * statistics.median(each for each, _ in timed)
        / batch,
        "mib_batch1000": peak_mib() - before,
        "answers": answers,
    }


def seconds(finder, bits):
    start = time.process_time()
    found = finder.nearest_two(fingerprints.pack(bits))
    return time.process_time() - start, found


def loading(size):
    """Seconds to make candidates of a registry in a SQLite file."""
    generator = registry.GeneratorRecord(
        digest="0" * 64,
        decoder_digest="1" * 64,
        num_bits=NUM_BITS,
        resolution=64,
    )
    with tempfile.TemporaryDirectory() as folder:
        url = pathlib.Path(folder, "registry.db")
        with registry.open_store(url, create=True) as store:
            for start in range(0, size, PART):
                store.append(records(generator, start, min(PART, size - start)))
            start = time.process_time()
            candidates = attribution.Candidates.load(store, generator.digest)
            elapsed = time.process_time() - start
    if candidates.records[-1].recipient != f"Recipient {size - 1}":
        raise SystemExit("what was loaded is not what was recorded")
    return {"seconds_to_load": elapsed, "issuances_loaded": size}


def records(generator, start, count):
    moment = datetime.datetime.now(datetime.UTC)
    return [
        registry.IssuanceRecord(
            id=secrets.token_hex(8),
            fingerprint=secrets.token_hex(NUM_BITS // 8),
            recipient=f"Recipient {number}",
            issued_at=moment,
            generator=generator,
        )
        for number in range(start, start + count)
    ]


def drawn(random, count):
    return random.integers(0, 256, (count, NUM_BITS // 8), dtype=np.uint8)


def peak_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
