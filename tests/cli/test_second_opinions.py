"""`attribute` with a passive classifier beside the fingerprint."""

import json

import numpy as np
import pytest
from PIL import Image

from tf_fingerprint import cli
from tf_fingerprint import evidence

from ..tiny_passive import noise
from ..tiny_passive import passive_dir as passive_dir
from ..tiny_passive import sources_dir as sources_dir
from ..tiny_run import issue_what_is_read
from ..tiny_run import tiny_run as tiny_run
from ..tiny_run import tiny_run_dir as tiny_run_dir

pytestmark = pytest.mark.slow


@pytest.fixture
def found(tiny_run, sources_dir, tmp_path):
    """An issued picture, one of a source, and one of nowhere."""
    folder = tmp_path / "found"
    folder.mkdir()
    Image.fromarray(tiny_run.generate(1, seed=1)[0]).save(folder / "a.png")
    dark = (sources_dir / "dark" / "003.png").read_bytes()
    (folder / "b.png").write_bytes(dark)
    flat = np.zeros((16, 16, 3), np.uint8)
    flat[::2] = noise(1, seed=9)[0][::2]
    Image.fromarray(flat).save(folder / "c.png")
    issue_what_is_read(tiny_run, folder / "a.png", tmp_path / "registry.db")
    return folder


@pytest.fixture
def attribute(tiny_run_dir, tmp_path, capsys):
    """Runs `attribute`; returns its exit code, stdout and stderr."""

    def run(*args):
        argv = ["attribute", *map(str, args), "--run", str(tiny_run_dir)]
        argv += ["--registry", str(tmp_path / "registry.db")]
        return cli.main(argv), *capsys.readouterr()

    return run


def test_the_fingerprint_speaks_first_and_traces_where_it_is_silent(
    attribute, found, passive_dir
):
    status, stdout, stderr = attribute(
        found, "--passive", passive_dir, "--combine", "--format", "json"
    )

    first, second, third, together = map(json.loads, stdout.splitlines())
    assert (status, stderr) == (0, "")
    assert first["recipient"] == "Acme"
    assert first["speaking"] == "fingerprint"
    assert first["passive_label"] in ("bright", "dark")
    assert second["finding"] == "no_evidence"
    assert second["passive_label"] == "dark"
    assert second["passive_unknown"] is False
    assert second["speaking"] == "traces"
    assert "`dark`" in second["passive_sentence"]
    expected = "nothing" if third["passive_unknown"] else "traces"
    assert third["speaking"] == expected
    assert together["passive_label"] is None
    assert list(together) == list(first)


def test_nobody_is_asked_unless_it_is_wanted(attribute, found):
    _, stdout, _ = attribute(found, "--format", "json")

    for line in stdout.splitlines():
        assert not {"speaking", "passive_label"} & set(json.loads(line))


def test_a_table_shows_which_evidence_speaks(attribute, found, passive_dir):
    _, stdout, _ = attribute(found, "--passive", passive_dir)

    header, first, second, _ = stdout.splitlines()
    assert header.endswith("passive label  passive unknown  speaking")
    assert first.endswith("fingerprint")
    assert second.split()[-3:] == ["dark", "False", "traces"]


def test_evidence_holds_the_opinion_and_is_still_verified(
    attribute, found, passive_dir, tmp_path
):
    attribute(
        found, "--passive", passive_dir, "--evidence", tmp_path / "evidence"
    )

    folder = tmp_path / "evidence" / "0002"
    report = json.loads((folder / "report.json").read_text())
    assert report["passive"]["label"] == "dark"
    assert report["passive"]["speaking"] == "traces"
    assert report["passive"]["labels"] == ["bright", "dark"]
    assert "Second opinion" in (folder / "report.html").read_text()
    checked = evidence.verify(tmp_path / "evidence", tmp_path / "registry.db")
    assert len(list(checked)) == 3


def test_a_server_is_not_asked_for_a_second_opinion(capsys):
    with pytest.raises(SystemExit):
        cli.main(
            ["attribute", "a.png", "--server", "http://x", "--passive", "run"]
        )

    assert "--passive: not allowed with" in capsys.readouterr().err
