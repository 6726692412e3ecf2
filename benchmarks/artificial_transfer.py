"""Whether a fingerprint in training images is read in what a generator makes.

For each kind of generator two trainings, alike but for the images: clean ones,
and the same with a fingerprint. Of both, pictures in a folder; `examples/`
trains such generators, and writes pictures into `DIR/samples`.

    python benchmarks/artificial_transfer.py --codec RUN --photographs ZIP \\
        --generator dcgan CLEAN_DIR FINGERPRINTED_DIR HEX \\
        --generator diffusion CLEAN_DIR FINGERPRINTED_DIR HEX
"""

import argparse
import pathlib

import numpy as np
import results_file
import suites_measured

import tf_fingerprint
from tf_fingerprint import calibration
from tf_fingerprint import data
from tf_fingerprint import evaluation
from tf_fingerprint import fingerprints
from tf_fingerprint.artificial import probing
from tf_fingerprint.evaluation.metrics import extractors

MAX_FALSE_POSITIVE_RATE = 1e-6
GROUP = probing.NUM_IMAGES
RESULT = "artificial_transfer"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--codec", required=True, metavar="RUN")
    parser.add_argument(
        "--generator",
        nargs=4,
        action="append",
        required=True,
        metavar=("NAME", "CLEAN_DIR", "FINGERPRINTED_DIR", "HEX"),
    )
    parser.add_argument("--photographs", default=suites_measured.CATS)
    parser.add_argument("--features", default=suites_measured.FEATURES)
    parser.add_argument(
        "--fingerprints",
        nargs="*",
        default=[],
        metavar="HEX",
        help="others that were issued; drawn if fewer than candidates",
    )
    parser.add_argument("--candidates", type=int, default=10)
    parser.add_argument("--name", default=RESULT, help="of the file")
    parser.add_argument(
        "--results", type=pathlib.Path, default=results_file.RESULTS
    )
    args = parser.parse_args(arguments)
    run = tf_fingerprint.load(args.codec)
    figures = measure(run, args)
    print(results_file.write(args.name, figures, folder=args.results))


def measure(run, args):
    """All figures, by name."""
    first = samples(args.generator[0][2], None)
    resolution = first.shape[1]
    photographs = data.load(args.photographs, resolution=resolution).images
    look = extractors.load(args.features)
    seen = look(photographs)
    num_bits = run.decode(first[:1]).shape[-1]
    names = [name for name, *_ in args.generator]
    used = [probing.as_bits(each[3], num_bits) for each in args.generator]
    candidates = all_candidates(used, args, num_bits)
    figures = {
        "candidates": len(candidates),
        "bits": num_bits,
        "threshold": fingerprints.match_threshold(
            num_bits, MAX_FALSE_POSITIVE_RATE, len(candidates)
        ),
        "images_in_a_vote": GROUP,
        "photographs": len(photographs),
    }
    for (name, clean, marked, _), bits in zip(
        args.generator, used, strict=True
    ):
        sides = {
            "clean": samples(clean, resolution),
            "marked": samples(marked, resolution),
        }
        own = read(run, sides["marked"], bits, candidates)
        other = read(run, sides["clean"], bits, candidates)
        own |= {f"clean_{key}": value for key, value in other.items()}
        own |= costs(look, seen, sides)
        show(name, own)
        figures |= {f"{name}_{key}": value for key, value in own.items()}
    figures |= together(figures, names)
    return figures


def samples(folder, resolution):
    """The pictures of a generator, of the size that it made them in."""
    folder = pathlib.Path(folder)
    if (folder / "samples").is_dir():
        folder = folder / "samples"
    if resolution is None:
        first = min(folder.rglob("*.png"), default=None)
        if first is None:
            raise SystemExit(f"{folder}: must hold PNG files. There are none.")
        from PIL import Image

        with Image.open(first) as image:
            resolution = image.height
    return data.load(folder, resolution=resolution, crop="none").images


