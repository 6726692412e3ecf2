"""Issuing and attributing from the command line."""

import csv
import io
import json

import pytest
from PIL import Image

from tf_fingerprint import cli
from tf_fingerprint import registry
from tf_fingerprint.quickstart import story

from ..tiny_run import issue_what_is_read
from ..tiny_run import tiny_run as tiny_run
from ..tiny_run import tiny_run_dir as tiny_run_dir

pytestmark = pytest.mark.slow


@pytest.fixture
def found(tiny_run, tmp_path):
    """A folder of two pictures, the first of which is Acme's."""
    folder = tmp_path / "found"
    folder.mkdir()
    for name, image in zip("ab", tiny_run.generate(2, seed=1), strict=True):
        Image.fromarray(image).save(folder / f"{name}.png")
    issue_what_is_read(tiny_run, folder / "a.png", tmp_path / "registry.db")
    return folder


@pytest.fixture
def attribute(tiny_run_dir, tmp_path, capsys):
    """Runs `attribute`; returns its exit code, stdout and stderr."""

    def run(*args):
        argv = ["attribute", *map(str, args), "--run", str(tiny_run_dir)]
        argv += ["--registry", str(tmp_path / "registry.db")]
        status = cli.main(argv)
        return status, *capsys.readouterr()

    return run


def test_json_has_one_verdict_a_line_in_order(attribute, found):
    status, stdout, stderr = attribute(
        found / "b.png", found / "a.png", "--format", "json"
    )

    other, right = map(json.loads, stdout.splitlines())
    assert (status, stderr) == (0, "")
    assert other["image"] == str(found / "b.png")
    assert right["recipient"] == "Acme"
    assert right["num_matches"] == right["num_bits"] == 32
    assert right["p_value"] == 2**-32


def test_an_unreadable_picture_is_named_and_the_others_answered(
    attribute, found
):
    (found / "broken.png").write_bytes(b"no picture")
    empty = found / "empty"
    empty.mkdir()

    status, stdout, stderr = attribute(
        found, empty, found / "gone.png", "--format", "json"
    )

    assert status == 1
    assert [json.loads(line)["image"] for line in stdout.splitlines()] == [
        str(found / "a.png"),
        str(found / "b.png"),
    ]
    assert len(stderr.splitlines()) == 3
    for name in ("broken.png", "empty", "gone.png"):
        assert f"tf-fingerprint: {found / name}: " in stderr


def test_csv_reads_back(attribute, found):
    _, stdout, _ = attribute(found, "--format", "csv")

    right, other = csv.DictReader(io.StringIO(stdout))
    assert right["recipient"] == "Acme"
    assert right["threshold"] == other["threshold"] == "30"


def test_a_table_says_who_or_nobody(attribute, found):
    _, stdout, _ = attribute(found)

    header, right, other = stdout.splitlines()
    assert "recipient" in header
    assert " Acme " in right
    assert " - " in other


def test_a_rate_that_no_match_can_keep_is_a_named_failure(attribute, found):
    status, stdout, stderr = attribute(
        found, "--max-false-positive-rate", "1e-12"
    )

    assert (status, stdout) == (1, "")
    assert "32 bits cannot tell" in stderr


def test_issues_and_keeps_the_fingerprint_to_itself(
    tiny_run_dir, tmp_path, capsys
):
    status = cli.main(
        [
            "issue",
            "--untraceable",
            str(tiny_run_dir),
            "--recipient",
            "Acme",
            "--registry",
        ]
        + [f"sqlite:///{tmp_path}/r.db", "--to", str(tmp_path / "acme")]
        + ["--format", "json"]
    )

    stdout = capsys.readouterr().out
    with registry.open_store(tmp_path / "r.db") as store:
        [record] = store.issuances()
    assert status == 0
    assert json.loads(stdout)["id"] == record.id
    assert record.state is registry.State.ISSUED
    assert record.fingerprint not in stdout
    assert (tmp_path / "acme" / "instance.keras").is_file()


def test_a_recipient_without_a_name_is_a_usage_error(
    tiny_run_dir, tmp_path, capsys
):
    with pytest.raises(SystemExit) as exit_:
        cli.main(
            [
                "issue",
                "--untraceable",
                str(tiny_run_dir),
                "--recipient",
                " ",
                "--registry",
            ]
            + [str(tmp_path / "r.db"), "--to", str(tmp_path / "acme")]
        )

    assert exit_.value.code == 2
    assert "`recipient` must be a name" in capsys.readouterr().err


def test_info_tells_of_run_registry_and_what_is_unfinished(
    tiny_run, tiny_run_dir, found, tmp_path, capsys
):
    url = str(tmp_path / "registry.db")

    argv = ["info", str(tiny_run_dir), "--registry", url]
    assert cli.main([*argv, "--format", "json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert cli.main(argv) == 0
    table = capsys.readouterr().out

    assert facts["run"]["generator_digest"] == tiny_run.generator_digest
    assert facts["registry"]["reserved"] == 1
    assert facts["registry"]["unfinished"][0]["recipient"] == "Acme"
    assert "registry.unfinished.0.recipient Acme" in " ".join(table.split())


def test_info_alone_tells_versions(capsys):
    assert cli.main(["info", "--format", "csv"]) == 0
    assert "versions.keras,3." in capsys.readouterr().out


def test_the_quickstart_prints_how_each_was_attributed(
    tiny_run_dir, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(story, "PICTURES_EACH", 2)

    status = cli.main(
        ["quickstart", "--run", str(tiny_run_dir)]
        + ["--to", str(tmp_path / "shown")]
    )

    header, *rows = capsys.readouterr().out.splitlines()
    assert status == 0
    assert header.split()[:4] == ["recipient", "format", "right", "wrong"]
    assert len(rows) == 3 * 2 + 1
    assert rows[-1].startswith("(a photograph)")
