"""How fast the training step is beside the same step in PyTorch.

Both sides train the networks of the shipped weights, on the same cores, in
turns: while one trains, the other waits. The ratio is the median over pairs of
turns. Before that, both must compute the same outputs, losses and gradients.
Needs PyTorch: `pip install '.[benchmarks]'`.

    python benchmarks/train_step.py
"""

import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import results_file
import train_step_setting as setting

HERE = pathlib.Path(__file__).parent
PRODUCT_SECONDS = 2.0
MAX_BUSY_SHARE = 0.1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument(
        "--steps", type=int, default=48, help="in a turn, a multiple of 16"
    )
    parser.add_argument("--threads", type=int, default=2, help="of each side")
    parser.add_argument(
        "--check", action="store_true", help="compare the sides, time nothing"
    )
    args = parser.parse_args()
    if args.steps % setting.SHIPPED.optimizer.r1_interval:
        parser.error("`--steps` must be a multiple of 16, the R1 interval.")
    cores = sorted(os.sched_getaffinity(0))
    if args.threads > len(cores):
        parser.error(f"`--threads` must be at most {len(cores)}, the cores.")
    os.sched_setaffinity(0, cores[: args.threads])
    if not args.check:
        require_idle_machine()
    subprocess.run([sys.executable, HERE / "train_step_check.py"], check=True)
    if not args.check:
        figures = measure(args.pairs, args.steps, args.threads)
        require_idle_machine()
        print(results_file.write("train_step", figures))


def require_idle_machine():
    """Exits if others compute: PyTorch's threads suffer far more from that."""
    busy = busy_share(seconds=2.0)
    if busy > MAX_BUSY_SHARE:
        raise SystemExit(
            "Nothing else must run, or the ratio says nothing. The cores are "
            f"busy for {busy:.0%} of the time. Try again when they are idle."
        )


def busy_share(seconds):
    """Share of all cores' time that some process uses, while this one waits."""
    before = cpu_ticks()
    time.sleep(seconds)
    idle, total = (b - a for a, b in zip(before, cpu_ticks(), strict=True))
    return 1 - idle / total


def cpu_ticks():
    """Idle and total, since the machine started."""
    with open("/proc/stat") as file:
        ticks = [int(number) for number in file.readline().split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)


def measure(pairs, steps, threads):
    """Trains in turns; each side has the machine to itself in its turn."""
    with contextlib.ExitStack() as stack:
        sides = {
            name: stack.enter_context(Side(name, threads))
            for name in ("tensorflow", "pytorch")
        }
        for name, side in sides.items():
            side.ask(steps=2 * setting.SHIPPED.optimizer.r1_interval)
            print(f"{name} is warm", file=sys.stderr, flush=True)
        peaks = {
            name: side.ask(product=PRODUCT_SECONDS)["gflop_per_second"]
            for name, side in sides.items()
        }
        images = steps * setting.SHIPPED.training.batch_size
        rates, memory = {name: [] for name in sides}, {}
        for pair in range(pairs):
            for name in sorted(sides, reverse=bool(pair % 2)):
                answer = sides[name].ask(steps=steps)
                rates[name].append(images / answer["seconds"])
                memory[name] = answer["peak_memory_mib"]
            print(
                f"pair {pair + 1} of {pairs}, images a second: "
                + ", ".join(f"{n} {r[-1]:.1f}" for n, r in rates.items()),
                file=sys.stderr,
                flush=True,
            )
    turns = {"pairs": pairs, "steps_per_turn": steps, "threads": threads}
    return summary(rates, memory, peaks) | turns


def summary(rates, memory, peaks):
    """The figures.

    Args:
        rates: Dict from side to images a second, one for each pair.
        memory: Dict from side to MiB.
        peaks: Dict from side to what its matrix product reaches.

    Returns:
        Dict from name to number.
    """
    ours, theirs = rates["tensorflow"], rates["pytorch"]
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    gflop = setting.gflop_per_image(setting.SHIPPED)
    peak = max(peaks.values())
    ours, theirs = statistics.median(ours), statistics.median(theirs)
    return {
        "ratio_to_pytorch": round(statistics.median(ratios), 3),
        "ratio_to_pytorch_lowest": round(min(ratios), 3),
        "ratio_to_pytorch_highest": round(max(ratios), 3),
        "images_per_second": round(ours, 1),
        "pytorch_images_per_second": round(theirs, 1),
        "gflop_per_image": round(gflop, 3),
        "matmul_gflop_per_second": round(peak, 1),
        "share_of_matmul_peak": round(ours * gflop / peak, 3),
        "pytorch_share_of_matmul_peak": round(theirs * gflop / peak, 3),
        "peak_memory_mib": round(memory["tensorflow"]),
        "pytorch_peak_memory_mib": round(memory["pytorch"]),
    }


class Side:
    """A process of `train_step_sides.py`; idle unless asked."""

    def __init__(self, name, threads):
        script = HERE / "train_step_sides.py"
        self.name = name
        self.process = subprocess.Popen(
            [sys.executable, script, name, f"--threads={threads}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ
            | {"OMP_NUM_THREADS": str(threads), "TF_CPP_MIN_LOG_LEVEL": "2"},
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def ask(self, **command):
        print(json.dumps(command), file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"The {self.name} side stopped; see above.")
        return json.loads(answer)


if __name__ == "__main__":
    main()
