"""The command `embed`."""

import pytest

from tf_fingerprint import cli
from tf_fingerprint import registry
from tf_fingerprint.artificial import marking

from ..artificial import sets
from ..tiny_codec import codec_run as codec_run
from ..tiny_codec import codec_run_dir as codec_run_dir
from ..tiny_run import tiny_run_dir as tiny_run_dir

pytestmark = pytest.mark.slow

HEX = "01234567"
# Nobody trained this codec.
ANY = ("--min-bit-accuracy", "0")


@pytest.fixture
def embed(codec_run_dir, tmp_path, capsys):
    """Runs the command; returns its exit code, stdout and stderr."""
    source = sets.save_pictures(tmp_path / "source", ["a.jpg", "b/c.png"])

    def embed(*args, data=source):
        argv = ["embed", data, "--run", codec_run_dir, "--to", tmp_path / "set"]
        return cli.main([*map(str, argv + list(args))]), *capsys.readouterr()

    return embed


def issuances(path):
    with registry.open_store(path) as store:
        return store.issuances()


def test_a_set_is_written_and_told_about(embed, codec_run, tmp_path):
    status, stdout, _ = embed("--fingerprint", HEX.upper(), *ANY)

    assert status == 0
    found = sets.contents(tmp_path / "set")
    assert sorted(found) == ["a.png", "b/c.png"]
    assert "bit_accuracy" in stdout
    assert HEX not in stdout
    settings = sets.manifest_of(tmp_path / "set")["settings"]
    assert settings["encoder_digest"] == codec_run.encoder_digest
    assert settings["fingerprint_scrypt"] == marking.fingerprint_hash(
        HEX, codec_run.encoder_digest
    )


def test_what_can_t_be_read_is_not_finished(embed, tmp_path):
    status, stdout, stderr = embed("--fingerprint", HEX)

    assert status == 1
    assert stdout == ""
    assert "at least 95.00% of the bits must be read" in stderr
    assert not (tmp_path / "set" / "manifest.json").exists()


def test_a_recipient_s_fingerprint_is_issued_once(embed, codec_run, tmp_path):
    whose = ("--recipient", "Acme", "--registry", tmp_path / "registry.db")

    refused, _, stderr = embed(*whose)
    [reserved] = issuances(tmp_path / "registry.db")
    finished, _, _ = embed(*whose, *ANY, "--resume")
    again, _, _ = embed(*whose, *ANY, "--resume")

    assert (refused, finished, again) == (1, 0, 0)
    assert "--resume and a lower" in stderr
    assert reserved.state is registry.State.RESERVED
    [record] = issuances(tmp_path / "registry.db")
    assert (record.id, record.recipient) == (reserved.id, "Acme")
    assert record.state is registry.State.ISSUED
    assert record.generator == codec_run.record
    settings = sets.manifest_of(tmp_path / "set")["settings"]
    assert settings["issuance_id"] == record.id
    assert settings["fingerprint_scrypt"] == marking.fingerprint_hash(
        record.fingerprint, codec_run.encoder_digest
    )
    other = ("--recipient", "Birch", *whose[2:], *ANY, "--resume")
    status, _, stderr = embed(*other)
    assert status == 1
    assert "for whom it was begun: Acme" in stderr
    assert len(issuances(tmp_path / "registry.db")) == 1


def test_what_was_reserved_is_used(embed, codec_run, tmp_path):
    with registry.open_store(tmp_path / "r.db", create=True) as store:
        record = registry.issue(store, "Acme", generator=codec_run.record)
    whose = ("--reserved", record.id, "--registry", tmp_path / "r.db")

    first, _, _ = embed(*whose, *ANY)

    assert first == 0
    [issued] = issuances(tmp_path / "r.db")
    assert issued.state is registry.State.ISSUED
    status, _, stderr = embed(*whose, *ANY)
    assert status == 1
    assert "must be reserved" in stderr


def test_nothing_is_issued_for_what_can_t_be_read(embed, tmp_path):
    status, _, stderr = embed(
        *("--recipient", "Acme", "--registry", tmp_path / "r.db"),
        data=tmp_path / "nowhere",
    )

    assert status == 1
    assert "no such folder" in stderr
    assert not (tmp_path / "r.db").exists()


def test_nothing_is_issued_for_a_folder_that_is_taken(embed, tmp_path):
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "notes.txt").touch()

    status, _, stderr = embed(
        "--recipient", "Acme", "--registry", tmp_path / "r.db", *ANY
    )

    assert status == 1
    assert "new or empty folder" in stderr
    assert issuances(tmp_path / "r.db") == []


def test_broken_pictures_are_told_on_stderr(embed, tmp_path):
    (tmp_path / "source" / "z.png").write_bytes(b"no picture")

    status, stdout, stderr = embed(
        "--fingerprint", HEX, *ANY, "--max-broken-share", "0.5"
    )

    assert status == 0
    assert "left out: z.png: can't be read as a picture" in stderr
    assert "broken" in stdout


def test_the_run_of_a_generator_marks_nothing(embed, tiny_run_dir, tmp_path):
    status, _, stderr = embed("--fingerprint", HEX, "--run", tiny_run_dir)

    assert status == 1
    assert "the run must be a codec's" in stderr


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ((), "one of the arguments --fingerprint"),
        (("--fingerprint", HEX, "--recipient", "Acme"), "not allowed with"),
        (("--recipient", "Acme"), "need --registry"),
        (("--fingerprint", HEX, "--registry", "r.db"), "it goes with"),
        (("--fingerprint", "0123"), "argument --fingerprint"),
        (("--fingerprint", HEX, "--share", "0"), "must lie above 0"),
        (("--fingerprint", HEX, "--strength", "0"), "must lie above 0"),
        (("--fingerprint", HEX, "--format", "jpeg"), "invalid choice"),
        (
            ("--fingerprint", HEX, "--expires-at", "2040-01-01"),
            "goes with --recipient",
        ),
    ],
)
def test_usage_errors_exit_with_2(embed, tmp_path, capsys, argv, message):
    with pytest.raises(SystemExit) as exit_:
        embed(*argv)

    assert exit_.value.code == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "set").exists()
