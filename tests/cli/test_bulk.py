"""The command `bulk`, in a process like a user's."""

import importlib.util
import json
import sys

import pytest
from PIL import Image

from tf_fingerprint import cli

from ..tiny_run import issue_what_is_read
from ..tiny_run import tiny_run as tiny_run
from ..tiny_run import tiny_run_dir as tiny_run_dir

pytestmark = pytest.mark.slow

needs_beam = pytest.mark.skipif(
    importlib.util.find_spec("apache_beam") is None,
    reason="apache-beam is not installed; install tf-fingerprint[bulk]",
)


@pytest.fixture
def lake(tiny_run, tmp_path):
    folder = tmp_path / "lake"
    folder.mkdir()
    for name, image in zip("ab", tiny_run.generate(2, seed=1), strict=True):
        Image.fromarray(image).save(folder / f"{name}.png")
    issue_what_is_read(tiny_run, folder / "a.png", tmp_path / "registry.db")
    return folder


@pytest.fixture
def run_bulk(tiny_run_dir, tmp_path, capsys):
    def run(*args):
        argv = ["bulk", *map(str, args), "--run", str(tiny_run_dir)]
        argv += ["--registry", str(tmp_path / "registry.db")]
        argv += ["--to", str(tmp_path / "to"), "--format", "json"]
        status = cli.main(argv)
        return status, *capsys.readouterr()

    return run


@needs_beam
@pytest.mark.filterwarnings("default")
def test_a_lake_is_attributed(run_bulk, lake, tmp_path):
    (lake / "c.png").write_bytes(b"no picture")

    status, stdout, _ = run_bulk(lake / "*.png", "--beam=--runner=DirectRunner")

    summary = json.loads(stdout)
    assert status == 0
    assert summary["images"] == 3
    assert summary["unreadable"] == 1
    assert summary["by_recipient"][0]["recipient"] == "Acme"
    assert (tmp_path / "to" / "summary.json").exists()


@needs_beam
@pytest.mark.filterwarnings("default")
def test_a_pattern_without_files_ends_with_one_sentence(run_bulk, lake):
    status, _, stderr = run_bulk(lake / "*.tiff")

    assert status == 1
    assert "Nothing matches" in stderr


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("--feature=image", "only with --tfrecords"),
        ("--batch-size=0", "from 1 on"),
        ("--max-false-positive-rate=0", "above 0"),
    ],
)
def test_usage_errors_are_told_before_anything_is_loaded(
    run_bulk, argument, message, capsys
):
    with pytest.raises(SystemExit) as caught:
        run_bulk("*.png", argument)

    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_without_beam_the_extra_is_named(run_bulk, lake, monkeypatch):
    monkeypatch.setitem(sys.modules, "apache_beam", None)

    status, _, stderr = run_bulk(lake / "*.png")

    assert status == 1
    assert "tf-fingerprint[bulk]" in stderr
