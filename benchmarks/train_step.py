"""How fast the training step is: TensorFlow, XLA and JAX beside PyTorch.

All sides train the networks of the shipped weights, or those of another
resolution, on the same cores, in turns: while one trains, the others wait. A
ratio is the median over rounds of turns. Before that, TensorFlow and PyTorch
must compute the same outputs, losses and gradients. Needs PyTorch and JAX:
`pip install '.[benchmarks]'`.

    python benchmarks/train_step.py
"""

import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import time

import results_file
import train_step_setting as setting
import train_step_table as tables

HERE = pathlib.Path(__file__).parent
PRODUCT_SECONDS = 2.0
MAX_BUSY_SHARE = 0.1
WARM_STEPS = 2  # One with the penalty and one without.


def main():
    args = parse()
    cores = sorted(os.sched_getaffinity(0))
    if args.threads > len(cores):
        raise SystemExit(f"`--threads` must be at most {len(cores)}.")
    os.sched_setaffinity(0, cores[: args.threads])
    if not args.check:
        require_idle_machine()
    subprocess.run([sys.executable, HERE / "train_step_check.py"], check=True)
    if args.check:
        return
    measured = {}
    for size in args.sizes:
        sides, rounds = args.sides, args.rounds
        if size != args.main_size:  # Less of what matters less.
            sides = [side for side in sides if side in setting.FLOAT32_SIDES]
            rounds = -(-rounds // 2)
        measured[size] = measure(size, sides, rounds, args.steps, args.threads)
    require_idle_machine()
    print(tables.table(measured))
    figures = tables.figures(measured, main_size=args.main_size)
    figures |= {
        "rounds": args.rounds,
        "steps_per_turn": args.steps,
        "threads": args.threads,
    }
    print(results_file.write("train_step", figures))


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--steps", type=int, default=16, help="in a turn, a multiple of 16"
    )
    parser.add_argument("--threads", type=int, default=2, help="of each side")
    parser.add_argument("--sizes", type=int, nargs="+", default=[64, 32, 128])
    parser.add_argument(
        "--sides", nargs="+", choices=setting.SIDES, default=setting.SIDES
    )
    parser.add_argument(
        "--check", action="store_true", help="compare the sides, time nothing"
    )
    args = parser.parse_args()
    if args.steps % setting.SHIPPED.optimizer.r1_interval:
        parser.error("`--steps` must be a multiple of 16, the R1 interval.")
    if "pytorch" not in args.sides or len(args.sides) < 2:
        parser.error("`--sides` must be pytorch and at least one more.")
    # The resolution of the shipped weights, unless only others are measured.
    args.main_size = 64 if 64 in args.sizes else args.sizes[0]
    return args


def require_idle_machine():
    """Exits if others compute: PyTorch's threads suffer far more from that."""
    busy = busy_share(seconds=2.0)
    if busy > MAX_BUSY_SHARE:
        raise SystemExit(
            "Nothing else must run, or the ratio says nothing. The cores are "
            f"busy for {busy:.0%} of the time. Try again when they are idle."
        )


def busy_share(seconds):
    """Share of our cores' time that some process uses, while this one waits."""
    before = cpu_ticks()
    time.sleep(seconds)
    idle, total = (b - a for a, b in zip(before, cpu_ticks(), strict=True))
    return 1 - idle / total


def cpu_ticks():
    """Idle and total, of the cores that we may use, since they started."""
    names = {f"cpu{core}" for core in os.sched_getaffinity(0)}
    idle = total = 0
    with open("/proc/stat") as file:
        for name, *ticks in map(str.split, file):
            if name in names:
                ticks = [int(number) for number in ticks[:8]]
                idle, total = idle + ticks[3] + ticks[4], total + sum(ticks)
    return idle, total


def measure(size, names, rounds, steps, threads):
    """Trains in turns; each side has the machine to itself in its turn.

    Args:
        size: Resolution.
        names: Sides to compare.
        rounds: Turns of each side.
        steps: In a turn.
        threads: Of each side.

    Returns:
        `tables.Measured`.
    """
    with contextlib.ExitStack() as stack:
        sides = {
            name: stack.enter_context(Side(name, size, threads))
            for name in names
        }
        for side in sides.values():  # All compile at once.
            side.send(steps=WARM_STEPS)
        for side in sides.values():
            side.receive()
        tell(f"{size} pixels: all sides are compiled")
        peaks = {
            name: side.ask(product=PRODUCT_SECONDS)["gflop_per_second"]
            for name, side in sides.items()
        }
        images = steps * setting.SHIPPED.training.batch_size
        rates, memory = {name: [] for name in sides}, {}
        for number in range(rounds):
            # Each side comes first, and last, in turn.
            shift = number % len(sides)
            for name in [*names[shift:], *names[:shift]]:
                answer = sides[name].ask(steps=steps)
                rates[name].append(images / answer["seconds"])
                memory[name] = answer["peak_memory_mib"]
            tell(
                f"{size} pixels, round {number + 1} of {rounds}, images a "
                "second: "
                + ", ".join(f"{n} {r[-1]:.1f}" for n, r in rates.items())
            )
    config = setting.at(size)
    return tables.Measured(
        rates=rates,
        memory=memory,
        peak=max(peaks.values()),
        gflop_per_image=setting.gflop_per_image(config),
    )


def tell(text):
    print(text, file=sys.stderr, flush=True)


class Side:
    """A process of `train_step_sides.py`; idle unless asked."""

    def __init__(self, name, size, threads):
        script = HERE / "train_step_sides.py"
        self.name = name
        backend = "jax" if name == "jax" else "tensorflow"
        settings = {
            "KERAS_BACKEND": backend,
            "OMP_NUM_THREADS": str(threads),
            "TF_CPP_MIN_LOG_LEVEL": "2",
        }
        self.process = subprocess.Popen(
            [sys.executable, script, name]
            + [f"--threads={threads}", f"--resolution={size}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | settings,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def ask(self, **command):
        self.send(**command)
        return self.receive()

    def send(self, **command):
        print(json.dumps(command), file=self.process.stdin, flush=True)

    def receive(self):
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"The {self.name} side stopped; see above.")
        return json.loads(answer)


if __name__ == "__main__":
    main()
