"""Signed evidence: who rewrites it, digests and all, is found and named."""

import json
import shutil

import numpy as np
import pytest

from export.bundles import manifest
from export.bundles import signing
from tf_fingerprint import attribution
from tf_fingerprint import cli
from tf_fingerprint import evidence
from tf_fingerprint import registry
from tf_fingerprint.evidence import folders

from ..calibration import habits
from ..export.bundles.test_signing import write_key
from .forging import change
from .forging import digest_again
from .keeping import png

pytest.importorskip("model_signing")


@pytest.fixture(scope="module")
def signed(tmp_path_factory):
    """A registry, keys, and signed evidence on two pictures of Acme's."""
    folder = tmp_path_factory.mktemp("signed")
    private, _ = write_key(folder, "owner")
    write_key(folder, "another")
    with registry.open_store(folder / "registry.db", create=True) as store:
        registry.issue(store, "Acme", generator=habits.GENERATOR)
        candidates, head = evidence.read(store, habits.GENERATOR.digest)
    judge = attribution.Judge(candidates)
    bits = np.repeat(candidates.records[0].bits[None], 2, axis=0)
    logits = habits.picture_logits(bits)
    with evidence.Evidence(
        folder / "evidence", judge, head, sign=signing.Signer(private).sign
    ) as keeping:
        for number, verdict in enumerate(judge.judge(logits)):
            path = folder / f"{number}.png"
            keeping.add(path, png(number), logits[number], verdict)
        keeping.add_together(judge.combine(logits))
    return folder


@pytest.fixture
def folder(signed, tmp_path):
    """A copy of it to spoil."""
    shutil.copytree(signed, tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def verify(capsys):
    """What `evidence verify` answers: its exit code, and what it printed."""

    def run(folder, *args):
        argv = ["evidence", "verify", str(folder / "evidence")]
        argv += ["--registry", str(folder / "registry.db"), "--format", "json"]
        status = cli.main([*argv, *map(str, args)])
        out, err = capsys.readouterr()
        return status, out or err

    return run


def test_it_says_whether_the_signature_was_checked(signed, verify):
    for args, signature in (
        ((), "not checked"),
        (("--public-key", signed / "owner.pub"), "valid"),
    ):
        status, printed = verify(signed, *args)
        rows = [json.loads(line) for line in printed.splitlines()]
        assert status == 0
        assert [row["report"] for row in rows] == ["0001", "0002", "together"]
        assert {row["signature"] for row in rows} == {signature}


def change_a_report(folder):
    change(folder, "made_at", to="2020-01-01T00:00:00+00:00")


def swap_a_picture(folder):
    """And all that is said of it."""
    one, other = (folder / "evidence" / name for name in ("0001", "0002"))
    (one / "image").write_bytes((other / "image").read_bytes())
    facts = json.loads((other / "report.json").read_text())["image"]
    for key in ("sha256", "bytes"):
        change(folder, "image", key, to=facts[key])
    report = folder / "evidence" / "together" / "report.json"
    images = json.loads(report.read_text())["images"]
    images[0] |= {key: facts[key] for key in ("sha256", "bytes")}
    change(folder, "images", to=images, name="together")


def add_a_file(folder):
    (folder / "evidence" / "0001" / "note.txt").write_text("and more")


def remove_a_report(folder):
    shutil.rmtree(folder / "evidence" / "together")


TAMPERINGS = [
    (change_a_report, "0001/report.json"),
    (swap_a_picture, "0001/image"),
    (add_a_file, "0001/note.txt"),
    (remove_a_report, "together/report.json"),
]


@pytest.mark.parametrize("tamper, name", TAMPERINGS)
def test_each_tampering_is_named(folder, verify, tamper, name):
    manifest_before = (folder / "evidence" / "manifest.json").read_bytes()
    tamper(folder)
    (folder / "evidence" / "manifest.json").write_bytes(manifest_before)

    status, printed = verify(folder)

    assert status == 1
    assert f"{name.split('/')[0]}/" in printed
    assert "does not stand" in printed


@pytest.mark.parametrize("tamper, name", TAMPERINGS)
def test_who_digests_again_is_named_by_the_signature(
    folder, verify, tamper, name
):
    tamper(folder)
    digest_again(folder)
    assert verify(folder)[0] == 0  # Nothing but the signature can tell.

    status, printed = verify(folder, "--public-key", folder / "owner.pub")

    assert status == 1
    assert "model.sig is no signature of these files" in printed
    assert name in printed


def test_anothers_key_is_found(folder, verify):
    status, printed = verify(folder, "--public-key", folder / "another.pub")

    assert (status, "is no signature of these" in printed) == (1, True)


def test_who_signs_anew_has_another_key(folder, verify):
    change_a_report(folder)
    (folder / "evidence" / "model.sig").unlink()
    signing.Signer(folder / "another.pem").sign(folder / "evidence")

    assert verify(folder, "--public-key", folder / "owner.pub")[0] == 1


def test_a_signature_that_was_removed_is_missed(folder, verify):
    (folder / "evidence" / "model.sig").unlink()

    status, printed = verify(folder, "--public-key", folder / "owner.pub")

    assert status == 1
    assert "the evidence was never signed" in printed
    assert '"signature": "none"' in verify(folder)[1]


def test_the_signature_has_one_name():
    assert folders.SIGNATURE == manifest.SIGNATURE
