"""What is left of a fingerprint when a copy's weights are changed.

Rounded, noisy, shorter, pruned, averaged with another copy, and trained on with
photographs against a discriminator of the attacker's own. Beside the bits: what
becomes of the pictures, as a copy that makes noise has lost its use.

    python benchmarks/tampering.py
"""

import argparse

import results_file
import suites_measured

from tf_fingerprint import data
from tf_fingerprint import evaluation
from tf_fingerprint import methods
from tf_fingerprint.evaluation.attacks import copies as sealed
from tf_fingerprint.evaluation.metrics import extractors
from tf_fingerprint.evaluation.suites import tampering
from tf_fingerprint.scalable import run as scalable_run


def main(arguments=None):
    args = parse(arguments)
    run = methods.load(args.run)
    form = run.config.data
    photographs = data.load(
        args.photographs,
        resolution=form.resolution,
        channels=form.channels,
        crop=form.crop,
        progress=True,
    ).images
    subject = evaluation.of_run(run, photographs)
    options = evaluation.Options(
        pictures=args.pictures, seed=args.seed, features=str(args.features)
    )
    tampering.check(subject, options)
    copies = sealed.Copies(
        subject,
        options,
        num_copies=args.copies,
        extractor=extractors.load(options.features),
    )
    figures = {"pictures": args.pictures, "copies": args.copies}
    figures |= suites_measured.collect(tampering.of_weights(copies, options))
    figures |= suites_measured.collect(tampering.of_averages(copies))
    for rate in args.learning_rates:
        figures |= suites_measured.collect(
            tampering.of_fine_tuning(
                copies,
                subject,
                options,
                checkpoints=[0, *args.fine_tuning],
                alone=args.alone,
                learning_rate=rate,
                name=f"fine_tuning_{rate:g}",
            )
        )
    print(results_file.write("tampering", figures, folder=args.results))


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", default=scalable_run.PRETRAINED)
    parser.add_argument("--photographs", default=suites_measured.CATS)
    parser.add_argument("--features", default=suites_measured.FEATURES)
    parser.add_argument("--pictures", type=int, default=256)
    parser.add_argument("--copies", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--fine-tuning",
        type=int,
        nargs="+",
        default=[250, 500, 1000, 2000, 3000],
        help="photographs seen at which the copy is looked at",
    )
    parser.add_argument(
        "--alone",
        type=int,
        default=1000,
        help="photographs that the discriminator sees alone, before",
    )
    parser.add_argument(
        "--learning-rates", type=float, nargs="+", default=[1e-4, 5e-4]
    )
    parser.add_argument("--results", default=results_file.RESULTS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
