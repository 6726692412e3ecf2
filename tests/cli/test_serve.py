"""Publishing, serving and asking from the command line."""

import json
import os
import signal
import subprocess
import sys
import urllib.request

import pytest

from tf_fingerprint import cli

from ..export.attributing import published as published
from ..export.attributing import serving as serving
from ..tiny_run import ROOT

pytestmark = pytest.mark.slow

ASK = "attribute x.png"
EXPORT = "export pretrained --to m --what"


@pytest.fixture
def run(capsys):
    """Runs a command; returns its exit code, stdout and stderr."""

    def run(*args):
        return cli.main([*map(str, args)]), *capsys.readouterr()

    return run


def test_publishes_and_keeps_as_many_versions_as_asked(
    run, published, tmp_path
):
    argv = ["export", published.run_dir, "--to", tmp_path, "--name", "one"]
    argv += ["--min-accuracy", "0"]  # Nobody trained this run.

    first, stdout, _ = run(*argv, "--what", "decoder", "--format", "json")
    second, table, _ = run(
        *argv, "--what", "open-generator", "--allow-open", "--keep", "1"
    )

    assert (first, second) == (0, 0)
    row = json.loads(stdout)
    assert (row["model"], row["version"]) == ("one", 1)
    assert row["kind"] == "decoder"
    assert table.split()[:3] == ["model", "version", "folder"]
    assert (tmp_path / "one" / "2" / "saved_model.pb").is_file()
    assert not (tmp_path / "one" / "1").exists()


@pytest.mark.parametrize("interface", ["rest", "grpc"])
def test_asks_a_server_and_tells_what_it_cannot_read(
    run, serving, tmp_path, interface
):
    (tmp_path / "b.png").write_bytes(serving.acme.read_bytes())
    (tmp_path / "a.png").write_bytes(b"no picture")
    gone = tmp_path / "gone.png"

    status, stdout, stderr = run(
        *("attribute", tmp_path, serving.birch, serving.birch, gone),
        *("--server", getattr(serving, interface), "--format", "json"),
    )

    acme, birch, again = map(json.loads, stdout.splitlines())
    assert status == 1
    assert acme["image"] == str(tmp_path / "b.png")
    assert acme["verdict"] == "attributed"
    assert acme["recipient_id"] == serving.records["acme"].id
    assert acme["fingerprint_hex"] == serving.hexadecimal(serving.acme)
    assert birch["verdict"] == "revoked"
    assert again == birch
    unreadable, missing = sorted(stderr.splitlines())
    assert unreadable.startswith(f"tf-fingerprint: {tmp_path / 'a.png'}: ")
    assert missing.startswith(f"tf-fingerprint: {gone}: can't be read as a ")


def test_a_table_has_room_for_the_verdict(run, serving):
    status, table, stderr = run(
        "attribute", serving.nobody, "--server", serving.rest
    )

    header, row = table.splitlines()
    assert (status, stderr) == (0, "")
    assert "verdict" in header and "p value corrected" in header
    assert " nobody " in row


def test_a_server_without_that_model_is_a_named_failure(run, serving):
    status, stdout, stderr = run(
        *("attribute", serving.acme, "--server", serving.rest),
        *("--model", "nowhere"),
    )

    assert (status, stdout) == (1, "")
    [line] = stderr.splitlines()
    assert "the answer was 404" in line


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (ASK, "--run and --registry are required, unless --server"),
        (f"{ASK} --run r", "--run and --registry are required"),
        (f"{ASK} --server http://h --run r", "--run: not allowed with"),
        (
            f"{ASK} --server http://h --max-false-positive-rate 0.1",
            "--max-false-positive-rate: not allowed with argument --server",
        ),
        (f"{ASK} --run r --registry d --model m", "it is one of --server's"),
        (f"{ASK} --server http://h --combine", "--combine: not allowed with"),
        (f"{ASK} --server http://h --evidence e", "--evidence: not allowed"),
        (f"{ASK} --server localhost", "argument --server: `url` must be like"),
        (f"{EXPORT} attribution", "requires --registry"),
        (f"{EXPORT} decoder --registry r", "--registry: it goes with --what a"),
        (f"{EXPORT} decoder --names", "--names: it goes with --what attribut"),
        (f"{EXPORT} decoder --allow-open", "--allow-open: it goes with --what"),
        (f"{EXPORT} decoder --name a/b", "must be letters, digits, hyphens"),
        (f"{EXPORT} open-generator", "requires --allow-open: whoever has it"),
        (f"{EXPORT} decoder --min-accuracy 2", "must lie between 0 and 1"),
        ("serve m --rest-port 65536", "must be a whole number up to 65535"),
    ],
)
def test_usage_errors_say_what_goes_with_what(argv, said, capsys):
    with pytest.raises(SystemExit) as exit_:
        cli.main(argv.split())

    assert exit_.value.code == 2
    assert said in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_a_named_failure(run, tmp_path):
    status, stdout, stderr = run(
        *("serve", tmp_path / "gone", "--rest-port", "0", "--grpc-port", "0")
    )

    assert (status, stdout) == (1, "")
    assert f"tf-fingerprint: {tmp_path / 'gone'} is no folder" in stderr


def test_a_registry_that_is_not_there_is_a_named_failure(run, tmp_path):
    status, stdout, stderr = run(
        *("export", "pretrained", "--what", "attribution", "--to", tmp_path),
        *("--registry", tmp_path / "gone.db"),
    )

    assert (status, stdout) == (1, "")
    assert "gone.db: there is no such" in stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_serves_until_it_is_told_to_stop(published, tmp_path):
    environment = {k: v for k, v in os.environ.items() if "TF_CPP" not in k}
    command = [sys.executable, "-m", "tf_fingerprint.cli"]
    with (
        (tmp_path / "stderr").open("w") as stderr,
        subprocess.Popen(
            [*command, "serve", str(published.models)]
            + ["--rest-port", "0", "--grpc-port", "0"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        ) as process,
    ):
        said = dict(
            process.stdout.readline().strip().split(": ") for _ in "123"
        )
        url = said["page and REST"]
        with urllib.request.urlopen(url) as response:
            page = response.read().decode()
        asked = subprocess.run(
            [*command, "attribute", str(published.acme), "--server", url]
            + ["--format", "json"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
        )
        process.send_signal(signal.SIGTERM)

    assert said["models"] == "attribution"
    assert said["gRPC"].startswith("grpc://127.0.0.1:")
    assert "<title>Whose copy made this picture?" in page
    assert json.loads(asked.stdout)["verdict"] == "attributed", asked.stderr
    assert asked.stderr == ""
    assert process.returncode == 0, (tmp_path / "stderr").read_text()
