r"""This project's fingerprints beside marks that are put in afterwards.

The same photographs and the same changes for all. invisible-watermark and
blind-watermark mark photographs; this project's generator makes pictures that
carry fingerprints from the start, and can mark no photograph. The two are
different things: who has the marking program can leave it out, who has a sealed
copy can't; but who has a photograph to protect needs the former.

The libraries may be installed elsewhere, as they bring PyTorch and OpenCV:

    uv venv venv-peers
    uv pip install --python venv-peers/bin/python --no-deps \
        invisible-watermark==0.2.0 blind-watermark==0.4.4
    uv pip install --python venv-peers/bin/python numpy pillow onnxruntime \
        opencv-python-headless PyWavelets torch
    python benchmarks/peers.py --python venv-peers/bin/python
"""

import argparse
import math
import statistics
import sys
import tempfile
import time

import numpy as np
import pages
import peers_sides
import results_file
import suites_measured

from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint import evaluation
from tf_fingerprint import fingerprints
from tf_fingerprint import methods
from tf_fingerprint.evaluation.attacks import perturbing
from tf_fingerprint.evaluation.suites import robustness as robustness_suite
from tf_fingerprint.scalable import run as scalable_run

RECIPIENTS, MAX_FALSE_POSITIVE_RATE = 1000, 1e-6
BATCHES = (1, 64)

# The libraries take one picture after the other, whatever the batch: so many
# tell how long 64 take.
LOOPED = 16


# Figure, kind of perturbation and its strength; see `perturbing`.
CHANGES = {robustness_suite.CLEAN: None, **robustness_suite.POINTS}
HEADER = (
    *("side, payload, pixels", "the mark is", "pictures", "PSNR, dB"),
    *CHANGES,
    *("unmarked: named, habit", "made or marked a second", "read a second"),
)


def main(arguments=None):
    args = parse(arguments)
    figures = {"recipients": RECIPIENTS}
    with (
        tempfile.TemporaryDirectory() as folder,
        peers_sides.Worker(args.python, folder) as worker,
    ):
        sides = [
            peers_sides.Generator(methods.load(each)) for each in args.runs
        ]
        sides += [
            peers_sides.Library(worker, *peer) for peer in peers_sides.PEERS
        ]
        if len({side.name for side in sides}) < len(sides):
            raise SystemExit("`--runs` must have names of their own.")
        photographs = {
            side.resolution: load(args.photographs, side.resolution)
            for side in sides
        }
        for side in sides:
            chosen = photographs[side.resolution]
            if not side.in_model:  # Those are slow.
                is_slowest = side.method == "rivaGan"
                chosen = chosen[
                    : args.slow_pictures if is_slowest else args.pictures
                ]
            tell(f"{side.name}, {len(chosen)} pictures")
            figures |= measured(side, chosen)
        figures |= rates(sides, photographs, args)
    rows = list(table(sides, figures))
    for row in rows:
        for name, cell in zip(HEADER, row, strict=True):
            print(f"{name:24} {cell}")
        print()
    print(results_file.write("peers", figures, folder=args.results))
    if args.results == results_file.RESULTS:
        print(pages.fill("results.md", "peers", HEADER, rows))


def parse(arguments):
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--python",
        default=sys.executable,
        help="interpreter that has the other libraries",
    )
    parser.add_argument(
        "--runs",
        nargs="+",
        default=[scalable_run.PRETRAINED],
        help="run directories, of any resolutions",
    )
    parser.add_argument("--photographs", default=suites_measured.OTHERS)
    parser.add_argument(
        "--pictures",
        type=int,
        default=32,
        help="marked by each library; this project makes one for each "
        "photograph",
    )
    parser.add_argument(
        "--slow-pictures", type=int, default=12, help="marked by rivaGan"
    )
    parser.add_argument(
        "--rounds", type=int, default=3, help="of timing all sides in turns"
    )
    parser.add_argument("--results", default=results_file.RESULTS)
    return parser.parse_args(arguments)


def load(source, resolution):
    tell(f"photographs at {resolution} x {resolution}")
    return data.load(source, resolution=resolution).images


