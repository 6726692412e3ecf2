"""Issuing to a list of recipients from the command line."""

import json

import pytest

from tf_fingerprint import cli
from tf_fingerprint import registry

from ..tiny_run import tiny_run as tiny_run
from ..tiny_run import tiny_run_dir as tiny_run_dir

pytestmark = pytest.mark.slow


@pytest.fixture
def issue(tiny_run_dir, tmp_path, capsys):
    """Issues to the lines of a text; returns the exit code and the rows."""

    def run(text, *args):
        file = tmp_path / "recipients.txt"
        file.write_bytes(text)
        argv = [
            "issue",
            "--untraceable",
            str(tiny_run_dir),
            "--recipients",
            str(file),
        ]
        argv += ["--registry", str(tmp_path / "r.db"), "--format", "json"]
        status = cli.main([*argv, *args])
        out = capsys.readouterr().out
        lines = out.removesuffix("\n").split("\n") if out else []
        return status, [json.loads(line) for line in lines]

    return run


def issuances(tmp_path):
    with registry.open_store(tmp_path / "r.db") as store:
        store.verify()
        return store.issuances()


def test_each_line_is_issued_one_fingerprint_once(issue, tmp_path, tiny_run):
    text = "ACME\r\nAlder\u2028Films\n株式会社".encode()

    first = issue(text, "--expires-at", "2031-01-01")
    again = issue(text + b"\n")

    status, rows = first
    assert first == again
    assert status == 0
    assert [row["recipient"] for row in rows] == [
        *("ACME", "Alder\u2028Films", "株式会社"),
    ]
    assert "fingerprint" not in rows[0]
    records = issuances(tmp_path)
    assert [record.id for record in records] == [row["id"] for row in rows]
    assert records[0].generator == tiny_run.record
    assert records[0].expires_at.year == 2031


def test_a_list_issued_in_part_goes_on_with_the_rest(issue, tmp_path):
    text = b"".join(b"R%d\n" % number for number in range(20))

    _, first = issue(text, "--count", "5")
    _, rows = issue(text, "--count", "20")

    assert rows[:5] == first
    assert len(rows) == len(issuances(tmp_path)) == 20


def test_more_than_the_list_has_is_a_usage_error(issue, tmp_path):
    with pytest.raises(SystemExit):
        issue(b"one\ntwo\n", "--count", "3")

    assert not (tmp_path / "r.db").exists()


@pytest.mark.parametrize("text", [b"one\n\ntwo\n", b"one\n two\n", b"a\tb\0"])
def test_a_line_that_is_no_name_is_a_usage_error(issue, tmp_path, text):
    with pytest.raises(SystemExit):
        issue(text)

    assert issuances(tmp_path) == []


def test_what_is_no_text_is_a_named_failure(issue):
    assert issue(b"\xff\xfe")[0] == 1
