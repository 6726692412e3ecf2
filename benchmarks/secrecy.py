"""How well somebody without the decoder tells that there is a fingerprint.

A network that is trained on examples, steganalysis without examples, and the
average of many pictures of one copy. Against pictures of the same generator
with all bits neutral, which no outsider has; against the baseline's, which
another training made and which have traces of that; and one copy against
another.

    python benchmarks/secrecy.py
    python benchmarks/secrecy.py --sizes 100 300 1000 3000 10000
"""

import argparse
import pathlib

import results_file
import suites_measured
from PIL import Image

from tf_fingerprint import evaluation
from tf_fingerprint import methods
from tf_fingerprint.evaluation.attacks import averaged_pictures
from tf_fingerprint.evaluation.attacks import steganalysis
from tf_fingerprint.evaluation.suites import secrecy
from tf_fingerprint.scalable import run as scalable_run


def main(arguments=None):
    args = parse(arguments)
    run = methods.load(args.run)
    subject = evaluation.of_run(run)
    options = evaluation.Options(
        pictures=args.pictures, seed=args.seed, baseline=args.baseline
    )
    secrecy.check(subject, options)
    attacker = steganalysis.Attacker(
        subject.resolution, run.config.data.channels, seed=args.seed
    )
    figures = {"held_out": args.pictures, "averaged": args.averaged}
    for task in secrecy.tasks(subject, options):
        told = [secrecy.of_examples(attacker, task, options, sizes=args.sizes)]
        if not task.fingerprints:
            told.append(
                secrecy.of_artificial_sets(
                    task, subject, options, sizes=args.sizes
                )
            )
        figures |= suites_measured.collect(told)
    items = list(
        averaged_pictures.of_averages(subject, options, averaged=args.averaged)
    )
    figures |= suites_measured.collect(items)
    for item in items:
        if isinstance(item, evaluation.Grid):
            print(write_grid(item, args.results))
    print(results_file.write("secrecy", figures, folder=args.results))


def write_grid(grid, folder):
    """Rows of pictures as one file, to look at."""
    rows, columns, height, width, channels = grid.images.shape
    pixels = grid.images.transpose(0, 2, 1, 3, 4).reshape(
        rows * height, columns * width, channels
    )
    path = pathlib.Path(folder, f"secrecy_{grid.name}.png")
    Image.fromarray(pixels.squeeze()).save(path)
    return path


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", default=scalable_run.PRETRAINED)
    parser.add_argument(
        "--baseline",
        default=str(suites_measured.BASELINE),
        help="folder with generator.keras, trained with all bits neutral",
    )
    parser.add_argument(
        "--sizes",
        type=int,
        nargs="+",
        default=[100, 1000, 4000],
        help="of the training sets, both kinds together",
    )
    parser.add_argument(
        "--pictures", type=int, default=1000, help="held out, of both kinds"
    )
    parser.add_argument(
        "--averaged", type=int, default=averaged_pictures.AVERAGED
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--results", default=results_file.RESULTS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
