"""How well a codec hides and is read, and how fast it is beside PyTorch.

On the photographs that its training held out: share of bits read in PNG files,
and the peak signal-to-noise ratio to the photographs, in the end, with weaker
marks and, from the run's `metrics.csv`, on the way there. Then images a second
that are encoded, decoded and trained on, beside the same networks with the same
weights in PyTorch, in turns; a ratio is the median over rounds. Needs PyTorch:
`pip install '.[benchmarks]'`, or `--pytorch-python`.

    python benchmarks/artificial_codec.py --run runs/codec_64
"""

import argparse
import contextlib
import csv
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import results_file

HERE = pathlib.Path(__file__).parent
TASKS = ("encode", "decode", "train", "train_bfloat16")
POINTS = 12
STRENGTHS = (1.0, 0.85, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2)
# Of pixels in [0, 1], and of logits relative to the largest.
MAX_DIFFERENCE = 1e-3


def main():
    args = parse()
    figures = quality(args.run)
    figures |= curve(args.run / "metrics.csv")
    if not args.no_speed:
        cores = sorted(os.sched_getaffinity(0))[: args.threads]
        os.sched_setaffinity(0, cores)
        figures |= speed(args)
    print(results_file.write("artificial_codec", figures))


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--batches", type=int, default=4, help="in a turn")
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--threads", type=int, default=2, help="of each side")
    parser.add_argument(
        "--pytorch-python", default=sys.executable, help="that has PyTorch"
    )
    parser.add_argument(
        "--tasks",
        nargs="+",
        choices=TASKS,
        default=TASKS,
        help="bfloat16 takes long on a processor that has none",
    )
    parser.add_argument("--no-speed", action="store_true")
    return parser.parse_args()


def quality(run_dir):
    """Figures of the photographs held out."""
    import tf_fingerprint
    from tf_fingerprint import artificial
    from tf_fingerprint import data

    run = tf_fingerprint.load(run_dir)
    settings = run.config.data
    photographs = data.load(
        settings.source,
        resolution=settings.resolution,
        crop=settings.crop,
        max_images=settings.max_images,
    ).images
    chosen = data.held_out(len(photographs), run.config.training.held_out_share)
    measured = artificial.measure(run.encoder, run.decoder, photographs[chosen])
    print(
        f"{measured.num_images} photographs held out, "
        f"{run.config.networks.num_bits} bits: PNG files are read at "
        f"{measured.bit_accuracy:.4f} (worst {measured.worst_accuracy:.3f}), "
        f"{measured.psnr:.2f} dB (worst {measured.worst_psnr:.2f})"
    )
    return strengths(run, photographs[chosen]) | {
        "codec_accuracy_png": measured.bit_accuracy,
        "codec_psnr": measured.psnr,
        "worst_accuracy_png": measured.worst_accuracy,
        "worst_psnr": measured.worst_psnr,
        "pictures": measured.num_images,
        "num_bits": run.config.networks.num_bits,
        "resolution": settings.resolution,
    }


def strengths(run, photographs):
    """Accuracy and ratio where only a part of the marks is left."""
    from tf_fingerprint import artificial

    figures = {}
    print(f"{'strength':>9} {'accuracy':>9} {'PSNR':>6}")
    for strength in STRENGTHS:
        found = artificial.measure(
            run.encoder, run.decoder, photographs, strength=strength
        )
        print(f"{strength:9} {found.bit_accuracy:9.4f} {found.psnr:6.2f}")
        figures[f"accuracy_at_strength_{strength:g}"] = found.bit_accuracy
        figures[f"psnr_at_strength_{strength:g}"] = found.psnr
    return figures


def curve(path):
    """What the training went through, at a dozen points."""
    with open(path, newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.get("psnr")]
    last = len(rows) - 1
    places = sorted({round(i * last / (POINTS - 1)) for i in range(POINTS)})
    figures = {}
    print(f"{'images':>9} {'bits':>5} {'accuracy':>9} {'PSNR':>6}")
    for place in places:
        row = rows[place]
        images = int(float(row["images"]))
        accuracy, psnr = float(row["bit_accuracy_png"]), float(row["psnr"])
        bits = int(float(row["active_bits"]))
        print(f"{images:9d} {bits:5d} {accuracy:9.4f} {psnr:6.2f}")
        figures[f"accuracy_at_{images}"] = accuracy
        figures[f"psnr_at_{images}"] = psnr
    return figures


def speed(args):
    """Images a second on both sides, and their ratio, by task."""
    rates = {(side, task): [] for side in SIDES for task in args.tasks}
    with contextlib.ExitStack() as stack:
        exchange = stack.enter_context(tempfile.TemporaryDirectory())
        sides = {}
        for precision in sorted(set(map(precision_of, args.tasks))):
            for side in SIDES:
                process = start(side, args, exchange, precision)
                stack.callback(end, process)
                sides[side, precision] = process
                difference = ask(process, task="check")["difference"]
                if difference > MAX_DIFFERENCE:
                    raise SystemExit(f"PyTorch differs by {difference:.2g}.")
        for number in range(args.rounds + 1):
            for task in args.tasks:
                for side in SIDES:
                    answer = ask(
                        sides[side, precision_of(task)],
                        task=task.partition("_")[0],
                        batches=args.batches,
                    )
                    images = args.batches * args.batch_size
                    if number:  # The first round is for warming up.
                        rate = images / answer["seconds"]
                        rates[side, task].append(rate)
    return speed_figures(rates) | {
        "threads": args.threads,
        "batch_size": args.batch_size,
        "rounds": args.rounds,
    }


def precision_of(task):
    """What a task computes in."""
    low = task.partition("_")[2]
    return f"mixed_{low}" if low else "float32"


def speed_figures(rates):
    figures = {}
    print(f"{'images a second':>16} {'Keras':>8} {'PyTorch':>8} {'ratio':>6}")
    for task in dict.fromkeys(task for _, task in rates):
        ours, theirs = (rates[side, task] for side in SIDES)
        ratio = statistics.median(
            one / other for one, other in zip(ours, theirs, strict=True)
        )
        ours, theirs = map(statistics.median, (ours, theirs))
        print(f"{task:>16} {ours:8.1f} {theirs:8.1f} {ratio:6.2f}")
        figures[f"{task}_images_per_second"] = ours
        figures[f"{task}_images_per_second_pytorch"] = theirs
        figures[f"{task}_ratio_to_pytorch"] = ratio
    if "encode_ratio_to_pytorch" in figures:
        figures["ratio_to_pytorch"] = figures["encode_ratio_to_pytorch"]
    return figures


SIDES = ("keras", "pytorch")


def start(side, args, exchange, precision):
    """A process of one side, which waits for commands."""
    python = args.pytorch_python if side == "pytorch" else sys.executable
    paths = [str(HERE.parent), os.environ.get("PYTHONPATH", "")]
    return subprocess.Popen(
        [
            *(
                python,
                HERE / "artificial_codec_sides.py",
                side,
                args.run,
                exchange,
            ),
            *("--threads", str(args.threads), "--precision", precision),
            *("--batch-size", str(args.batch_size)),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
    )


def ask(process, **command):
    """One command, and its answer."""
    print(json.dumps(command), file=process.stdin, flush=True)
    answer = process.stdout.readline()
    if not answer:
        raise SystemExit(f"A side ended with code {process.wait()}.")
    return json.loads(answer)


def end(process):
    """Ends a side."""
    process.stdin.close()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