def measured(side, photographs):
    """Bits and recipients after each change; what unmarked ones answer."""
    issued = np.stack(
        [fingerprints.random_bits(side.num_bits) for _ in range(RECIPIENTS)]
    )
    makers = np.arange(len(photographs)) % RECIPIENTS
    made, _ = side.make(photographs, issued[makers])
    figures = {}
    for name, change in CHANGES.items():
        read, _ = side.read(found(made, change))
        matches = evaluation.bit_accuracy_counts(read, issued[makers])
        low, high = evaluation.bit_accuracy_interval(matches, side.num_bits)
        named = names(read, issued)
        figures |= {
            f"{name}_bit_accuracy": matches.mean() / side.num_bits,
            f"{name}_bit_accuracy_low": low,
            f"{name}_bit_accuracy_high": high,
            f"{name}_attributed": np.mean(named == makers),
            f"{name}_wrongly": np.mean((named >= 0) & (named != makers)),
        }
    if not side.in_model:
        squares = np.square(made.astype("float32") - photographs)
        figures["mark_psnr"] = 10 * math.log10(255**2 / squares.mean())
    read, _ = side.read(photographs)
    ones = read.mean(axis=0)
    figures |= {
        "pictures": len(photographs),
        "unmarked_named": np.mean(names(read, issued) >= 0),
        "unmarked_ones": ones.mean(),
        # 0.5 where photographs answer as they like, 1 where all alike.
        "unmarked_habit": np.maximum(ones, 1 - ones).mean(),
    }
    return {f"{side.name}_{key}": each for key, each in figures.items()}


def found(images, change):
    """Pictures as they are found; PNG keeps them as they are."""
    if change is None:
        return images
    kind, strength = change
    random = np.random.default_rng(0)
    return perturbing.PERTURBATIONS[kind].apply(images, strength, random)


def names(read, issued):
    """The recipient that each picture is attributed to, or -1 for nobody."""
    try:
        threshold = fingerprints.match_threshold(
            issued.shape[1], MAX_FALSE_POSITIVE_RATE, len(issued)
        )
    except errors.TooFewBitsError:
        return np.full(len(read), -1)
    signs = 2.0 * issued - 1
    matches = ((2.0 * read - 1) @ signs.T + issued.shape[1]) / 2
    best = matches.argmax(axis=1)
    return np.where(matches.max(axis=1) >= threshold, best, -1)


def rates(sides, photographs, args):
    """Pictures a second, all sides in turns; medians over rounds."""
    seconds = {}
    for turn in range(args.rounds):
        tell(f"timing, round {turn + 1} of {args.rounds}")
        for side in sides[:: 1 if turn % 2 else -1]:
            for batch in BATCHES:
                count = batch if side.in_model else min(batch, LOOPED)
                images = photographs[side.resolution][:count]
                for verb, taken in timed(side, images):
                    key = f"{side.name}_{verb}_per_second_batch_{batch}"
                    seconds.setdefault(key, []).append(taken / len(images))
    return {key: 1 / statistics.median(all_) for key, all_ in seconds.items()}


def timed(side, images):
    """Seconds of making these, and of reading them."""
    if side.in_model:
        yield "make", side.make_with_copy(len(images))
    else:
        bits = np.zeros((len(images), side.num_bits), np.uint8)
        bits[:, ::2] = 1
        yield "mark", side.make(images, bits)[1]
    yield "read", side.read(images)[1]


def table(sides, figures):
    """One row a side, as `HEADER` says."""
    for side in sides:
        own = {
            key.removeprefix(f"{side.name}_"): value
            for key, value in figures.items()
            if key.startswith(f"{side.name}_")
        }
        make = "make" if side.in_model else "mark"
        rates_ = (
            " / ".join(
                f"{own[f'{verb}_per_second_batch_{batch}']:,.0f}"
                for batch in BATCHES
            )
            for verb in (make, "read")
        )
        psnr = own.get("mark_psnr")
        yield (
            side.name,
            "in the model" if side.in_model else "afterwards",
            own["pictures"],
            "-" if psnr is None else f"{psnr:.1f}",
            *(
                f"{own[f'{name}_bit_accuracy']:.3f}, "
                f"{own[f'{name}_attributed']:.0%}"
                for name in CHANGES
            ),
            f"{own['unmarked_named']:.0%}, {own['unmarked_habit']:.2f}",
            *rates_,
        )


def tell(stage):
    print(f"{time.strftime('%X')} {stage}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
