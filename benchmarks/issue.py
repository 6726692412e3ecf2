"""How many issuances a second a registry in a SQLite file takes.

Each is one call of `issue`: drawn, kept apart from all others, recorded with
its entry of the audit log in a transaction of its own that outlives the
process, handed out. No model is written. The slowest of several rounds counts,
each on a registry of its own. Then a list of 1,000 recipients, and one of
100,000, a thousand at a time, each on a new registry, the last one verified.

    python benchmarks/issue.py
"""

import argparse
import pathlib
import tempfile
import time

import results_file

from tf_fingerprint import registry

GENERATOR = registry.GeneratorRecord(
    digest="0" * 64, decoder_digest="1" * 64, num_bits=128, resolution=64
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--lists",
        type=int,
        nargs="*",
        default=[1000, 100_000],
        help="lengths of the lists; those of 1000 and 100000 are recorded",
    )
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
    for count in args.lists:
        with tempfile.TemporaryDirectory(dir=args.folder) as folder:
            seconds, verifying = seconds_of_a_list(pathlib.Path(folder), count)
        print(
            f"a list of {count:,}: {seconds:.1f} s, "
            f"{verifying:.1f} s to verify the log"
        )
        figures[f"seconds_{count}"] = round(seconds, 2)
        figures[f"seconds_to_verify_{count}"] = round(verifying, 2)
    print(results_file.write("issue", figures))


def issued_per_second(folder, count):
    with registry.open_store(folder / "registry.db", create=True) as store:
        start = time.perf_counter()
        for number in range(count):
            registry.issue(store, f"Recipient {number}", generator=GENERATOR)
        elapsed_seconds = time.perf_counter() - start
        recorded = len(store.issuances())
    if recorded != count:
        raise SystemExit(f"{count} issued, but {recorded} recorded")
    return count / elapsed_seconds


def seconds_of_a_list(folder, count):
    recipients = [f"Recipient {number}" for number in range(count)]
    with registry.open_store(folder / "registry.db", create=True) as store:
        start = time.perf_counter()
        registry.issue_many(store, recipients, generator=GENERATOR)
        store.flush()
        issued = time.perf_counter()
        entries = store.verify().position
        verified = time.perf_counter()
    if entries != count + 1:  # And one for the generator.
        raise SystemExit(f"{count} issued, but {entries} entries in the log")
    return issued - start, verified - issued


if __name__ == "__main__":
    main()
