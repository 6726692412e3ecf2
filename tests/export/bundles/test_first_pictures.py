"""A recipient's first ten minutes, done in a fresh environment.

Nothing of this project is installed in it: only what the bundle's card says.
"""

import re
import shutil
import subprocess
import sys
import venv

import pytest
from PIL import Image

from export.bundles import signing
from tf_fingerprint import methods

from ...tiny_run import tiny_run_dir as tiny_run_dir
from ...tiny_run import write_run
from ..bundle_writers import SALT
from ..bundle_writers import formats_writer_of
from ..bundle_writers import record_of
from ..bundle_writers import writer_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bundle(tiny_run_dir, tmp_path_factory):
    """With every format, and a signature if the extra is installed."""
    pytest.importorskip("tf2onnx")
    run = methods.load(tiny_run_dir)
    folder = tmp_path_factory.mktemp("handed") / "BUNDLE"
    formats_writer_of(run).write(record_of(run, 1), folder, salt=SALT)
    return folder


def commands(bundle):
    """Pairs of a pip line and a script, as the card has them."""
    card = (bundle / "README.md").read_text()
    [block] = re.findall(r"One of:\n\n```sh\n(.*?)```", card, re.DOTALL)
    return [each.splitlines() for each in block.strip().split("\n\n")]


def test_the_card_has_a_line_for_each_format(bundle):
    lines = commands(bundle)

    assert [script for _, script in lines] == [
        "python BUNDLE/first_pictures.py",
        "python BUNDLE/first_pictures_tflite.py",
        "python BUNDLE/first_pictures_onnx.py",
    ]
    assert re.match(r"pip install tensorflow==2\.\d+\.\d+$", lines[0][0])


@pytest.mark.parametrize("number", [0, 1, 2], ids=["tf", "tflite", "onnx"])
def test_whoever_has_only_the_bundle_has_pictures(bundle, number, tmp_path):
    install, script = commands(bundle)[number]
    environment = tmp_path / "fresh"
    venv.create(environment, with_pip=True)
    programs = environment / "bin"
    subprocess.run([programs / "python", "-m", *install.split()], check=True)

    done = subprocess.run(
        [programs / "python", *script.split()[1:]],
        cwd=bundle.parent,
        env={"PATH": str(programs)},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    pictures = sorted((bundle.parent / "pictures").iterdir())
    assert [each.name for each in pictures] == [f"{n}.png" for n in range(8)]
    seen = {Image.open(each).convert("RGB").tobytes() for each in pictures}
    assert len(seen) == 8
    for each in pictures:
        each.unlink()


def test_stock_model_signing_verifies_what_was_signed(bundle, tmp_path):
    pytest.importorskip("model_signing")
    folder, key = tmp_path / "BUNDLE", tmp_path / "KEY.pem"
    shutil.copytree(bundle, folder)
    for command in (
        "ecparam -name prime256v1 -genkey -noout -out private.pem",
        "ec -in private.pem -pubout -out KEY.pem",
    ):
        subprocess.run(["openssl", *command.split()], cwd=tmp_path, check=True)
    signing.Signer(tmp_path / "private.pem").sign(folder)
    card = (folder / "README.md").read_text()
    [line] = re.findall(r"^model_signing (.*)$", card, re.MULTILINE)
    argv = line.replace("KEY.pem", str(key)).split()

    done = subprocess.run(
        [sys.executable, "-m", "model_signing", *argv],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_card_says_whom_to_tell_of_a_leak(tmp_path):
    run_dir = write_run(tmp_path / "run")
    (run_dir / "CONTACT.txt").write_text("abuse@alder.example\n")
    (run_dir / "LICENSE.txt").write_text("Not for sale.\n")
    run = methods.load(run_dir)

    writer_of(run).write(record_of(run, 1), tmp_path / "acme", salt=SALT)

    card = (tmp_path / "acme" / "README.md").read_text()
    assert "tell abuse@alder.example at once" in card
    text = (tmp_path / "acme" / "LICENSE.txt").read_text()
    assert text == "Not for sale.\n"
