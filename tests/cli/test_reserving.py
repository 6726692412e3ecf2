"""Reserved first, handed out later, or given up."""

import json

import pytest

from tf_fingerprint import cli
from tf_fingerprint import errors
from tf_fingerprint import registry
from tf_fingerprint.cli import starting

from ..registry.store_contract import make_generator
from ..tiny_run import tiny_run as tiny_run
from ..tiny_run import tiny_run_dir as tiny_run_dir

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def opened_once(tiny_run, monkeypatch):
    """Each command opens the run; here it is traced only once."""
    monkeypatch.setattr(starting, "load_run", lambda _: tiny_run)


@pytest.fixture
def command(tmp_path, tiny_run_dir, capsys):
    """Runs a command on a registry; returns its exit code and its rows."""

    def run(*args):
        argv = [str(arg) for arg in args]
        if argv[0] == "issue":
            argv[1:1] = [str(tiny_run_dir), "--untraceable"]
        argv += ["--registry", str(tmp_path / "r.db"), "--format", "json"]
        status = cli.main(argv)
        out, err = capsys.readouterr()
        return status, json.loads(out) if out else err

    return run


@pytest.fixture
def reserved(command):
    """The id of a reservation for Acme until 2031."""
    status, row = command(
        *("issue", "--reserve", "--recipient", "Acme"),
        *("--expires-at", "2031-01-01"),
    )
    assert (status, row["state"]) == (0, "reserved")
    assert "fingerprint" not in row
    return row["id"]


def issuances(tmp_path):
    with registry.open_store(tmp_path / "r.db") as store:
        store.verify()
        return store.issuances()


def test_what_was_reserved_is_handed_out_later(
    command, reserved, tmp_path, tiny_run
):
    folder = tmp_path / "acme"
    status, row = command("issue", "--reserved", reserved, "--to", folder)

    assert status == 0
    assert (row["id"], row["state"]) == (reserved, "issued")
    assert row["folder"] == str(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["issuance_id"] == reserved
    [record] = issuances(tmp_path)
    assert record.state is registry.State.ISSUED

    again = command("issue", "--reserved", reserved, "--to", tmp_path / "b")
    assert again[0] == 1
    assert "must be reserved" in again[1]
    assert not (tmp_path / "b").exists()


def test_show_says_what_is_unfinished_until_it_is(command, reserved):
    _, facts = command("registry", "show", reserved)
    assert "--reserved ID --to DIR" in facts["unfinished"]

    status, row = command("registry", "confirm", reserved)

    assert (status, row["state"]) == (0, "issued")
    assert command("registry", "show", reserved)[1]["unfinished"] is None


def test_a_kill_before_the_copy_was_out_leaves_a_reservation(
    command, tmp_path, monkeypatch
):
    """And the next call completes it, with the fingerprint recorded then."""
    from export.bundles import writer as bundle_writer

    def killed(*unused, **arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bundle_writer.BundleWriter, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            command("issue", "--recipient", "Acme", "--to", tmp_path / "acme")
    [record] = issuances(tmp_path)
    _, facts = command("registry", "show", record.id)
    assert "never confirmed" in facts["unfinished"]

    command("issue", "--reserved", record.id, "--to", tmp_path / "acme")

    [issued] = issuances(tmp_path)
    assert issued.fingerprint == record.fingerprint
    assert issued.state is registry.State.ISSUED


def test_what_is_given_up_is_never_handed_out(command, reserved, tmp_path):
    command("registry", "revoke", reserved, "--reason", "no contract")

    status, said = command(
        "issue", "--reserved", reserved, "--to", tmp_path / "a"
    )

    assert status == 1
    assert "It is revoked" in said


def test_an_expired_reservation_is_not_handed_out(command, reserved, tmp_path):
    command("registry", "expire", reserved, "--at", "2020-01-01")

    status, said = command(
        "issue", "--reserved", reserved, "--to", tmp_path / "a"
    )

    assert status == 1
    assert "It held until 2020-01-01. Set another time" in said
    assert issuances(tmp_path)[0].state is registry.State.RESERVED
    assert not (tmp_path / "a").exists()


def test_a_reservation_of_another_run_is_refused(tiny_run, tmp_path):
    with registry.open_store(tmp_path / "r.db", create=True) as store:
        record = registry.issue(store, "Acme", generator=make_generator())

        with pytest.raises(
            errors.RegistryError, match="nothing was issued from"
        ):
            tiny_run.hand_out(
                record.id, store, to=tmp_path / "acme", untraceable=True
            )


def test_a_reserved_list_is_handed_out_as_a_whole(tiny_run_dir, tmp_path):
    (tmp_path / "names").write_text("Acme\nBirch\n")
    argv = [
        "issue",
        "--untraceable",
        str(tiny_run_dir),
        "--registry",
        str(tmp_path / "r.db"),
    ]
    argv += ["--recipients", str(tmp_path / "names")]
    assert cli.main([*argv, "--reserve"]) == 0
    before = issuances(tmp_path)
    assert cli.main([*argv, "--to", str(tmp_path / "out")]) == 0

    after = issuances(tmp_path)
    assert [each.id for each in after] == [each.id for each in before]
    assert {each.state for each in before} == {registry.State.RESERVED}
    assert {each.state for each in after} == {registry.State.ISSUED}


@pytest.mark.parametrize(
    "args",
    [
        ("--reserve", "--recipient", "A", "--to", "a"),
        ("--reserve", "--recipient", "A", "--sign-with", "k"),
        ("--reserve", "--reserved", "i"),
        ("--reserved", "i"),
        ("--reserved", "i", "--recipient", "A", "--to", "a"),
        ("--reserved", "i", "--to", "a", "--expires-at", "2031-01-01"),
        ("--recipient", "A"),
    ],
)
def test_usage_errors_exit_with_2(command, args, tmp_path):
    with pytest.raises(SystemExit) as exit_:
        command("issue", *args)

    assert exit_.value.code == 2
    assert not (tmp_path / "r.db").exists()
