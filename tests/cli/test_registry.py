"""Looking after a registry from the command line; needs no TensorFlow."""

import csv
import io
import json
import os
import sqlite3
import sys

import pytest

from tf_fingerprint import cli
from tf_fingerprint import registry

from ..registry.store_contract import make_generator

NAMES = ["ACME", "Alder Films", "株式会社", "O'Brien, & Co."]


@pytest.fixture
def url(tmp_path):
    """A registry of four issuances, the first of them confirmed."""
    path = tmp_path / "registry.db"
    with registry.open_store(path, create=True) as store:
        records = registry.issue_many(
            store, NAMES, generator=make_generator(), batch="list"
        )
        registry.confirm(store, records[0].id)
    return str(path)


@pytest.fixture
def ids(url):
    with registry.open_store(url) as store:
        return [record.id for record in store.issuances()]


@pytest.fixture
def command(url, capsys):
    """Runs a command; returns its exit code and what it printed."""

    def run(*args, form=None, at=url):
        argv = ["registry", *args, "--registry", at]
        status = cli.main(argv + (["--format", form] if form else []))
        out, err = capsys.readouterr()
        return status, out or err

    return run


def objects(printed):
    return [json.loads(line) for line in printed.splitlines()]


def test_list_has_all_but_the_fingerprints(command, url):
    _, printed = command("list", form="json")

    rows = objects(printed)
    with registry.open_store(url) as store:
        records = store.issuances()
    assert [row["recipient"] for row in rows] == NAMES
    assert all(record.fingerprint not in printed for record in records)
    assert rows[0]["state"] == "issued"
    assert rows[3]["batch_line"] == 4


def test_list_turns_pages(command, ids):
    _, first = command("list", "--limit", "3", form="json")
    _, second = command("list", "--limit", "3", "--after", ids[2], form="json")

    assert [row["id"] for row in objects(first)] == ids[:3]
    assert [row["id"] for row in objects(second)] == ids[3:]


def test_list_can_be_narrowed_down(command, ids):
    def listed(*args):
        return [row["id"] for row in objects(command(*args, form="json")[1])]

    assert listed("list", "--state", "issued") == ids[:1]
    assert listed("list", "--batch", "list") == ids
    assert listed("list", "--batch", "no list") == []
    assert listed("list", "--generator", "a" * 64) == ids
    assert listed("list", "--generator", "b" * 64) == []


def test_tables_and_csv_say_the_same(command, ids):
    _, table = command("list")
    _, text = command("list", form="csv")

    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["id"] for row in rows] == ids
    assert all(_id in table for _id in ids)
    assert rows[3]["recipient"] == NAMES[3]


@pytest.mark.slow
def test_show_tells_the_history_without_the_fingerprint(command, ids, url):
    command("revoke", ids[1], "--reason", "the contract ended")

    status, printed = command("show", ids[1], form="json")

    facts = json.loads(printed)
    issued, revoked = facts["history"]
    assert status == 0
    assert facts["state"] == "revoked"
    assert issued["issuance"]["state"] == "reserved"
    assert revoked["reason"] == "the contract ended"
    with registry.open_store(url) as store:
        assert store.issuance(ids[1]).fingerprint not in printed


def test_rotate_prints_the_new_issuance(command, ids):
    _, printed = command(
        "rotate", ids[0], "--expires-at", "2031-01-01", form="json"
    )

    [new] = objects(printed)
    _, old = command("show", ids[0], form="json")
    assert new["recipient"] == "ACME"
    assert new["id"] not in ids
    assert new["expires_at"] == "2031-01-01T00:00:00+00:00"
    assert json.loads(old)["state"] == "retired"


def test_expire_sets_a_time_and_takes_it_away(command, ids):
    _, first = command("expire", ids[0], "--at", "2031-01-01T01:00+01:00")
    _, second = command("expire", ids[0], "--at", "never", form="json")

    assert "2031-01-01T00:00:00+00:00" in first
    assert objects(second)[0]["expires_at"] is None


def test_what_has_expired_is_marked_and_listed(command, ids):
    command("expire", ids[0], "--at", "2020-01-01")
    command("expire", ids[1], "--at", "9000-01-01")

    _, all_ = command("list", form="json")
    _, expired = command("list", "--expired", form="json")

    assert [row["expired"] for row in objects(all_)] == [True, *[False] * 3]
    assert [row["id"] for row in objects(expired)] == ids[:1]
    assert '"expired": true' in command("show", ids[0], form="json")[1]
    # Time may be given again, and nothing else has changed meanwhile.
    command("expire", ids[0], "--at", "never")
    assert command("list", "--expired", form="json") == (0, "")


