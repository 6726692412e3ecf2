"""The example scripts, as the command line finds them."""

import functools
import importlib
import pathlib
import sys

import numpy as np
import pytest

EXAMPLES = pathlib.Path(__file__).parents[2] / "examples"

MODULES = ("drawing", "learning", "options", "training", "division")
KINDS = ("dcgan", "stylegan2", "wgan_gp", "diffusion")

# Three steps of four photographs at 16 x 16.
TINY = {
    "dcgan": ["--width", "4"],
    "stylegan2": ["--width", "2", "--max-width", "8", "--latent-dim", "8"],
    "wgan_gp": ["--width", "4", "--critic-steps", "2"],
    "diffusion": ["--width", "8", "--blocks", "1"],
}


@pytest.fixture(scope="session")
def example():
    """From a script's name to its module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(EXAMPLES)
        for name in (
            *MODULES,
            *KINDS,
            "sources",
        ):  # Nobody else's modules of that name.
            sys.modules.pop(name, None)
        yield importlib.import_module


@pytest.fixture(scope="session")
def photographs(tmp_path_factory):
    """A folder of a dozen pictures, PNG."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("photographs")
    pixels = np.random.default_rng(0).integers(0, 256, (12, 16, 16, 3), "uint8")
    for number, image in enumerate(pixels):
        Image.fromarray(image).save(folder / f"{number}.png")
    return folder


@pytest.fixture(scope="session")
def run_script(example, photographs):
    """Runs a script with tiny networks; returns its folder."""

    def run(kind, folder, *more):
        arguments = [str(photographs), "--to", str(folder)]
        arguments += ["--resolution", "16", "--batch-size", "4"]
        arguments += ["--images", "16", "--epoch-images", "8", "--samples", "3"]
        arguments += ["--grid-epochs", "1", *TINY[kind], *map(str, more)]
        script = example(kind)
        options = example("training").parser(script.EXAMPLE)
        example("training").run(script.EXAMPLE, options.parse_args(arguments))
        return folder

    return run


@pytest.fixture(scope="session")
def trained(run_script, tmp_path_factory):
    """The folder of a kind's one whole training."""

    @functools.cache
    def once(kind):
        return run_script(kind, tmp_path_factory.mktemp(kind) / "run")

    return once