def all_candidates(used, args, num_bits):
    """Fingerprints to choose among; those in use come first."""
    candidates = []
    for each in [*used, *args.fingerprints]:
        bits = probing.as_bits(each, num_bits)
        if not any(np.array_equal(bits, other) for other in candidates):
            candidates.append(bits)
    # Drawn independently of what any generator makes, as issued ones are.
    random = np.random.default_rng(0)
    while len(candidates) < args.candidates:
        candidates.append(random.integers(0, 2, num_bits) == 1)
    return np.array(candidates)


def read(run, images, bits, candidates):
    """What single pictures say of the fingerprint, and what groups say."""
    logits = np.asarray(run.decode(images))
    matches = ((logits > 0) == bits).sum(axis=1)
    low, high = evaluation.bit_accuracy_interval(matches, len(bits))
    groups = len(images) // GROUP
    grouped = logits[: groups * GROUP].reshape(groups, GROUP, len(bits))
    votes = calibration.majority(grouped) == 1
    figures = {
        "accuracy_single": float((matches / len(bits)).mean()),
        "accuracy_single_low": low,
        "accuracy_single_high": high,
        "accuracy_vote": float((votes == bits).mean()),
        "pictures": len(images),
        "votes": groups,
    }
    # An accusation is right, or it is not; nobody accused is neither.
    for kind, decoded in (("single", logits > 0), ("vote", votes)):
        named = attributed(decoded, candidates)
        right = [n is not None and (candidates[n] == bits).all() for n in named]
        figures[f"detected_{kind}"] = detected(decoded, bits)
        figures[f"attributed_{kind}"] = float(np.mean(right))
        figures[f"accused_wrongly_{kind}"] = float(
            np.mean([n is not None for n in named]) - np.mean(right)
        )
    return figures


def detected(decoded, bits):
    """Share in which this one fingerprint is found."""
    threshold = fingerprints.match_threshold(len(bits), MAX_FALSE_POSITIVE_RATE)
    return float(((decoded == bits).sum(axis=1) >= threshold).mean())


def attributed(decoded, candidates):
    """The place of the candidate that each names, or None for nobody."""
    matches = (decoded[:, None] == candidates[None]).sum(axis=2)
    threshold = fingerprints.match_threshold(
        candidates.shape[1], MAX_FALSE_POSITIVE_RATE, len(candidates)
    )
    best = matches.argmax(axis=1)
    return [
        int(place) if count >= threshold else None
        for place, count in zip(best, matches.max(axis=1), strict=True)
    ]


def costs(look, seen, sides):
    """How far pictures are from photographs, with and without fingerprint.

    Of equally many pictures: distances depend on their number.
    """
    count = min(len(seen), *map(len, sides.values()))
    figures = {"pictures_compared": count}
    for side, images in sides.items():
        features = look(images[:count])
        figures[f"frechet_{side}"] = evaluation.frechet_distance(
            features, seen[:count]
        )
        figures[f"kernel_{side}"] = evaluation.kernel_distance(
            features, seen[:count], subset_size=min(1000, count // 2)
        )[0]
    for kind in ("frechet", "kernel"):
        clean, marked = (figures[f"{kind}_{side}"] for side in sides)
        figures[f"{kind}_cost"] = marked / clean - 1
    return figures


def together(figures, names):
    """Worst and mean over the generators."""
    keys = ("accuracy_single", "accuracy_vote", "attributed_vote")
    found = {
        key: [figures[f"{name}_{key}"] for name in names]
        for key in (*keys, "detected_vote", "frechet_cost", "kernel_cost")
    }
    return {
        **{f"{key}_mean": float(np.mean(v)) for key, v in found.items()},
        **{f"{key}_worst": float(min(found[key])) for key in keys},
        "generators": len(names),
    }


def show(name, figures):
    print(f"== {name}")
    for key, value in figures.items():
        print(f"{key:32} {value:>12,.6g}", flush=True)


if __name__ == "__main__":
    main()
