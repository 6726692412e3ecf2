"""The figures by which the artificial method is judged, in one file.

Taken from what `artificial_codec.py` and `artificial_transfer.py` measured, of
`benchmarks/codec` and, in files of the same names with `_fine` behind them, of
`benchmarks/codec_fine`; with `_slower`, of a further StyleGAN2 whose marks
faded over more pictures. Of the two GANs the worse.

    python benchmarks/artificial.py
"""

import argparse
import json
import pathlib

import results_file

# Names, as `artificial_transfer.py` was told. Others are further trials.
GANS, DIFFUSION = ("dcgan", "stylegan2"), "diffusion"
SUFFIX = "_accuracy_single"

# Of files; where figures have one name, that of the last file counts.
ENDINGS = ("_fine", "", "_slower")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--results", type=pathlib.Path, default=results_file.RESULTS
    )
    args = parser.parse_args(arguments)
    figures = together(
        read(args.results, "artificial_codec"),
        of_all(args.results, "artificial_transfer"),
    )
    for name, figure in figures.items():
        print(f"{name:24} {figure:,.6g}")
    print(results_file.write("artificial", figures, folder=args.results))


def read(folder, name):
    """A result's figures; none if there is no such file."""
    path = folder / f"{name}.json"
    return json.loads(path.read_text())["figures"] if path.exists() else {}


def of_all(folder, name):
    """The figures of a result's files together; see `ENDINGS`."""
    found = {}
    for ending in ENDINGS:
        found |= read(folder, f"{name}{ending}")
    return found


def together(codec, transfer):
    """The figures, by the names that they are known by."""
    gans = [name for name in generators(transfer) if name in GANS]
    worst = {
        "gan_accuracy_single": (min, "accuracy_single"),
        "gan_accuracy_vote64": (min, "accuracy_vote"),
        "gan_attributed_vote64": (min, "attributed_vote"),
        "fidelity_cost": (max, "frechet_cost"),
        "kernel_cost": (max, "kernel_cost"),
    }
    figures = {
        "codec_accuracy_png": codec["codec_accuracy_png"],
        "codec_psnr": codec["codec_psnr"],
        "ratio_to_pytorch": codec["ratio_to_pytorch"],
        "gans": len(gans),
        "pictures": codec["pictures"]
        + sum(transfer[f"{name}_pictures"] for name in gans),
    }
    for name, (choose, key) in worst.items():
        figures[name] = choose(transfer[f"{gan}_{key}"] for gan in gans)
    if f"{DIFFUSION}{SUFFIX}" in transfer:
        for kind in ("single", "vote"):
            figures[f"diffusion_accuracy_{kind}"] = transfer[
                f"{DIFFUSION}_accuracy_{kind}"
            ]
    return figures


def generators(transfer):
    """Names of the generators that were measured."""
    return [
        name.removesuffix(SUFFIX)
        for name in transfer
        if name.endswith(SUFFIX) and not name.endswith(f"_clean{SUFFIX}")
    ]


if __name__ == "__main__":
    main()
