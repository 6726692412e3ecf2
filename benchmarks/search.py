"""How long the two nearest of up to 10,000,000 fingerprints take to find.

One thread, fingerprints of 128 bits. Each engine's answers are compared with
the other's. What is timed is what `attribute` calls, decoded bits in, places
and distances out: the median of several rounds, in seconds of the processor,
which for one thread on an idle core are those of the clock. Memory is what a
process that searches needs at most beyond what it had before, fingerprints
included. `ratio_to_faiss` is NumPy's time over faiss's. Then a registry is
loaded.

    python benchmarks/search.py
"""

import os

# Before NumPy and faiss start: both engines on one core.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import argparse  # noqa: E402
import json  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402

import pages  # noqa: E402
import results_file  # noqa: E402
import search_measured as measured  # noqa: E402

COLUMNS = (
    *("engine", "ms_single_query", "ms_per_query_batch1000"),
    *("mib_single_query", "mib_batch1000"),
)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--sizes",
        type=int,
        nargs="+",
        default=[1_000, 100_000, 1_000_000, 10_000_000],
    )
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--registry", type=int, default=100_000)
    parser.add_argument("--results", default=results_file.RESULTS)
    args = parser.parse_args(arguments)
    print(f"{'fingerprints':>12}", *(f"{each:>23}" for each in COLUMNS))
    figures = {}
    for size in args.sizes:
        figures |= by_engine(size, args.batch, args.rounds)
    figures |= measured.loading(args.registry)
    best = summary(figures, max(s for s in args.sizes if s <= 1_000_000))
    figures |= best
    for name in (*best, "seconds_to_load"):
        print(f"{name}: {figures[name]:.3g}")
    print(results_file.write("search", figures, folder=args.results))
    if args.results == results_file.RESULTS:
        fill_page(figures, args.sizes)


def by_engine(size, batch, rounds):
    """Figures of all engines that are installed; answers must be equal."""
    figures, answers = {}, set()
    for engine in measured.engines():
        row = in_own_process(engine, size, batch, rounds)
        answers.add(row.pop("answers"))
        cells = (f"{row[each]:>23,.3f}" for each in COLUMNS[1:])
        print(f"{size:>12,} {engine:>23}", *cells, flush=True)
        suffix = f"{exponent(size)}_{engine}"
        figures |= {f"{key}_{suffix}": value for key, value in row.items()}
    if len(answers) > 1:
        raise SystemExit(f"the engines disagree on {size} fingerprints")
    return figures


def in_own_process(engine, size, batch, rounds):
    """Memory can only be told of a process that did nothing else."""
    command = [sys.executable, measured.__file__]
    command += [engine, *map(str, (size, batch, rounds))]
    output = subprocess.run(command, check=True, capture_output=True).stdout
    return json.loads(output)


def summary(figures, size):
    """The figures asked for: the default engine's, and NumPy's over faiss's."""
    form = exponent(size)
    best = measured.engines()[0]
    batch = {
        engine: figures[f"ms_per_query_batch1000_{form}_{engine}"]
        for engine in measured.engines()
    }
    single = f"ms_single_query_{form}"
    return {
        f"ms_per_query_{form}_batch1000": batch[best],
        f"ms_per_query_{form}_batch1000_without_faiss": batch["numpy"],
        single: figures[f"{single}_{best}"],
        f"{single}_without_faiss": figures[f"{single}_numpy"],
        "ratio_to_faiss": batch["numpy"] / batch[best],
    }


def fill_page(figures, sizes):
    """The table of docs/scale.md."""
    header = ("issued", "engine", "ms, one query", "ms a query, 1,000 at once")
    rows = [
        (size, engine)
        + tuple(
            figures[f"{column}_{exponent(size)}_{engine}"]
            for column in COLUMNS[1:]
        )
        for size in sizes
        for engine in measured.engines()
    ]
    header += ("MiB, one query", "MiB, 1,000 at once")
    pages.fill("scale.md", "search", header, rows)


def exponent(size):
    """1000000 as 1e6."""
    return f"{size:.0e}".replace("e+0", "e")


if __name__ == "__main__":
    main()
