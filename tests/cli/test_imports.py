"""Help, and paths to nothing, are answered before anything heavy is there."""

import json
import re
import subprocess
import sys

import pytest

from tf_fingerprint.cli import parser

from ..tiny_run import ROOT

HEAVY = (
    *("tensorflow", "keras", "jax", "jinja2", "sqlalchemy", "PIL", "scipy"),
    *("matplotlib", "apache_beam"),
)
HELP = [
    ["--help"],
    ["--version"],
    *([each, "--help"] for each in parser.COMMANDS),
]

# What somebody mistyped, and what the answer holds.
MISTYPED = {
    "train nowhere.toml --run-dir r": "nowhere.toml: can't be read",
    "generate nowhere --to p": "nowhere: there is no such run directory",
    "generate pretrained --to taken": "taken: pictures must go into a new",
    "attribute x.png --run-dir nowhere --registry r.db": "no such run",
    "attribute x.png --run pretrained --registry no.db": "no such registry",
    "attribute x.png y.png --run pretrained --registry r.db": "y.png: can't",
    "attribute x.png --run pretrained --registry r.db --passive no": "no such",
    "issue nowhere --recipient A --registry r.db --to c": "no such run",
    "issue pretrained --recipients no.txt --registry r.db": "no.txt: the rec",
    "issue pretrained --recipient A --registry r.db --to taken": "taken: an i",
    "issue pretrained --recipient A --registry no/r.db --to c": "no/r.db: the",
    "issue pretrained --reserved i --registry no.db --to c": "no such registry",
    "issue pretrained --recipient A --registry r.db --to c "
    "--sign-with no.pem": "no.pem: must be the PEM file of a private key",
    "export nowhere --what decoder --to m": "nowhere: there is no such run",
    "export pretrained --what attribution --registry no.db --to m": "no.db:",
    "serve nowhere": "nowhere is no folder",
    "deployment nowhere --to d": "nowhere is no folder",
    "calibrate pretrained --images nowhere": "nowhere: no such folder or file",
    "passive fingerprints nowhere --to f": "nowhere: there is no such run",
    "evaluate nowhere": "nowhere: there is no such run directory",
    "evaluate pretrained --images nowhere": "nowhere: no such folder or file",
    "embed nowhere --run pretrained --fingerprint 00 --to s": "no such folder",
    "evidence verify nowhere": "nowhere: there is no such folder",
    "bulk *.jpg --run nowhere --registry r.db --to b": "no such run directory",
    "bulk no/*.jpg --run pretrained --registry r.db --to b": "no/*.jpg: there",
    "bulk *.jpg --run pretrained --registry no.db --to b": "no such registry",
    "quickstart --run nowhere": "nowhere: there is no such run directory",
    "info nowhere": "nowhere: there is no such run directory",
    "registry list --registry no.db": "no.db: there is no such registry",
}

# Runs one command after the other; tells its exit code, what it said, and what
# was imported by then.
CODE = """
import contextlib, io, json, sys
from tf_fingerprint import cli
sys.argv = ["tf-fingerprint"]
for line in sys.stdin:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = cli.main(json.loads(line))
        except SystemExit as exit_:
            status = exit_.code
    print(json.dumps([status, out.getvalue(), err.getvalue(), [*sys.modules]]))
"""


def answers(commands, folder):
    """What one process answers, by the command."""
    process = subprocess.run(
        [sys.executable, "-c", CODE],
        input="".join(f"{json.dumps(argv)}\n" for argv in commands),
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    lines = process.stdout.splitlines()
    assert len(lines) == len(commands)
    return {
        tuple(argv): json.loads(line)
        for argv, line in zip(commands, lines, strict=True)
    }


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What help and mistyped paths are answered with."""
    folder = tmp_path_factory.mktemp("place")
    (folder / "r.db").touch()
    (folder / "taken").mkdir()
    (folder / "taken" / "file").touch()
    mistyped = [command.split() for command in MISTYPED]
    return answers(HELP, folder) | answers(mistyped, folder)


@pytest.mark.parametrize("argv", HELP, ids=" ".join)
def test_help_needs_nothing_heavy(told, argv):
    status, stdout, _, modules = told[tuple(argv)]

    assert status == 0
    assert "tf-fingerprint" in stdout
    assert not set(HEAVY) & set(modules)


def test_help_lists_all_commands(told):
    listed = re.findall(r"^    (\w+)", told[("--help",)][1], re.MULTILINE)

    assert listed == list(parser.COMMANDS)


def test_only_the_command_that_is_asked_for_is_imported(tmp_path):
    for name in ("issue", "serve"):
        [told] = answers([[name, "--help"]], tmp_path).values()
        commands = {
            each.removeprefix("tf_fingerprint.cli.")
            for each in told[3]
            if each.startswith("tf_fingerprint.cli.")
        }
        assert commands & set(parser.COMMANDS) == {name}


@pytest.mark.parametrize("command", MISTYPED)
def test_paths_to_nothing_are_told_before_keras_is_there(told, command):
    status, stdout, stderr, modules = told[tuple(command.split())]

    assert status == 1
    assert stdout == ""
    assert MISTYPED[command] in stderr
    assert all(
        line.startswith("tf-fingerprint: ") for line in stderr.splitlines()
    )
    assert not {"tensorflow", "keras", "sqlalchemy"} & set(modules)
