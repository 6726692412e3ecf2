"""The README says what CI does, and its example runs."""

import contextlib
import io
import os
import re

import pytest

from tf_fingerprint.issuing import traceability
from tf_fingerprint.runs import directory as run_directory

from .tiny_run import ROOT
from .tiny_run import pretrained_is_tiny as pretrained_is_tiny
from .tiny_run import tiny_run_dir as tiny_run_dir

pytestmark = pytest.mark.slow

README = (ROOT / "README.md").read_text(encoding="utf-8")
SHIPPED = run_directory.folder_of("pretrained")


def blocks(language):
    """What stands between the README's fences of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.M | re.S)


def printed_by_the_example():
    [example] = blocks("python")
    stdout = io.StringIO()
    with contextlib.redirect_stdout(stdout):
        exec(compile(example, "README.md", "exec"), {})
    return stdout.getvalue().splitlines()


def test_ci_runs_the_two_commands():
    commands = [block.strip() for block in blocks("sh")[:2]]

    assert commands == [
        "pip install . && tf-fingerprint quickstart",
        "pip install '.[test]' && pytest",
    ]
    script = (ROOT / ".ci" / "run").read_text().splitlines()
    # The others try the package in other environments.
    assert [line for line in script if line.startswith("pip ")][:2] == commands
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_example_has_twelve_lines():
    [example] = blocks("python")

    assert len(example.splitlines()) == 12


@pytest.mark.usefixtures("pretrained_is_tiny")
def test_the_example_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # A run of a few steps reads too few bits to be issued.
    monkeypatch.setattr(traceability, "check", lambda *_, **__: None)

    assert len(printed_by_the_example()) == 2


@pytest.mark.skipif(
    not (SHIPPED / "generator.keras").is_file(),
    reason="this copy has no pretrained weights",
)
def test_the_example_ends_with_a_name_and_with_nobody(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert printed_by_the_example() == ["Alder Films", "nobody"]


def test_what_the_readme_links_to_is_there():
    links = re.findall(r"\]\(((?!https?:)[^)]+)\)", README)
    awaited = {"docs/quickstart.png", "tf_fingerprint/pretrained/MODEL_CARD.md"}

    assert links
    assert not [
        link
        for link in links
        if not (ROOT / link.partition("#")[0]).exists() and link not in awaited
    ]
