"""How good pictures are before any fingerprint: the control, and that before.

Both generators were trained with all bits neutral: `benchmarks/control` by the
first stage of `configs/cats_64.toml`, `benchmarks/baseline` against StyleGAN2's
discriminator alone. Distances are to the photographs they were trained on, in
features of two networks that neither was trained against. A sheet of 64
pictures of each goes into the documentation.

    python benchmarks/pictures.py
"""

import argparse

import numpy as np
import results_file
import shipped_inputs as inputs
from PIL import Image

from tf_fingerprint import data
from tf_fingerprint import evaluation
from tf_fingerprint.evaluation import baselines
from tf_fingerprint.evaluation.metrics import manifolds
from tf_fingerprint.evaluation.metrics import squeezenet

SHARED = results_file.ROOT.parent / "shared" / "data"
FEATURES = SHARED / "features"
DOCS = results_file.ROOT / "docs"
SEED = 2
SHEET = 8


def main():
    args = parse()
    photographs = data.load(
        str(args.photographs), resolution=args.resolution, progress=True
    ).images
    made = {}
    for name in ("control", "before"):
        folder = getattr(args, name)
        inputs.tell(f"{args.pictures} pictures of {folder}")
        generator = baselines.load(
            folder, resolution=args.resolution, channels=3, noise="fixed"
        )
        made[name] = generator.of_seed(args.pictures, SEED)
        sheet(made[name]).save(DOCS / f"pictures_{name}.jpg", quality=90)
    networks = {
        "mobilenet": evaluation.MobileNetFeatures(
            str(FEATURES / "mobilenet_v1_1.0_224_imagenet_uint8.npz")
        ),
        "squeezenet": squeezenet.SqueezeNetFeatures(
            str(FEATURES / "squeezenet_v1.1_imagenet_notop.h5")
        ),
    }
    figures = {"pictures": args.pictures, "photographs": len(photographs)}
    for network, look in networks.items():
        inputs.tell(f"features of {network}")
        figures |= measured(network, look, photographs, made)
    figures["ratio_squeezenet_to_before"] = (
        figures["frechet_squeezenet"] / figures["frechet_squeezenet_before"]
    )
    for name, figure in figures.items():
        print(f"{name:36} {figure:>12,.6g}")
    print(results_file.write("pictures", figures, folder=args.results))


def measured(network, look, photographs, made):
    """Distances of both in one network's features; coverage by the first."""
    real, figures = look(photographs), {}
    for name, pictures in made.items():
        end = "" if name == "control" else f"_{name}"
        seen = look(pictures)
        figures[f"frechet_{network}{end}"] = evaluation.frechet_distance(
            seen, real
        )
        figures[f"kid_{network}{end}"], _ = evaluation.kernel_distance(
            seen, real, subset_size=min(1000, len(seen))
        )
        if network == "mobilenet":
            figures[f"precision{end}"] = manifolds.inside(seen, real).mean()
            figures[f"recall{end}"] = manifolds.inside(real, seen).mean()
    return figures


def sheet(pictures):
    """Eight by eight of them."""
    side = pictures.shape[1]
    rows = pictures[: SHEET**2].reshape(SHEET, SHEET, side, side, -1)
    return Image.fromarray(
        np.ascontiguousarray(rows.transpose(0, 2, 1, 3, 4)).reshape(
            SHEET * side, SHEET * side, -1
        )
    )


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    folder = results_file.ROOT / "benchmarks"
    parser.add_argument("--control", default=str(folder / "control"))
    parser.add_argument("--before", default=str(folder / "baseline"))
    parser.add_argument("--resolution", type=int, default=64)
    parser.add_argument("--pictures", type=int, default=4096)
    parser.add_argument(
        "--photographs", default=SHARED / "afhqcat128_train.zip"
    )
    parser.add_argument("--results", default=results_file.RESULTS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
