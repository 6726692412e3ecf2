"""Sealed instances on their way to a recipient."""

import json

import keras
import pytest

from tf_fingerprint import errors
from tf_fingerprint import registry
from tf_fingerprint.models import sampling

from ..tiny_run import close_to
from ..tiny_run import tiny_run as tiny_run
from ..tiny_run import tiny_run_dir as tiny_run_dir


@pytest.mark.slow
def test_hands_out_an_instance_that_makes_the_right_pictures(
    tiny_run, tmp_path
):
    folder = tmp_path / "out" / "acme"

    issued = tiny_run.issue(
        "Acme", tmp_path / "r.db", to=folder, untraceable=True
    )

    files = {path.name for path in folder.iterdir()}
    assert files == {
        *("instance.keras", "savedmodel", "manifest.json"),
        *("README.md", "LICENSE.txt", "first_pictures.py"),
    }
    assert (folder / "savedmodel" / "1" / "saved_model.pb").is_file()
    assert [path.name for path in folder.parent.iterdir()] == ["acme"]
    assert issued.record.state is registry.State.ISSUED
    instance = keras.saving.load_model(folder / "instance.keras")
    close_to(
        sampling.sealed_pictures(instance, 2, seed=1),
        tiny_run.generate(2, fingerprints=issued.record.bits, seed=1),
    )


@pytest.mark.slow
def test_the_manifest_keeps_the_fingerprint_to_itself(tiny_run, tmp_path):
    issued = tiny_run.issue(
        "Acme", tmp_path / "r.db", to=tmp_path / "acme", untraceable=True
    )

    text = (tmp_path / "acme" / "manifest.json").read_text()
    assert json.loads(text)["issuance_id"] == issued.record.id
    assert issued.record.fingerprint not in text


def test_without_a_folder_nothing_is_written(tiny_run, tmp_path):
    issued = tiny_run.issue("Acme", tmp_path / "r.db", untraceable=True)

    assert issued.folder is None
    assert issued.record.state is registry.State.ISSUED
    assert [path.name for path in tmp_path.iterdir()] == ["r.db"]


def test_refuses_a_full_folder_before_anything_is_recorded(tiny_run, tmp_path):
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "file").touch()

    with pytest.raises(errors.RunError, match="new or empty folder"):
        tiny_run.issue(
            "Acme", tmp_path / "r.db", to=tmp_path / "acme", untraceable=True
        )
    assert not (tmp_path / "r.db").exists()


def test_what_can_not_be_delivered_stays_reserved(tiny_run, tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(errors.RunError, match="can't be written"):
        tiny_run.issue(
            "Acme",
            tmp_path / "r.db",
            to=tmp_path / "file" / "acme",
            untraceable=True,
        )

    with registry.open_store(tmp_path / "r.db") as store:
        [left] = registry.unfinished(store)
    assert left.recipient == "Acme"
