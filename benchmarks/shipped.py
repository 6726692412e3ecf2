"""What the shipped weights do: bits, recipients, fidelity, consistency.

Every picture is an 8-bit file when it is looked at. The generator of the
comparison has the same size, saw as many photographs, and never learned any
fingerprint: all its bits were neutral, from the first photograph on.

    python benchmarks/shipped.py
"""

import argparse

import numpy as np
import results_file
import shipped_inputs as inputs

from tf_fingerprint import attribution
from tf_fingerprint import evaluation
from tf_fingerprint import methods
from tf_fingerprint.scalable import run as scalable_run

SHARED = results_file.ROOT.parent / "shared" / "data"
FEATURES = "features/mobilenet_v1_1.0_224_imagenet_uint8.npz"

BIT_ACCURACY = {"png": "bit_accuracy_png", "jpeg90": "jpeg90_bit_accuracy"}
NUM_ISSUED = 1000
MAX_FALSE_POSITIVE_RATE = 1e-6
GRID_LATENTS, GRID_FINGERPRINTS = 64, 16

# Latents and noise of each measurement; fingerprints are never seeded.
BITS_SEED, ATTRIBUTION_SEED, FIDELITY_SEED, GRID_SEED = range(4)


def main(arguments=None):
    args = parse(arguments)
    run = methods.load(args.run)
    network = evaluation.MobileNetFeatures(args.features)
    baseline = inputs.baseline_pictures(
        args.baseline, run, args.pictures, FIDELITY_SEED
    )
    photographs = inputs.load(args.photographs, run, run.config.data.crop)
    others = inputs.load(args.other_photographs, run, "center")
    chosen = inputs.choose(photographs, args.pictures, FIDELITY_SEED)
    figures = {
        "pictures": args.pictures,
        **measure_bits(run, args.pictures),
        **measure_attribution(
            run, args.pictures, np.concatenate([photographs, others])
        ),
        **measure_fidelity(run, baseline, chosen, network),
        **measure_consistency(run),
    }
    for name, figure in figures.items():
        print(f"{name:36} {figure:>12,.6g}")
    print(results_file.write("shipped", figures, folder=args.results))


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default, what in (
        ("run", scalable_run.PRETRAINED, "run directory with the weights"),
        ("photographs", SHARED / "afhqcat128_train.zip", "trained on"),
        ("other-photographs", SHARED / "bsds400_natural.zip", "of others"),
        ("features", SHARED / FEATURES, "weights of MobileNet"),
        ("results", results_file.RESULTS, "folder to write shipped.json to"),
    ):
        parser.add_argument(f"--{name}", default=default, help=what)
    parser.add_argument(
        "--baseline",
        default=str(results_file.ROOT / "benchmarks" / "baseline"),
        metavar="RUN",
        help="folder with generator.keras, trained with all bits neutral",
    )
    parser.add_argument("--pictures", type=int, default=4096)
    return parser.parse_args(arguments)


def measure_bits(run, count):
    """Bit accuracy where every picture has a fingerprint of its own."""
    bits, figures = inputs.draw_fingerprints(run, count), {}
    for name, decode in inputs.decoders(run):
        inputs.tell(f"{count} pictures with fresh fingerprints, {name}")
        decoded = evaluation.decode_generated(
            inputs.maker(run, BITS_SEED), decode, bits, batch_size=count
        )
        matches = evaluation.bit_accuracy_counts(decoded, bits)
        low, high = evaluation.bit_accuracy_interval(matches, bits.shape[1])
        figure = BIT_ACCURACY[name]
        figures |= {
            figure: matches.mean() / bits.shape[1],
            f"{figure}_low": low,
            f"{figure}_high": high,
            f"{figure}_worst_picture": matches.min() / bits.shape[1],
        }
    return figures


def measure_attribution(run, count, photographs):
    """Whom pictures of 1,000 recipients' copies name, and photographs."""
    candidates = inputs.issue(run.record, NUM_ISSUED)
    makers = [candidates.records[i % NUM_ISSUED] for i in range(count)]
    bits = np.stack([one.bits for one in makers])
    figures = {"issued": NUM_ISSUED}
    for name, decode in inputs.decoders(run):
        inputs.tell(f"{count} pictures of {NUM_ISSUED} recipients, {name}")
        decoded = evaluation.decode_generated(
            inputs.maker(run, ATTRIBUTION_SEED), decode, bits, batch_size=count
        )
        counts = evaluation.attribution_counts(
            decoded,
            makers,
            candidates,
            max_false_positive_rate=MAX_FALSE_POSITIVE_RATE,
        )
        prefix = "" if name == "png" else f"{name}_"
        low, _ = evaluation.wilson_interval(counts.right, count)
        figures |= {
            f"{prefix}attributed_right_of_1000": counts.right_share,
            f"{prefix}attributed_right_of_1000_low": low,
            f"{prefix}attributed_wrong": counts.wrong,
            f"{prefix}attributed_nobody": counts.nobody,
        }
    return figures | name_photographs(run, photographs, candidates)


def name_photographs(run, photographs, candidates):
    """How many photographs name anybody; none should."""
    inputs.tell(f"{len(photographs)} photographs that no copy made")
    verdicts = attribution.attribute_many(
        run.decode(photographs) > 0,
        candidates,
        max_false_positive_rate=MAX_FALSE_POSITIVE_RATE,
    )
    return {
        "photographs": len(photographs),
        "photographs_named": sum(v.record is not None for v in verdicts),
        "photographs_most_matches": max(v.num_matches for v in verdicts),
        "attribution_threshold": verdicts[0].threshold,
    }


def measure_fidelity(run, baseline, photographs, network):
    """Distances to equally many photographs, with and without fingerprint."""
    count = len(photographs)
    inputs.tell(f"fidelity of {count} pictures, with and without fingerprint")
    pictures = inputs.maker(run, FIDELITY_SEED)(
        inputs.draw_fingerprints(run, count)
    )
    real, figures = network(photographs), {}
    for suffix, made in (("", pictures), ("_baseline", baseline)):
        made = network(made)
        figures[f"frechet{suffix}"] = evaluation.frechet_distance(made, real)
        figures[f"kid{suffix}"], figures[f"kid{suffix}_deviation"] = (
            evaluation.kernel_distance(made, real, subset_size=min(1000, count))
        )
    return figures | {
        "fidelity_cost": figures["frechet"] / figures["frechet_baseline"] - 1,
        "kid_cost": figures["kid"] / figures["kid_baseline"] - 1,
    }


def measure_consistency(run):
    """What fingerprints change in pictures of the same latents and noise."""
    inputs.tell("consistency")
    columns = [
        run.generate(GRID_LATENTS, fingerprints=bits, seed=GRID_SEED)
        for bits in inputs.draw_fingerprints(run, GRID_FINGERPRINTS)
    ]
    grid = np.stack(columns, axis=1)
    share = evaluation.fingerprint_variance_share(grid)
    return {
        "fingerprint_variance_share": share,
        "fingerprint_psnr": evaluation.fingerprint_psnr(grid),
    }


if __name__ == "__main__":
    main()
