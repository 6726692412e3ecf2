"""Pictures as they are found: whom the search names, and what it costs.

Of each kind as many files as `--pictures`, with pictures of 1,000 copies in
them; then photographs, noise and pages that no copy had a part in, searched in
full, of which at a false-positive rate of 1e-6 nobody may be named. How
well the best candidate of a place is matched there stands beside what chance
allows: `places_at_p_0.01` must be at most 0.01, up to chance. Last, one
picture of a megapixel looked at in three ways, in turns.

    python benchmarks/found.py --run benchmarks/robust_features
"""

import argparse
import functools
import io
import pathlib
import statistics
import time

import found_kinds
import numpy as np
import pages
import results_file
import shipped_inputs as inputs
from PIL import Image

from tf_fingerprint import attribution
from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint import methods
from tf_fingerprint.attribution import files
from tf_fingerprint.attribution import places
from tf_fingerprint.data import found_files

NUM_ISSUED, SEED = 1000, 7
SHARED = results_file.ROOT.parent / "shared" / "data"
PHOTOGRAPHS = (
    *("afhqcat128_train.zip", "clothing128_cc0_train.zip"),
    *("fruits100_train.zip", "bsds400_natural.zip"),
)


def main():
    args = parse()
    run = methods.load(args.run)
    candidates = inputs.issue(run.record, NUM_ISSUED)
    judge = attribution.Judge(candidates, run.calibration)
    side = run.config.data.resolution
    others = photographs(args.negatives, side)
    figures = {"pictures": args.pictures, "issued": NUM_ISSUED}
    figures |= named(run, judge, candidates, others, args.pictures)
    figures |= falsely_named(run, judge, others)
    figures |= cost(run, judge, others)
    for name, figure in figures.items():
        print(f"{name:44} {figure:>12,.6g}")
    print(results_file.write(args.name, figures, folder=args.results))
    if args.results == results_file.RESULTS and args.name == "found":
        fill(figures)


def fill(figures):
    """The tables of docs/howto/found-pictures.md."""
    rows = [
        (name.removeprefix("named_share_").replace("_", " "), f"{figure:.1%}")
        for name, figure in figures.items()
        if name.startswith("named_share_")
    ]
    header = ("kind", f"all copies named, of {figures['pictures']} files")
    pages.fill("howto/found-pictures.md", "named", header, rows)
    rows = [
        (
            kind,
            figures[f"{kind}_looked_at"],
            figures[f"false_positives_{kind}"],
        )
        for kind in ("photographs", "noise", "pages")
    ]
    header = ("of nobody's copy", "searched in full", "anybody named")
    pages.fill("howto/found-pictures.md", "negatives", header, rows)
    rows = [
        (limit, figures[f"places_at_p_{limit}"])
        for limit in (0.1, 0.01, 0.001, 0.0001)
    ]
    header = ("chance allows at most", "measured share of places")
    pages.fill("howto/found-pictures.md", "chance", header, rows)
    rows = [
        (name, f"{figures[f'ms_{name}'] / figures['ms_none']:.2f}")
        for name in ("none", "margins", "full")
    ]
    header = ("`--search`", "processor time beside one plain look")
    pages.fill("howto/found-pictures.md", "cost", header, rows)


