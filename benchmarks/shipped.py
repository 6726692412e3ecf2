"""What the shipped weights do: bits, recipients, fidelity, consistency.

Every picture is an 8-bit file when it is looked at. The unfingerprinted
generator of the comparison has the same size and was trained by the same code
for the same images.

    python benchmarks/shipped.py --baseline RUN
"""

import argparse
import sys
import time

import numpy as np
import results_file
from saved_run import SavedRun

from tf_fingerprint import data
from tf_fingerprint import evaluation
from tf_fingerprint import registry

SHARED = results_file.ROOT.parent / "shared" / "data"
FEATURES = "features/mobilenet_v1_1.0_224_imagenet_uint8.npz"

NUM_ISSUED = 1000
MAX_FALSE_POSITIVE_RATE = 1e-6
BATCH_SIZE = 64
GRID_LATENTS, GRID_FINGERPRINTS = 64, 16

# Latents and noise of each measurement; fingerprints are never seeded.
BITS_SEED, ATTRIBUTION_SEED, FIDELITY_SEED, GRID_SEED = range(4)


def main(arguments=None):
    args = parse(arguments)
    run = SavedRun(args.run)
    photographs = load(args.photographs, run, run.config.data.crop)
    others = load(args.other_photographs, run, "center")
    figures = {
        "pictures": args.pictures,
        **measure_bits(run, args.pictures),
        **measure_attribution(
            run, args.pictures, np.concatenate([photographs, others])
        ),
        **measure_fidelity(
            run,
            SavedRun(args.baseline, like=run),
            choose(photographs, args.pictures),
            evaluation.MobileNetFeatures(args.features),
        ),
        **measure_consistency(run),
    }
    for name, figure in figures.items():
        print(f"{name:32} {figure:>14,.6g}")
    print(results_file.write("shipped", figures, folder=args.results))


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    package = results_file.ROOT / "tf_fingerprint"
    for name, default, what in (
        ("run", package / "pretrained", "the weights and their config.toml"),
        ("photographs", SHARED / "afhqcat128_train.zip", "trained on"),
        ("other-photographs", SHARED / "bsds400_natural.zip", "of others"),
        ("features", SHARED / FEATURES, "weights of MobileNet"),
        ("results", results_file.RESULTS, "folder to write shipped.json to"),
    ):
        parser.add_argument(f"--{name}", default=default, help=what)
    parser.add_argument(
        "--baseline",
        required=True,
        metavar="RUN",
        help="folder with generator.keras, trained with all bits neutral",
    )
    parser.add_argument("--pictures", type=int, default=4096)
    return parser.parse_args(arguments)


def measure_bits(run, count):
    """Bit accuracy where every picture has a fingerprint of its own."""
    figures = {}
    bits = run.draw_fingerprints(count)
    for name, reader in readers(run):
        tell(f"{count} pictures with fresh fingerprints, {name}")
        decoded = evaluation.decode_generated(
            run.maker(BITS_SEED), reader, bits, batch_size=BATCH_SIZE
        )
        matches = evaluation.bit_accuracy_counts(decoded, bits)
        low, high = evaluation.bit_accuracy_interval(matches, run.num_bits)
        figures |= {
            f"bit_accuracy_{name}": matches.mean() / run.num_bits,
            f"bit_accuracy_{name}_low": low,
            f"bit_accuracy_{name}_high": high,
            f"bit_accuracy_{name}_worst_picture": matches.min() / run.num_bits,
        }
    return figures


def measure_attribution(run, count, photographs):
    """Whom pictures of 1,000 recipients' copies name, and photographs."""
    tell(f"{NUM_ISSUED} issued")
    candidates = run.issue(NUM_ISSUED)
    makers = [candidates.records[i % NUM_ISSUED] for i in range(count)]
    bits = np.stack([maker.bits for maker in makers])
    figures = {"issued": NUM_ISSUED}
    for name, reader in readers(run):
        tell(f"{count} pictures attributed, {name}")
        decoded = evaluation.decode_generated(
            run.maker(ATTRIBUTION_SEED), reader, bits, batch_size=BATCH_SIZE
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
    tell(f"{len(photographs)} photographs attributed")
    return figures | name_photographs(run, photographs, candidates)


def name_photographs(run, photographs, candidates):
    """How many photographs name anybody; none should."""
    parts = batches(photographs)
    verdicts = registry.attribute_many(
        np.concatenate([run.decode(part) for part in parts]),
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
    real = network(photographs)
    bits, figures = run.draw_fingerprints(len(real)), {}
    for suffix, one in (("", run), ("_baseline", baseline)):
        tell(f"fidelity{suffix} of {len(real)} pictures")
        generate = one.maker(FIDELITY_SEED)
        made = np.concatenate([network(generate(b)) for b in batches(bits)])
        figures[f"frechet{suffix}"] = evaluation.frechet_distance(made, real)
        figures[f"kid{suffix}"], figures[f"kid{suffix}_deviation"] = (
            evaluation.kernel_distance(
                made, real, subset_size=min(1000, len(real))
            )
        )
    return figures | {
        "fidelity_cost": figures["frechet"] / figures["frechet_baseline"] - 1,
        "kid_cost": figures["kid"] / figures["kid_baseline"] - 1,
    }


def measure_consistency(run):
    """What fingerprints change in pictures of the same latents."""
    tell("consistency")
    random = np.random.default_rng(GRID_SEED)
    latents, noise = run.draw(random, GRID_LATENTS)
    columns = [
        run.render(latents, np.tile(bits, (GRID_LATENTS, 1)), noise)
        for bits in run.draw_fingerprints(GRID_FINGERPRINTS)
    ]
    grid = np.stack(columns, axis=1)
    return {
        "fingerprint_variance_share": evaluation.fingerprint_variance_share(
            grid
        ),
        "fingerprint_psnr": evaluation.fingerprint_psnr(grid),
    }


def load(source, run, crop):
    tell(f"photographs of {source}")
    form = {"resolution": run.resolution, "channels": run.channels}
    return data.load(source, crop=crop, progress=True, **form).images


def choose(photographs, count):
    """That many photographs, with mirrored ones if they are too few."""
    if count > len(photographs):
        mirrored = photographs[:, :, ::-1]
        photographs = np.concatenate([photographs, mirrored])
    if count > len(photographs):
        raise SystemExit(f"{count} pictures, {len(photographs)} photographs")
    order = np.random.default_rng(FIDELITY_SEED).permutation(len(photographs))
    return photographs[order[:count]]


def batches(array):
    return np.split(array, range(BATCH_SIZE, len(array), BATCH_SIZE))


def readers(run):
    yield "png", run.reader("PNG")
    # Colour at half the resolution, as Pillow and most cameras save it.
    yield "jpeg90", run.reader("JPEG", quality=90)


def tell(stage):
    print(f"{time.strftime('%X')} {stage}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
