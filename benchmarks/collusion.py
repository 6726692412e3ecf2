"""Whom the shipped decoder names when two to four recipients collude.

Real sealed copies of the generator: their weights are averaged; or the pictures
that they make of the same latents are; or each layer that carries bits is taken
from one of them. Every picture is rounded to 8 bits. Counted are who of the
colluders is named, among 10,000 issued, at a false-positive rate of 1e-6 a
picture, and whether an innocent is: by plain matches, as `attribute` counts,
and by matches weighed by their logits, as `fingerprints.accuse` does.

A trial is one picture against one registry whose innocents are drawn anew.
Pictures of one coalition share their copies and the draws: 1e5 trials are far
fewer independent coalitions. What no trial can show, the formula says: innocent
fingerprints are drawn independently of the picture, so the rate holds exactly.

Longer and biased fingerprints are simulated; see collusion_simulated.py.

    python benchmarks/collusion.py
"""

import argparse
import collections
import math
import sys
import time

import collusion_copies
import collusion_scores
import collusion_simulated as simulated
import collusion_tables
import numpy as np
import results_file

from tf_fingerprint import methods
from tf_fingerprint.scalable import run as scalable_run

SIZES = (1, 2, 3, 4)


def main(arguments=None):
    args = parse(arguments)
    logits, tallies = measure(methods.load(args.run), args)
    figures = {
        "coalitions_of_each_kind": args.coalitions,
        "pictures_of_each_coalition": args.pictures,
        "issued": args.issued,
    }
    figures |= answers(logits) | naming(tallies, args)
    figures |= simulate(logits, args)
    for name, figure in figures.items():
        print(f"{name:48} {figure:>12,.6g}")
    print(results_file.write("collusion", figures, folder=args.results))
    if args.results == results_file.RESULTS:
        collusion_tables.fill(figures, args.together)


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", default=scalable_run.PRETRAINED)
    for name, default in (
        ("coalitions", 16),
        ("pictures", 64),
        ("together", 8),
        ("issued", 10_000),
        ("trials", 100_000),
        ("simulations", 500),
        ("seed", 0),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--results", default=results_file.RESULTS)
    return parser.parse_args(arguments)


def measure(run, args):
    """Logits and fingerprints of each coalition; tallies; by kind."""
    copies = collusion_copies.Copies(run, args.seed)
    logits = collections.defaultdict(list)
    tallies = collections.defaultdict(collusion_scores.Tally)
    kinds = (len(SIZES) - 1) * len(collusion_copies.STRATEGIES)
    pictures = kinds * args.coalitions * args.pictures
    registries = math.ceil(args.trials / pictures)
    for size in SIZES:
        for number in range(args.coalitions):
            tell(f"coalition {number + 1} of {args.coalitions}, size {size}")
            bits, parts = copies.coalition(size)
            inputs = copies.inputs(args.pictures)
            for strategy in collusion_copies.STRATEGIES[
                : 1 if size == 1 else 3
            ]:
                read = copies.collude(parts, strategy, inputs)
                logits[strategy, size].append((read, bits))
                count(tallies, (strategy, size), read, bits, registries, args)
    return logits, tallies


def count(tallies, kind, logits, bits, registries, args):
    """Single pictures, and several of one suspect model together."""
    several = logits[: len(logits) // args.together * args.together]
    several = several.reshape(-1, args.together, logits.shape[1]).mean(axis=1)
    for score in collusion_scores.SCORES:
        for form, read in (("one", logits), ("several", several)):
            collusion_scores.judge(
                tallies[*kind, score, form],
                read,
                bits,
                score,
                num_issued=args.issued,
                registries=registries if form == "one" else 1,
            )


def answers(logits):
    """What is read where colluders agree, and where they don't."""
    figures = {}
    for (strategy, size), measured in logits.items():
        pool = simulated.pools(measured, size)
        right = [*(pool[0] <= 0), *(pool[size] > 0)]
        name = f"{strategy}_c{size}"
        figures[f"{name}_agreeing_bits_right"] = np.mean(right)
        figures[f"{name}_agreeing_logit"] = size_of(pool[0], pool[size])
        for ones in range(1, size):
            figures[f"{name}_ones_read_at_{ones}_of_{size}"] = np.mean(
                pool[ones] > 0
            )
            figures[f"{name}_logit_at_{ones}_of_{size}"] = size_of(pool[ones])
    return figures


def size_of(*logits):
    return np.median(np.abs(np.concatenate(logits)))


def naming(tallies, args):
    """Shares of colluders named, and the figures over all."""
    figures = {}
    for (strategy, size, score, form), tally in tallies.items():
        suffix = f"_{args.together}_pictures" if form == "several" else ""
        name = f"{strategy}_c{size}_{score}{suffix}"
        figures[f"{name}_any_named"] = tally.any_share
        figures[f"{name}_each_named"] = tally.each_share
    for score in collusion_scores.SCORES:
        colluded = [
            (kind, tally)
            for kind, tally in tallies.items()
            if kind[2:] == (score, "one") and kind[1] > 1
        ]
        prefix = "" if score == "weighted" else "plain_"
        figures[f"{prefix}innocents_named"] = sum(
            tally.innocents_named for _, tally in colluded
        )
        # Of the strategy that is best for the colluders.
        figures[f"{prefix}colluder_named_c2"] = min(
            tally.any_share for kind, tally in colluded if kind[1] == 2
        )
        figures["trials"] = sum(tally.trials for _, tally in colluded)
    return figures


def simulate(logits, args):
    """Averaged weights, with fingerprints that no network was trained for."""
    figures = {}
    for size in SIZES[1:]:
        pool = simulated.pools(logits["weights", size], size)
        for num_bits in (128, 256):
            for code in simulated.CODES:
                tell(f"simulated: {num_bits} bits, {code}, size {size}")
                figures[f"simulated_{num_bits}_bits_{code}_c{size}_named"] = (
                    simulated.named_share(
                        pool,
                        code,
                        num_bits=num_bits,
                        num_issued=args.issued,
                        trials=args.simulations,
                    )
                )
    return figures


def tell(stage):
    print(f"{time.strftime('%X')} {stage}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