def photographs(count, side):
    """So many of all kinds, larger than what a decoder takes."""
    each = -(-count // len(PHOTOGRAPHS))
    loaded = [
        data.load(
            str(SHARED / name), resolution=2 * side, max_images=each
        ).images
        for name in PHOTOGRAPHS
    ]
    return [Image.fromarray(one) for part in loaded for one in part]


def named(run, judge, candidates, others, count):
    """Share of each kind's files of which all copies are named, and others."""
    random, figures = np.random.default_rng(SEED), {}
    makers = random.permutation(NUM_ISSUED)[:count]
    bits = np.stack([candidates.records[maker].bits for maker in makers])
    made = [
        Image.fromarray(one)
        for one in run.generate(count, fingerprints=bits, seed=SEED)
    ]
    reader, wrong, looked = files.FileReader(run, judge), 0, []
    for kind, make in found_kinds.KINDS.items():
        inputs.tell(kind)
        images, awaited = [], []
        for number in range(count):
            places_ = [(number + step) % count for step in range(4)]
            image, copies = make(
                [made[place] for place in places_],
                others[number % len(others)],
                random,
            )
            images.append(image)
            awaited.append({makers[place] for place in places_[:copies]})
        whole = 0
        for found, copies in zip(read(reader, images), awaited, strict=True):
            ids = {candidates.records[each].id for each in copies}
            said = {f.verdict.record.id for f in found if f.verdict.record}
            whole += said >= ids
            wrong += bool(said - ids)
            looked.append(found[0].look.num_places)
        figures[f"named_share_{kind}"] = whole / count
    return figures | {
        "wrong_named": wrong,
        "places_per_picture": statistics.mean(looked),
    }


def falsely_named(run, judge, others):
    """Who is named where no copy had a part, searched in full."""
    random = np.random.default_rng(SEED)
    kinds = {
        "photographs": others,
        "noise": [found_kinds.noise(random) for _ in others[::8]],
        "pages": [found_kinds.page_like(random, one) for one in others[::8]],
    }
    recording = Recording(run)
    reader = files.FileReader(recording, judge, search=places.Search.FULL)
    figures = {}
    for kind, images in kinds.items():
        inputs.tell(f"{len(images)} {kind}, in full")
        false = 0
        for found in read(reader, images):
            false += any(each.verdict.record for each in found)
        figures[f"{kind}_looked_at"] = len(images)
        figures[f"false_positives_{kind}"] = false
    logits = np.concatenate(recording.logits)
    figures["places_looked_at_in_full"] = len(logits)
    _, distances = judge.candidates.nearest_two(logits > 0)
    matches = logits.shape[1] - distances[:, 0]
    p_values = NUM_ISSUED * np.array(
        [
            fingerprints.false_positive_rate(int(each), logits.shape[1])
            for each in matches
        ]
    )
    # Of a place's best candidate chance does so with at most this probability.
    for limit in (0.1, 0.01, 0.001, 0.0001):
        figures[f"places_at_p_{limit}"] = float((p_values <= limit).mean())
    return figures


class Recording:
    """A run that remembers what its decoder answered."""

    def __init__(self, run):
        self._run = run
        self.logits = []

    def __getattr__(self, name):
        return getattr(self._run, name)

    def decode(self, images):
        self.logits.append(self._run.decode(images))
        return self.logits[-1]


def cost(run, judge, others, rounds=9):
    """Milliseconds a picture of a megapixel, by how far it is searched."""
    image = others[0].resize((1024, 1024), Image.Resampling.BICUBIC)
    readers = {
        str(search): files.FileReader(run, judge, search=search)
        for search in (
            places.Search.NONE,
            places.Search.MARGINS,
            places.Search.FULL,
        )
    }
    spent = {name: [] for name in readers}
    for _ in range(rounds + 1):
        for name, reader in readers.items():
            start = time.process_time()
            list(read(reader, [image]))
            spent[name].append(time.process_time() - start)
    middle = {
        name: statistics.median(seconds[1:]) for name, seconds in spent.items()
    }
    figures = {f"ms_{name}": 1000 * each for name, each in middle.items()}
    return figures | {
        f"{name}_ratio_to_plain": middle[name] / middle["none"]
        for name in ("margins", "full")
    }


def read(reader, images):
    """All findings on each picture, as a PNG file."""
    images = list(images)
    found = {str(number): [] for number in range(len(images))}
    for each in reader.read(
        found_files.FoundFile(name, functools.partial(png, image))
        for name, image in zip(found, images, strict=True)
    ):
        if isinstance(each, errors.DataError):
            raise each
        found[each.name].append(each)
    return list(found.values())


def png(image):
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", default="pretrained")
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--negatives", type=int, default=2000)
    parser.add_argument("--name", default="found", help="of the result")
    parser.add_argument(
        "--results", type=pathlib.Path, default=results_file.RESULTS
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
