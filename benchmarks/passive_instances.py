"""The passive classifier among our own sealed copies, beside fingerprints.

Closed world: a classifier learns from pictures of so many sealed copies of one
generator, and names the copy that made others. Open world: it is shown
pictures of as many copies that were sealed after it was trained. It can't name
them; what counts for it is that it calls them unknown, at a tolerated rate of
5 %. The decoder names copies of either kind by their fingerprints, which takes
no training; it may refuse, and then it is counted as wrong.

    python benchmarks/passive_instances.py
"""

import argparse
import math
import pathlib
import tempfile

import numpy as np
import results_file
from PIL import Image

from tf_fingerprint import config as configs
from tf_fingerprint import fingerprints as bits
from tf_fingerprint import methods
from tf_fingerprint.evaluation.metrics import accuracy
from tf_fingerprint.passive import run as passive_runs

# Tolerated rate of naming anybody for a picture from elsewhere.
FALSE_POSITIVE_RATE = 1e-6

SETTINGS = (
    "network.channel_base=256",
    "network.max_channels=256",
    "optimizer.learning_rate=0.003",
    "training.mixed_precision=mixed_bfloat16",
    "unknown.score=distance",
)


def main(arguments=None):
    args = _arguments(arguments)
    run = methods.load(args.run)
    figures = {}
    for copies, images in zip(args.copies, args.images, strict=True):
        with tempfile.TemporaryDirectory() as folder:
            measure = measured(run, copies, images, pathlib.Path(folder), args)
            for name, value in measure:
                figures |= share(f"{name}_{copies}", value)
                print(f"{name}_{copies:<6} {value.mean():.4f}", flush=True)
        figures |= {
            f"images_{copies}": images,
            f"training_pictures_{copies}": args.pictures // copies,
        }
    print(results_file.write("passive_instances", figures, folder=args.results))


def _arguments(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", default="pretrained")
    parser.add_argument("--copies", type=int, nargs="+", default=[10, 100])
    parser.add_argument(
        "--images",
        type=int,
        nargs="+",
        default=[80_000, 400_000],
        help="pictures that each classifier is shown",
    )
    parser.add_argument(
        "--pictures", type=int, default=24_000, help="to learn from, of all"
    )
    parser.add_argument(
        "--test-pictures", type=int, default=1000, help="of all copies"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", dest="overrides", action="append", default=[])
    parser.add_argument(
        "--results", type=pathlib.Path, default=results_file.RESULTS
    )
    return parser.parse_args(arguments)


def share(name, hits):
    """A share of pictures with its interval, as figures."""
    low, high = accuracy.wilson_interval(int(hits.sum()), len(hits))
    return {
        name: float(hits.mean()),
        f"{name}_low": float(low),
        f"{name}_high": float(high),
        f"{name}_pictures": len(hits),
    }


def measured(run, copies, images, folder, args):
    """What either method gets right; names and `(pictures,)` of bool."""
    random = np.random.default_rng(args.seed)
    shape = (2 * copies, run.config.networks.num_bits)
    fingerprints = random.integers(0, 2, shape, np.uint8)
    # The latter half is sealed after the classifier was trained.
    known, new = np.split(fingerprints, 2)
    classifier = trained(run, known, images, folder, args)
    per_copy = math.ceil(args.test_pictures / copies)
    makers = np.repeat(np.arange(copies), per_copy)
    for world, sealed, first in (("closed", known, 0), ("open", new, copies)):
        pictures = run.generate(
            len(makers), fingerprints=sealed[makers], seed=args.seed + 1 + first
        )
        labels, _, unknown = classifier.classify(pictures)
        if world == "closed":
            named = np.array([int(label) for label in labels])
            yield "passive_closed", named == makers
        yield f"passive_{world}_called_unknown", unknown
        named = attributed(run, pictures, fingerprints)
        yield f"fingerprint_{world}", named == first + makers


def attributed(run, pictures, fingerprints):
    """The copy that each picture's bits name; -1 for nobody."""
    read = run.decode(pictures) > 0
    matches = (read[:, None] == (fingerprints[None] > 0)).sum(axis=2)
    threshold = bits.match_threshold(
        fingerprints.shape[1], FALSE_POSITIVE_RATE, len(fingerprints)
    )
    return np.where(
        matches.max(axis=1) >= threshold, matches.argmax(axis=1), -1
    )


def trained(run, fingerprints, images, folder, args):
    """A classifier that has learned from pictures of some copies."""
    copies = len(fingerprints)
    makers = np.repeat(np.arange(copies), args.pictures // copies)
    pictures = run.generate(
        len(makers), fingerprints=fingerprints[makers], seed=args.seed
    )
    _, firsts = np.unique(makers, return_index=True)
    for number, (maker, picture) in enumerate(
        zip(makers, pictures, strict=True)
    ):
        # Measured on pictures that are made afterwards: one is enough here.
        part = "test" if number in firsts else "train"
        place = folder / "sources" / part / f"{maker:03}"
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture.squeeze()).save(place / f"{number:06}.png")
    config = configs.read(
        None,
        [
            f"data.source={folder / 'sources'}",
            f"data.resolution={run.config.data.resolution}",
            f"data.channels={run.config.data.channels}",
            f"training.images={images}",
            f"optimizer.decay_images={images // 2}",
            *SETTINGS,
            *args.overrides,
        ],
        kind=configs.PassiveConfig,
    )
    path = methods.train(config, folder / "run", verbose=0)
    return passive_runs.load(path)


if __name__ == "__main__":
    main()