def test_a_rotated_issuance_holds_as_long_as_the_old_one(command, ids):
    command("expire", ids[0], "--at", "2031-01-01")

    _, printed = command("rotate", ids[0], form="json")

    assert objects(printed)[0]["expires_at"] == "2031-01-01T00:00:00+00:00"


def test_verify_and_head_agree(command):
    _, alone = command("head")
    status, verified = command("verify", "--head", alone.strip(), form="json")
    _, head = command("head", form="csv")

    assert status == 0
    # One generator, four issuances, one confirmation.
    assert objects(verified) == [{"entries": 6, "head": alone.strip()}]
    assert head == f"entries,head\n6,{alone}"


def test_verify_tells_who_else_may_read(command, url, capsys):
    for mode, told in ((0o644, "may read it"), (0o600, "")):
        os.chmod(url, mode)
        capsys.readouterr()
        status = cli.main(["registry", "verify", "--registry", str(url)])

        said = capsys.readouterr().err
        assert status == 0
        assert told in said and bool(told) == bool(said)


def test_verify_names_what_was_changed_and_exits_1(command, url):
    _, head = command("head")
    connection = sqlite3.connect(url)
    connection.execute(
        "UPDATE issuances SET recipient = 'x' WHERE batch_line = 3"
    )
    connection.commit()
    connection.close()

    status, printed = command("verify")

    assert status == 1
    assert "`recipient` of the issuance" in printed
    assert "Found 'x', not '株式会社'" in printed


def test_a_head_that_is_not_in_the_log_exits_1(command):
    status, printed = command("verify", "--head", "0" * 63 + "1")

    assert status == 1
    assert "never pass it" in printed


@pytest.mark.parametrize("form", ["json", "csv"])
def test_what_is_exported_can_be_imported_elsewhere(
    command, url, tmp_path, form
):
    ending = {"json": "jsonl", "csv": "csv"}[form]
    elsewhere = str(tmp_path / "elsewhere.db")
    _, printed = command("export", form=form)
    file = tmp_path / f"issuances.{ending}"
    file.write_text(printed, encoding="utf-8")

    first = command("import", str(file), at=elsewhere, form="json")
    again = command("import", str(file), at=elsewhere, form="json")

    assert [row["recipient"] for row in objects(first[1])] == NAMES
    assert again == (0, "")
    with registry.open_store(url) as one:
        with registry.open_store(elsewhere) as other:
            assert one.issuances() == other.issuances()
            assert one.generators() == other.generators()
            other.verify()


def test_export_turns_pages(command, ids):
    _, printed = command("export", "--limit", "2", "--after", ids[0])

    assert [row["id"] for row in objects(printed)] == ids[1:3]


@pytest.mark.parametrize(
    "args", [("show", "0123"), ("revoke", "0123"), ("list", "--after", "0123")]
)
def test_an_unknown_issuance_is_a_named_failure(command, args):
    status, printed = command(*args)

    assert status == 1
    assert "there is no issuance 0123" in printed


def test_reading_never_makes_a_registry(command, tmp_path):
    for name in ("list", "verify", "head", "export"):
        status, printed = command(name, at=str(tmp_path / "other.db"))
        assert (status, "no such registry" in printed) == (1, True)


@pytest.mark.parametrize(
    "argv",
    [
        ["registry"],
        ["registry", "list"],
        ["registry", "list", "--registry", "r", "--state", "lent"],
        ["registry", "list", "--registry", "r", "--limit", "0"],
        ["registry", "expire", "i", "--registry", "r"],
        ["registry", "expire", "i", "--registry", "r", "--at", "tomorrow"],
        ["registry", "expire", "i", "--registry", "r"]
        + ["--at", "0001-01-01T00:00+14:00"],
        ["issue", "run", "--registry", "r"],
        ["issue", "run", "--registry", "r", "--recipient", "a"],
        ["issue", "run", "--registry", "r", "--recipients", "f"]
        + ["--recipient", "a"],
    ],
)
def test_usage_errors_exit_with_2(argv, capsys):
    with pytest.raises(SystemExit) as exit_:
        cli.main(argv)

    assert exit_.value.code == 2
    assert "usage: tf-fingerprint" in capsys.readouterr().err


def test_no_command_on_a_registry_waits_for_tensorflow(command, ids):
    before = set(sys.modules)
    for args in (("list",), ("show", ids[0]), ("verify",), ("export",)):
        command(*args)

    assert not {"tensorflow", "keras"} & (set(sys.modules) - before)
