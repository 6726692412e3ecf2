"""Pictures put together of two copies' pictures: who is named.

Of each kind 200 pictures, each of two of 1,000 copies, are read as files by the
reader that `attribute` has. A part of a picture holds less of the fingerprint
than the whole: what counts is that nobody else is named, and that nothing is
called the work of a copy that was never issued.

    python benchmarks/splices.py --run benchmarks/robust_features
"""

import argparse
import pathlib

import found as pictures
import numpy as np
import pages
import results_file
import shipped_inputs as inputs
from PIL import Image

from tf_fingerprint import attribution
from tf_fingerprint import methods
from tf_fingerprint.attribution import Finding
from tf_fingerprint.attribution import files

NUM_ISSUED = 1000
SEED = 5


def main():
    args = parse()
    run = methods.load(args.run)
    candidates = inputs.issue(run.record, NUM_ISSUED)
    judge = attribution.Judge(candidates, run.calibration)
    makers = np.random.default_rng(SEED).permutation(NUM_ISSUED)
    makers = np.resize(makers, (2, args.pictures))
    makers[1] = np.roll(makers[0], 1)
    one, other = (
        run.generate(
            args.pictures,
            fingerprints=np.stack([candidates.records[i].bits for i in whose]),
            seed=SEED + place,
        )
        for place, whose in enumerate(makers)
    )
    figures = {"pictures": args.pictures, "issued": NUM_ISSUED}
    reader = files.FileReader(run, judge)
    for kind, mask in masks(run.config.data.resolution).items():
        inputs.tell(kind)
        spliced = np.where(mask[..., None], one, other)
        found = [
            [each.verdict for each in one]
            for one in pictures.read(reader, map(Image.fromarray, spliced))
        ]
        both = [{candidates.records[i].id for i in pair} for pair in makers.T]
        for name, share in told(found, both).items():
            figures[f"{kind}_{name}"] = share
    for name, figure in figures.items():
        print(f"{name:36} {figure}")
    print(results_file.write(args.name, figures, folder=args.results))
    if args.results == results_file.RESULTS:
        fill(args.name, figures)


def masks(side):
    """Where a picture is the first copy's."""
    row, column = np.indices((side, side))
    draw = np.random.default_rng(0).random((8, 8)) < 0.5
    return {
        "halves": column < side // 2,
        "thirds": column < side // 3,
        "quarters": (row < side // 2) & (column < side // 2),
        "triangles": row + column < side,
        "lines": row % 2 == 0,
        "tiles": np.kron(draw, np.ones((side // 8, side // 8), bool)),
    }


def told(found, makers):
    """Shares of pictures by what is said of them."""
    shares = {"both": 0, "one": 0, "others": 0, "ambiguous": 0, "not_issued": 0}
    for verdicts, pair in zip(found, makers, strict=True):
        named = {v.record.id for v in verdicts if v.record}
        named |= {each.record.id for v in verdicts for each in v.accused}
        shares["both"] += named == pair
        shares["one"] += len(named & pair) == 1
        shares["others"] += bool(named - pair)
        ends = {verdict.finding for verdict in verdicts}
        shares["ambiguous"] += Finding.AMBIGUOUS in ends
        shares["not_issued"] += Finding.NOT_ISSUED in ends
    return {name: count / len(found) for name, count in shares.items()}


def fill(name, figures):
    """The table of docs/threats.md that shows these weights."""
    kinds = [each.removesuffix("_both") for each in figures if "_both" in each]
    columns = ("both", "one", "others", "ambiguous", "not_issued")
    rows = [
        (kind, *(f"{figures[f'{kind}_{each}']:.1%}" for each in columns))
        for kind in kinds
    ]
    header = ("put together of", "both named", "one", "anybody else")
    header += ("verdict ambiguous", "not issued")
    pages.fill("threats.md", name, header, rows)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=str, default="pretrained")
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--name", default="splices", help="of the result")
    parser.add_argument(
        "--results", type=pathlib.Path, default=results_file.RESULTS
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
