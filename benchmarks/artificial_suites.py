"""What fingerprints in training data survive, and who sees them.

Curves at the very strengths of the plots of Yu et al., 2021
(https://arxiv.org/abs/2007.08457), so that ours can be held against theirs
point by point: pictures that were changed, both photographs that the codec
marked and what generators make that were trained on such; and generators whose
weights were changed. Then marking a second time, and secrecy.

    python benchmarks/artificial_suites.py --codec RUN \\
        --generator dcgan FINGERPRINTED_DIR HEX

A generator's name is its script's in `examples/`, and its folder what that
leaves: `generator.keras`, and pictures in `samples`.
"""

import argparse
import importlib
import pathlib
import sys

import artificial_transfer
import numpy as np
import results_file
import suites_measured

import tf_fingerprint
from tf_fingerprint import calibration
from tf_fingerprint import data
from tf_fingerprint import evaluation
from tf_fingerprint.artificial import probing
from tf_fingerprint.evaluation import codecs
from tf_fingerprint.evaluation.attacks import perturbing
from tf_fingerprint.evaluation.metrics import accuracy
from tf_fingerprint.evaluation.metrics import extractors
from tf_fingerprint.evaluation.report import published
from tf_fingerprint.evaluation.suites import generator_tampering
from tf_fingerprint.evaluation.suites import names as suites

RESULT = "artificial_suites"
KINDS = ("noise", "blur", "jpeg", "crop")
EXAMPLES = results_file.ROOT / "examples"
# One DDIM picture takes 30 passes of its network; there are 13 changes.
SLOW = ("diffusion",)


def main(arguments=None):
    args = _arguments(arguments)
    run = tf_fingerprint.load(args.codec)
    photographs = data.load(
        args.photographs, resolution=run.config.data.resolution
    ).images
    share = run.config.training.held_out_share
    unseen = photographs[data.held_out(len(photographs), share)]
    figures = {"photographs": len(photographs), "held_out": len(unseen)}
    parts = [
        of_photographs(run, unseen, args),
        of_suite("marking", run, unseen, args),
        *(of_pictures(run, *each, args) for each in args.generator),
        *(
            of_weights(run, *each, photographs, args)
            for each in args.generator
            if each[0] not in SLOW
        ),
    ]
    if not args.no_secrecy:
        # What an owner marks is what his codec was trained on.
        parts.append(of_suite("secrecy", run, photographs, args))
    for part in parts:
        for new in part:
            figures |= new
    print(results_file.write(RESULT, figures, folder=args.results))


def _arguments(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--codec", required=True, metavar="RUN")
    parser.add_argument(
        "--generator",
        nargs=3,
        action="append",
        default=[],
        metavar=("NAME", "FINGERPRINTED_DIR", "HEX"),
    )
    parser.add_argument("--photographs", default=suites_measured.CATS)
    parser.add_argument("--features", default=suites_measured.FEATURES)
    parser.add_argument("--pictures", type=int, default=1024)
    parser.add_argument(
        "--changed", type=int, default=512, help="pictures of changed weights"
    )
    parser.add_argument("--no-secrecy", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--results", type=pathlib.Path, default=results_file.RESULTS
    )
    return parser.parse_args(arguments)


def of_photographs(run, photographs, args):
    """Photographs that were not trained on, each with its own fingerprint."""
    subject = codecs.of_codec(run, photographs)
    bits = subject.fresh_fingerprints(len(photographs))
    yield from changed(run, "photographs", run.encode(photographs, bits), bits)


def of_pictures(run, name, folder, fingerprint, args):
    """What a generator makes, all with one fingerprint."""
    images = artificial_transfer.samples(folder, run.config.data.resolution)
    images = images[: args.pictures]
    bits = probing.as_bits(fingerprint, run.record.num_bits)
    carried = np.broadcast_to(bits, (len(images), len(bits)))
    yield from changed(run, name, images, carried)


def changed(run, name, images, bits):
    """Bits read after each change, at the strengths of the paper's plots."""
    yield {f"{name}_pictures": len(images)}
    for kind in KINDS:
        for strength, _ in published.curves(kind)[published.ARTIFICIAL]:
            random = np.random.default_rng(list(kind.encode()))
            apply = perturbing.PERTURBATIONS[kind].apply
            found = apply(images, strength, random)
            logits = np.asarray(run.decode(found))
            matches = ((logits > 0) == bits).sum(axis=1)
            low, high = accuracy.bit_accuracy_interval(matches, bits.shape[1])
            key = f"{name}_{kind}_{strength:.4g}"
            figures = {
                key: float(matches.mean() / bits.shape[1]),
                f"{key}_low": low,
                f"{key}_high": high,
            }
            if (bits == bits[0]).all():
                figures[f"{key}_vote"] = vote(logits, bits[0])
            print(f"{key:40} {figures[key]:.4f}", flush=True)
            yield figures


def vote(logits, bits):
    """Share of the bits that the majority of 64 pictures reads."""
    count = len(logits) // probing.NUM_IMAGES * probing.NUM_IMAGES
    grouped = logits[:count].reshape(-1, probing.NUM_IMAGES, len(bits))
    return float(((calibration.majority(grouped) == 1) == bits).mean())


def of_weights(run, name, folder, fingerprint, photographs, args):
    """Weights rounded, and noise on them; bits, and what pictures become."""
    network, sample = generator(name, folder, args.changed)
    look = extractors.load(args.features)
    seen = look(photographs[: args.changed])

    def distance(images):
        value = evaluation.frechet_distance(look(images), seen)
        return evaluation.Figure(
            "distance", value, value, value, len(images), 1
        )

    for curve in generator_tampering.of_generator(
        network,
        sample,
        run.decode,
        probing.as_bits(fingerprint, run.record.num_bits),
        distance=distance,
        seed=args.seed,
    ):
        for strength, figure in curve.points:
            key = f"{name}_{curve.name}_{strength:g}"
            print(f"{key:40} {figure.value:.4f}", flush=True)
            yield {
                key: figure.value,
                f"{key}_low": figure.low,
                f"{key}_high": figure.high,
            }


def generator(name, folder, count):
    """A trained network of `examples/`, and what makes pictures of it."""
    import keras

    if str(EXAMPLES) not in sys.path:
        sys.path.append(str(EXAMPLES))
    drawing = importlib.import_module("drawing")
    script = importlib.import_module(name)
    network = keras.saving.load_model(
        pathlib.Path(folder, "generator.keras"), compile=False
    )

    def sample():
        made = drawing.make(
            script.EXAMPLE.pictures, network, count=count, seed=2
        )
        return np.concatenate(list(made))

    return network, sample


def of_suite(name, run, photographs, args):
    """One of the evaluation's suites of codecs."""
    module = suites.of_codec(name)
    subject = codecs.of_codec(run, photographs)
    options = evaluation.Options(pictures=args.pictures, seed=args.seed)
    module.check(subject, options)
    yield suites_measured.collect(module.suite(subject, options))


if __name__ == "__main__":
    main()
