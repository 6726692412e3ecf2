"""Whether moving the house cost speed: the code before beside the code now.

Both are asked in turn to do the same work, each in a process of its own that is
warm; processor seconds count, medians of rounds. `before` is a checkout of
ed3714d:

    git worktree add ../before ed3714d
    python benchmarks/house_speed.py --before ../before
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

import results_file

WORKER = pathlib.Path(__file__).with_name("house_speed_worker.py")
PARTS = ("search", "issue", "train_step", "served")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--before", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--parts", nargs="*", default=PARTS, choices=PARTS)
    parser.add_argument("--results", default=results_file.RESULTS)
    args = parser.parse_args()
    figures = {"rounds": args.rounds}
    for part in args.parts:
        before, now = turns(part, args.before.resolve(), args.rounds)
        ratio = statistics.median(
            n / b for b, n in zip(before, now, strict=True)
        )
        figures |= {
            f"{part}_seconds_before": statistics.median(before),
            f"{part}_seconds": statistics.median(now),
            f"{part}_ratio_to_before": ratio,
        }
        print(f"{part:12} {ratio:.3f} of the processor time before")
    print(results_file.write("house_speed", figures, folder=args.results))


def turns(part, before, rounds):
    """Processor seconds a round, of the code before and of this."""
    workers = [started(part, root) for root in (before, results_file.ROOT)]
    try:
        for worker in workers:
            ask(worker)  # What only a first time costs.
        pairs = []
        for number in range(rounds):
            # Neither is always the first.
            order = (0, 1) if number % 2 else (1, 0)
            seconds = {which: ask(workers[which]) for which in order}
            pairs.append((seconds[0], seconds[1]))
    finally:
        for worker in workers:
            worker.stdin.close()
            worker.wait()
    return list(zip(*pairs, strict=True))


def started(part, root):
    known = {"PYTHONPATH": str(root), "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.Popen(
        [sys.executable, str(WORKER), part],
        cwd=root,
        env={**os.environ, **known},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def ask(worker):
    print("go", file=worker.stdin, flush=True)
    return json.loads(worker.stdout.readline())


if __name__ == "__main__":
    main()
