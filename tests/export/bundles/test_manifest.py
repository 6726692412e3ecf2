"""Whatever happens to a bundle, the first file concerned is named."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from export.bundles import manifest
from tf_fingerprint import errors

from ...tiny_run import ROOT

FILES = {
    "README.md": b"read me",
    "instance.keras": b"weights",
    "savedmodel/1/saved_model.pb": b"graph",
    "savedmodel/1/variables/variables.index": b"names",
}


@pytest.fixture
def bundle(tmp_path):
    folder = tmp_path / "acme"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    manifest.write(folder, {"issuance_id": "0123", "recipient": "Acme"})
    return folder


def refused(folder, text):
    with pytest.raises(errors.ExportError, match=text):
        manifest.check(folder)


def test_what_was_not_touched_passes(bundle):
    held = manifest.check(bundle)

    assert held["recipient"] == "Acme"
    assert set(held["files"]) == set(FILES)


@pytest.mark.parametrize("name", [*FILES, "manifest.json"])
def test_one_changed_byte_is_found_in_every_file(bundle, name):
    content = (bundle / name).read_bytes()
    for position in (0, len(content) // 2, len(content) - 3):
        changed = bytearray(content)
        changed[position] ^= 1
        (bundle / name).write_bytes(changed)

        with pytest.raises(errors.ExportError) as error:
            manifest.check(bundle)
        if name != "manifest.json":
            assert f"{bundle}: {name} was changed" in str(error.value)


@pytest.mark.parametrize("name", FILES)
def test_a_removed_file_is_found(bundle, name):
    (bundle / name).unlink()

    refused(bundle, f"{name} was removed")


@pytest.mark.parametrize(
    "name",
    ["AAA", "zzz", ".git/hooks", "savedmodel/2/saved_model.pb", ".hidden"],
)
def test_an_added_file_is_found(bundle, name):
    (bundle / name).parent.mkdir(parents=True, exist_ok=True)
    (bundle / name).write_bytes(b"")

    refused(bundle, "was added")


def test_an_added_folder_is_found(bundle):
    (bundle / "savedmodel" / "2").mkdir()

    refused(bundle, "savedmodel/2/ was added")


def test_two_files_that_were_swapped_are_found(bundle):
    first, second = bundle / "README.md", bundle / "instance.keras"
    first.rename(bundle / "third")
    second.rename(first)
    (bundle / "third").rename(second)

    refused(bundle, "README.md was changed")


def test_a_link_in_a_files_place_is_a_change(bundle, tmp_path):
    shutil.copy(bundle / "README.md", tmp_path / "same")
    (bundle / "README.md").unlink()
    (bundle / "README.md").symlink_to(tmp_path / "same")

    refused(bundle, "README.md was changed")


def test_a_link_to_a_folder_was_added(bundle, tmp_path):
    (bundle / "link").symlink_to(tmp_path)

    refused(bundle, "link was added")


def test_the_first_of_several_is_named(bundle):
    (bundle / "instance.keras").write_bytes(b"Weights")
    (bundle / "savedmodel/1/saved_model.pb").unlink()
    (bundle / "zzz").touch()

    refused(bundle, "instance.keras was changed")


@pytest.mark.parametrize("edit", ["recipient", "sha256", "files", "more"])
def test_an_edited_manifest_is_found(bundle, edit):
    path = bundle / "manifest.json"
    held = json.loads(path.read_text())
    if edit == "recipient":
        held["recipient"] = "Other"
    elif edit == "sha256":
        held["files"]["README.md"]["sha256"] = "0" * 64
    elif edit == "files":
        del held["files"]["README.md"]
    else:
        held["more"] = 1
    path.write_text(json.dumps(held))

    refused(bundle, "manifest.json was changed")


def test_names_that_lead_out_of_the_bundle_are_not_followed(bundle, tmp_path):
    (tmp_path / "outside").write_bytes(b"")
    held = json.loads((bundle / "manifest.json").read_text())
    held["files"]["../outside"] = {"bytes": 0, "sha256": "0" * 64}
    del held["digest"]
    held["digest"] = manifest._digest(held)
    (bundle / "manifest.json").write_text(json.dumps(held))

    refused(bundle, r"\.\./outside was removed")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": "other"}'])
def test_what_is_no_manifest_is_refused(bundle, text):
    (bundle / "manifest.json").write_text(text)

    with pytest.raises(errors.ExportError, match="manifest"):
        manifest.check(bundle)


def test_a_folder_without_manifest_is_no_bundle(tmp_path):
    refused(tmp_path, "Is this the folder of a bundle")


def test_verifying_needs_no_tensorflow():
    code = (
        "import sys; from export.bundles import verification; "
        "sys.exit(bool({'keras', 'tensorflow'} & set(sys.modules)))"
    )
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
