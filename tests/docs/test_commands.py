"""The commands of each page, run in their order, as somebody would type them.

One folder a page, in which lies what pages speak of: photographs, a picture
that was found, a registry.
"""

import os
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest
from matplotlib import cbook
from PIL import Image

from tests.docs import blocks
from tf_fingerprint import cli

pytestmark = pytest.mark.slow

PAGES = {}
for _block in blocks.blocks():
    if _block.is_run_here and _block.page != "README.md":
        PAGES.setdefault(_block.page, []).append(_block)

# What pages call by a short word; each reads a registry in the folder.
_TOOLS = {
    "tf-fingerprint": 'exec python -m tf_fingerprint.cli "$@"',
    "first-id": "ids | head -n 1",
    "last-id": "ids | tail -n 1",
    "ids": "python -c 'from tf_fingerprint import registry\n"
    'with registry.open_store("registry.db") as store:\n'
    "    print(*(each.id for each in store.issuances()), sep=chr(10))'",
    "head-digest": "python -c 'from tf_fingerprint import registry\n"
    'with registry.open_store("registry.db") as store:\n'
    "    print(store.head().digest)'",
}


@pytest.fixture(scope="session")
def tools(tmp_path_factory):
    """A folder of programs, and the environment that finds them."""
    folder = tmp_path_factory.mktemp("tools")
    for name, text in _TOOLS.items():
        path = folder / name
        path.write_text(f"#!/usr/bin/env bash\nset -euo pipefail\n{text}\n")
        path.chmod(0o755)
    python = pathlib.Path(sys.executable).parent
    known = {
        "PATH": f"{folder}:{python}:{os.environ['PATH']}",
        "PYTHONPATH": str(blocks.ROOT),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    return {**os.environ, **known}


def run(command, folder, environment):
    """Runs what somebody types; fails with what it said."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="session")
def belongings(tmp_path_factory, tools):
    """What pages speak of, to be copied for each."""
    folder = tmp_path_factory.mktemp("belongings")
    pictures = photographs(300)
    _write(folder / "photographs", pictures)
    shutil.make_archive(folder / "photographs", "zip", folder / "photographs")
    _write(folder / "found", pictures[:3])
    _write(folder / "lake", pictures[:5])
    for number, picture in enumerate(pictures[:3]):
        Image.fromarray(picture).save(folder / "lake" / f"{number}.jpg")
    for name, picture in zip(
        ("found.png", "picture.png", "a.png", "b.jpg"), pictures, strict=False
    ):
        Image.fromarray(picture).save(folder / name)
    drawn = np.random.default_rng(0).integers(0, 256, (200, 64, 64, 3), "uint8")
    _write(folder / "sources" / "real", pictures[:200])
    _write(folder / "sources" / "dcgan", drawn)
    _write(folder / "sources" / "diffusion", 255 - pictures[:200])
    (folder / "partners.txt").write_text("Alder Films\nBirch Games\n")
    for name in ("benchmarks", "configs", "examples"):
        (folder / name).symlink_to(blocks.ROOT / name)
    (folder / "runs").mkdir()
    (folder / "runs" / "codec").symlink_to(blocks.ROOT / "benchmarks/codec")
    package = blocks.ROOT / "tf_fingerprint"
    (folder / "runs" / "cats").symlink_to(package / "pretrained")
    for command in (
        "openssl ecparam -name prime256v1 -genkey -noout -out key.pem",
        "openssl ec -in key.pem -pubout -out key.pub",
        "tf-fingerprint issue pretrained --recipients partners.txt "
        "--registry registry.db",
        "for id in $(ids); do tf-fingerprint registry confirm $id "
        "--registry registry.db; done",
    ):
        run(command, folder, tools)
    return folder


def photographs(count):
    """Squares of one photograph, `(count, 64, 64, 3)`."""
    draw = np.random.default_rng(0)
    path = cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)
    cut = []
    with Image.open(path) as image:
        for side in draw.integers(96, 320, count):
            left, top = (draw.integers(0, size - side) for size in image.size)
            box = (left, top, left + side, top + side)
            cut.append(
                np.asarray(image.convert("RGB").resize((64, 64), box=box))
            )
    return np.stack(cut)


def _write(folder, pictures):
    folder.mkdir(parents=True)
    for number, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"{number}.png")


def follow(block, folder, environment):
    """Runs a block as it stands, with the names of the test."""
    if block.language == "python":
        exec(compile(block.tested, str(block), "exec"), {})
        return
    for line in block.tested.replace("\\\n", " ").splitlines():
        # TensorFlow starts once for all of them, but trainings: one on several
        # replicas confuses the reductions of the next in its process.
        trains = " train " in line or " visualize " in line
        if line.startswith("tf-fingerprint ") and not trains:
            assert cli.main(_expanded(line, folder, environment)) == 0, line
        elif line.strip():
            run(line, folder, environment)


def _expanded(line, folder, environment):
    """The arguments that a shell would hand to the command."""
    words = line.removeprefix("tf-fingerprint ")
    done = subprocess.run(
        ["bash", "-c", f"printf '%s\\0' {words}"],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout.split("\0")[:-1]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.filterwarnings("default")
def test_a_page_can_be_followed(page, belongings, tools, tmp_path, monkeypatch):
    folder = tmp_path / "here"
    shutil.copytree(belongings, folder, symlinks=True)
    monkeypatch.chdir(folder)

    for block in PAGES[page]:
        follow(block, folder, tools)
