"""How many issuances a second a registry in a SQLite file takes.

Each is one call of `issue`: drawn, recorded in a transaction of its own that
outlives the process, handed out. No model is written. The slowest of several
rounds counts, each on a registry of its own.

    python benchmarks/issue.py
"""

import argparse
import pathlib
import tempfile
import time

import results_file

from tf_fingerprint import registry


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--folder", help="disk to measure; the temporary folder if not given"
    )
    args = parser.parse_args()
    rates = []
    for _ in range(args.rounds):
        with tempfile.TemporaryDirectory(dir=args.folder) as folder:
            rates.append(issued_per_second(pathlib.Path(folder), args.count))
        print(f"{args.count} issuances: {rates[-1]:,.0f} a second")
    figures = {
        "issued_per_second": round(min(rates)),
        "issued_per_second_fastest_round": round(max(rates)),
        "issuances_per_round": args.count,
        "rounds": args.rounds,
    }
    print(results_file.write("issue", figures))


def issued_per_second(folder, count):
    generator = registry.GeneratorRecord(
        digest="0" * 64, decoder_digest="1" * 64, num_bits=128, resolution=64
    )
    with registry.open_store(folder / "registry.db", create=True) as store:
        start = time.perf_counter()
        for number in range(count):
            registry.issue(store, f"Recipient {number}", generator=generator)
        elapsed_seconds = time.perf_counter() - start
        recorded = len(store.issuances())
    if recorded != count:
        raise SystemExit(f"{count} issued, but {recorded} recorded")
    return count / elapsed_seconds


if __name__ == "__main__":
    main()
