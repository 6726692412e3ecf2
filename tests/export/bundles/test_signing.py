"""Signatures that OpenSSF's own command accepts, and that bite."""

import json
import subprocess
import sys

import pytest

from export.bundles import manifest
from export.bundles import signing
from export.bundles import verification
from tf_fingerprint import errors

pytest.importorskip("model_signing")


def openssl(*args):
    subprocess.run(["openssl", *args], check=True, capture_output=True)


def write_key(folder, name, curve="prime256v1"):
    private, public = folder / f"{name}.pem", folder / f"{name}.pub"
    openssl("ecparam", "-name", curve, "-genkey", "-noout", "-out", private)
    openssl("ec", "-in", private, "-pubout", "-out", public)
    return private, public


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return write_key(tmp_path_factory.mktemp("keys"), "owner")


@pytest.fixture
def bundle(keys, tmp_path):
    folder = tmp_path / "acme"
    (folder / "savedmodel").mkdir(parents=True)
    (folder / "instance.keras").write_bytes(b"weights")
    (folder / "savedmodel" / "saved_model.pb").write_bytes(b"graph")
    manifest.write(folder, {"recipient": "Acme"})
    signing.Signer(keys[0]).sign(folder)
    return folder


def test_says_whether_the_signature_was_checked(bundle, keys):
    assert verification.verify(bundle).signature == "not checked"
    verified = verification.verify(bundle, public_key=keys[1])
    assert verified.signature == "valid"
    (bundle / "model.sig").unlink()
    assert verification.verify(bundle).signature == "none"


def test_the_command_of_model_signing_accepts_it(bundle, keys):
    command = [sys.executable, "-m", "model_signing", "verify", "key"]
    command += [bundle, "--signature", bundle / "model.sig"]
    command += ["--public_key", keys[1], "--ignore-paths"]
    done = subprocess.run(
        [*command, bundle / "model.sig"], capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_bundle_may_be_moved_and_renamed(bundle, keys, tmp_path):
    moved = bundle.rename(tmp_path / "elsewhere")

    assert verification.verify(moved, public_key=keys[1]).signature == "valid"


def test_a_manifest_that_was_made_anew_is_found(bundle, keys):
    held = json.loads((bundle / "manifest.json").read_text())
    (bundle / "instance.keras").write_bytes(b"others")
    manifest.write(bundle, {"recipient": held["recipient"]})

    assert verification.verify(bundle).signature == "not checked"
    with pytest.raises(errors.ExportError, match="is no signature of these"):
        verification.verify(bundle, public_key=keys[1])


@pytest.mark.parametrize("position", [10, 500, -10])
def test_a_changed_signature_is_found(bundle, keys, position):
    content = bytearray((bundle / "model.sig").read_bytes())
    content[position] = ord("A") if content[position] != ord("A") else ord("B")
    (bundle / "model.sig").write_bytes(content)

    with pytest.raises(errors.ExportError, match="model.sig is no signature"):
        verification.verify(bundle, public_key=keys[1])


def test_another_bundles_signature_is_found(bundle, keys, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "instance.keras").write_bytes(b"another")
    manifest.write(other, {"recipient": "Other"})
    signing.Signer(keys[0]).sign(other)
    (other / "model.sig").replace(bundle / "model.sig")

    with pytest.raises(errors.ExportError, match="is no signature of these"):
        verification.verify(bundle, public_key=keys[1])


def test_anothers_key_is_found(bundle, tmp_path):
    _, public = write_key(tmp_path, "other")

    with pytest.raises(errors.ExportError, match="is no signature of these"):
        verification.verify(bundle, public_key=public)


def test_a_missing_signature_is_found_once_a_key_is_given(bundle, keys):
    (bundle / "model.sig").unlink()

    with pytest.raises(errors.ExportError, match="never signed, or"):
        verification.verify(bundle, public_key=keys[1])


def test_what_git_would_ignore_is_signed(bundle, keys):
    (bundle / ".git").mkdir()
    (bundle / ".git" / "config").write_text("")

    with pytest.raises(errors.ExportError, match=r"\.git/ was added"):
        verification.verify(bundle, public_key=keys[1])
    with pytest.raises(errors.ExportError, match=r"\.git/config"):
        signing.check(bundle, keys[1])


def test_keys_that_can_not_sign_are_named(tmp_path):
    (tmp_path / "text.pem").write_text("no key")
    openssl("genrsa", "-out", tmp_path / "rsa.pem", "2048")
    curve, _ = write_key(tmp_path, "curve", "secp256k1")

    for name in ("missing.pem", "text.pem", "rsa.pem", curve.name):
        with pytest.raises(errors.ExportError, match=f"{name}: must be"):
            signing.Signer(tmp_path / name)


def test_a_public_key_that_is_none_is_named(bundle, tmp_path):
    (tmp_path / "text.pem").write_text("no key")

    with pytest.raises(errors.ExportError, match="must be the PEM file"):
        verification.verify(bundle, public_key=tmp_path / "text.pem")
