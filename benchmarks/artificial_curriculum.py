"""What makes a codec's training find its bits: each means taken away in turn.

Trains small codecs on equally many photographs: by all means of
`configs/codec_64.toml`; without each of them; as the paper does; and so with
the bit curriculum alone. Single runs: what counts is who is at chance. Finished
trainings are kept in `--folder`, and one that was stopped goes on.

    python benchmarks/artificial_curriculum.py
"""

import argparse
import csv
import pathlib
import sys
import time

import results_file

from tf_fingerprint import config
from tf_fingerprint import methods

RESULT = "artificial_curriculum"
READ = 0.9

SMALL = (
    "data.resolution=32",
    "networks.mark_resolution=16",
    "training.mixed_precision=float32",
    "training.steps_per_epoch=125",
    "training.grid_epochs=100",
    "optimizer.decay_images=0",
)
WHOLE_PICTURE = ("networks.residual=false", "networks.mark_resolution=0")
PAPER = (
    "networks.initializer=torch",
    *WHOLE_PICTURE,
    "curriculum.initial_bits=0",
    "curriculum.exchanged_share=0",
    "curriculum.max_consistency=1",
    "perturbations.names=[]",
    "losses.image=10",
    "losses.await_steps=1000",
    "optimizer.learning_rate=0.0001",
)
VARIANTS = {
    "all": (),
    "no_curriculum": ("curriculum.initial_bits=0",),
    "no_he": ("networks.initializer=torch",),
    "no_residual": WHOLE_PICTURE,
    "fine_marks": ("networks.mark_resolution=0",),
    "picture_from_the_start": ("losses.initial_image=1",),
    "no_perturbations": (
        "perturbations.names=[]",
        "curriculum.exchanged_share=0",
    ),
    "paper": PAPER,
    "paper_faster": (*PAPER, "optimizer.learning_rate=0.001"),
    "paper_faster_curriculum": (
        *(each for each in PAPER if "initial_bits" not in each),
        "optimizer.learning_rate=0.001",
    ),
}


def main(arguments=None):
    args = _arguments(arguments)
    figures = {"training_images": args.images}
    for name in args.variants:
        figures |= {
            f"{name}_{key}": value for key, value in trained(name, args).items()
        }
    print(results_file.write(RESULT, figures, folder=args.results))


def _arguments(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--config",
        type=pathlib.Path,
        default=results_file.ROOT / "configs" / "codec_64.toml",
    )
    parser.add_argument("--images", type=int, default=16_000)
    parser.add_argument(
        "--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS)
    )
    parser.add_argument(
        "--set", nargs="+", default=[], metavar="SECTION.KEY=VALUE"
    )
    parser.add_argument(
        "--folder",
        type=pathlib.Path,
        default=results_file.ROOT / "runs" / "curriculum",
    )
    parser.add_argument(
        "--results", type=pathlib.Path, default=results_file.RESULTS
    )
    return parser.parse_args(arguments)


def trained(name, args):
    """What a training comes to, on photographs held out, as PNG files."""
    settings = dict(
        each.split("=", 1)
        for each in (
            *SMALL,
            f"training.images={args.images}",
            *VARIANTS[name],
            *args.set,
        )
    )
    experiment = config.read(
        args.config, [f"{key}={value}" for key, value in settings.items()]
    )
    folder = args.folder / name
    start = time.perf_counter()
    if not (folder / "encoder.keras").is_file():
        is_begun = (folder / "config.toml").exists()
        methods.train(experiment, folder, resume=is_begun, verbose=0)
    with open(folder / "metrics.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    last = rows[-1]
    figures = {
        "accuracy": float(last["bit_accuracy_png"]),
        "psnr": float(last["psnr"]),
        "active_bits": int(float(last["active_bits"])),
        "image_weight": float(last["image_weight"]),
    }
    read = [r for r in rows if float(r["bit_accuracy_png"]) >= READ]
    if read:
        figures["images_until_read"] = int(float(read[0]["images"]))
    print(
        f"{time.strftime('%X')} {name}: {figures}, "
        f"{time.perf_counter() - start:.0f} s",
        file=sys.stderr,
        flush=True,
    )
    return figures


if __name__ == "__main__":
    main()
