"""Sources for the passive method: pictures of which the origin is known.

    python examples/sources.py photographs.zip --to sources

Trains one generator of each kind, and several of one kind that differ in
nothing but the seed, one process after the other, and writes

    sources/architectures/{train,test}/{real,dcgan,diffusion,...}/*.png
    sources/seeds/{train,test}/{real,seed_0,seed_1,...}/*.png
    sources/sources.json                       how each was trained

Photographs for `test` are chosen first, and no generator sees them. What is
there already is not made again: run it again after any stop.
"""

import argparse
import csv
import dataclasses
import importlib
import json
import os
import pathlib
import shlex
import subprocess
import sys

import division
import drawing
import keras
import training

from tf_fingerprint import errors
from tf_fingerprint.runs import directory as run_directory

# Options of each kind, beside those that all have; what a core does in minutes.
KINDS = {
    "dcgan": "--images 60000",
    "stylegan2": "--width 8 --max-width 64 --batch-size 8 --images 96000",
    "wgan_gp": "--images 60000",
    "diffusion": "--images 60000",
}
SEED_OPTIONS = "--images 60000"


@dataclasses.dataclass(frozen=True)
class Source:
    """One generator to train and to take pictures from.

    Args:
        group: Folder of sources that are told apart.
        name: Its label.
        kind: The script that trains it.
        seed: Of the training.
        options: More of the script's options.
    """

    group: str
    name: str
    kind: str
    seed: int
    options: str


def parser():
    """The options of the command line."""
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    made.add_argument("photographs", help="folder or zip of pictures")
    made.add_argument("--to", required=True, metavar="DIR")
    made.add_argument("--resolution", type=int, default=64, metavar="PIXELS")
    made.add_argument(
        "--seed-resolution", type=int, default=32, metavar="PIXELS"
    )
    made.add_argument("--pictures", type=int, default=1500, help="to train")
    made.add_argument(
        "--seed-pictures",
        type=int,
        metavar="N",
        help="as many as `--pictures` if not given",
    )
    made.add_argument("--real-pictures", type=int, metavar="N", help="likewise")
    made.add_argument("--test-pictures", type=int, default=500)
    made.add_argument("--kinds", nargs="*", default=list(KINDS))
    made.add_argument("--seeds", type=int, default=10, metavar="N")
    made.add_argument("--seed-kind", default="dcgan", choices=KINDS)
    for kind, options in KINDS.items():
        name = kind.replace("_", "-")
        made.add_argument(f"--{name}-options", default=options)
    made.add_argument("--seed-options", default=SEED_OPTIONS)
    made.add_argument("--every-options", default="", help="of all")
    return made


def main(arguments=None):
    """Makes the sources.

    Args:
        arguments: Of the command line; the process's own if not given.
    """
    options = parser().parse_args(arguments)
    try:
        run(options)
    except (errors.FingerprintError, ValueError) as error:
        sys.exit(f"sources.py: {error}")


def run(options):
    """Makes the sources, each of which is there whole or not at all.

    Args:
        options: Of the command line.

    Raises:
        errors.DataError: If photographs can't be read, or are too few.
        errors.TrainingError: If a training fails.
    """
    unknown = set(options.kinds) - set(KINDS)
    if unknown:
        raise ValueError(
            f"`--kinds` must be among {', '.join(KINDS)}. Received "
            f"{', '.join(sorted(unknown))}."
        )
    folder = pathlib.Path(options.to)
    for group, resolution in (
        ("architectures", options.resolution),
        ("seeds", options.seed_resolution),
    ):
        sources = planned(options, group)
        if not sources:
            continue
        photographs = division.divide(folder, group, resolution, options)
        for number, source in enumerate(sources):
            made = _train(folder, source, resolution, photographs)
            _take_pictures(folder, source, number, options, made)


def planned(options, group):
    """The generators of one group.

    Args:
        options: Of the command line.
        group: `architectures` or `seeds`.

    Returns:
        List of `Source`.
    """
    if group == "architectures":
        return [
            Source(
                *(group, kind, kind, 0),
                f"{getattr(options, f'{kind}_options')} "
                f"{options.every_options}",
            )
            for kind in options.kinds
        ]
    return [
        Source(
            *(group, f"seed_{seed}", options.seed_kind, 100 + seed),
            f"{options.seed_options} {options.every_options}",
        )
        for seed in range(options.seeds)
    ]


def generated(options, group):
    """How many pictures of a generator there are to learn from."""
    if group == "seeds" and options.seed_pictures is not None:
        return options.seed_pictures
    return options.pictures


def _train(folder, source, resolution, photographs):
    """Trains a generator in a process of its own; returns its folder."""
    to = folder / "generators" / source.group / source.name
    if (to / training.GENERATOR).is_file():
        return to
    script = pathlib.Path(__file__).with_name(f"{source.kind}.py")
    command = [sys.executable, str(script), str(photographs), "--to", str(to)]
    command += ["--resolution", str(resolution), "--seed", str(source.seed)]
    command += ["--samples", "0", "--resume", *shlex.split(source.options)]
    print(shlex.join(command), flush=True)
    code = subprocess.run(command, check=False).returncode
    if code or not (to / training.GENERATOR).is_file():
        raise errors.TrainingError(
            f"{source.name} must be trained to go on. Its process ended with "
            f"code {code}. See what it said, and run this again: it goes on "
            "from the last checkpoint."
        )
    return to


def _take_pictures(folder, source, number, options, made):
    """Writes a generator's pictures, and how it was trained."""
    parts = [
        (folder / source.group / part / source.name, count, 2 * number + place)
        for place, (part, count) in enumerate(
            (
                ("train", generated(options, source.group)),
                ("test", options.test_pictures),
            )
        )
    ]
    key = f"{source.group}/{source.name}"
    made_already = all(part.is_dir() for part, _, _ in parts)
    if made_already and key in _read_told(folder):
        return
    script = importlib.import_module(source.kind)
    generator = keras.saving.load_model(
        made / training.GENERATOR, compile=False
    )
    for part, count, seed in parts:
        batches = drawing.make(
            script.EXAMPLE.pictures, generator, count=count, seed=1000 + seed
        )
        division.write(part, batches)
    with open(made / "metrics.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    # Now, as another process may have written meanwhile.
    told = _read_told(folder)
    told[key] = {
        **json.loads((made / "options.json").read_text()),
        "kind": source.kind,
        "images": int(float(rows[-1]["images"])),
        "processor_seconds": round(sum(float(r["seconds"]) for r in rows), 1),
        "weights_digest": run_directory.weights_digest(generator),
        "parameters": generator.count_params(),
        "pictures": {
            part.parent.name: {"count": count, "seed": 1000 + seed}
            for part, count, seed in parts
        },
    }
    path = folder / "sources.json"
    draft = path.with_name(f".draft-{path.name}")
    draft.write_text(json.dumps(told, indent=2) + "\n")
    os.replace(draft, path)
    print(f"{key}: {told[key]['processor_seconds']} s", flush=True)


def _read_told(folder):
    """What is known of the sources made so far."""
    path = folder / "sources.json"
    return json.loads(path.read_text()) if path.exists() else {}


if __name__ == "__main__":
    main()
