"""What a recipient gets."""

import json
import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from export.bundles import verification
from export.bundles import writer as bundle_writer
from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint import methods
from tf_fingerprint import models
from tf_fingerprint import registry
from tf_fingerprint.models import sampling
from tf_fingerprint.registry import commitments

from ... import traces
from ...tiny_run import close_to
from ...tiny_run import tiny_run as tiny_run
from ...tiny_run import tiny_run_dir as tiny_run_dir
from ...tiny_run import write_run
from ..bundle_writers import SALT
from ..bundle_writers import record_of
from ..bundle_writers import writer_of

pytestmark = pytest.mark.slow

FILES = {
    *("LICENSE.txt", "README.md", "instance.keras", "first_pictures.py"),
    *("savedmodel/1/fingerprint.pb", "savedmodel/1/saved_model.pb"),
    "savedmodel/1/variables/variables.data-00000-of-00001",
    "savedmodel/1/variables/variables.index",
    "savedmodel/1/assets.extra/tf_serving_warmup_requests",
}


@pytest.fixture
def written(tiny_run, tmp_path):
    """A bundle, and the record it is of."""
    record = record_of(tiny_run, 1)
    writer_of(tiny_run).write(record, tmp_path / "acme", salt=SALT)
    return tmp_path / "acme", record


def files_of(folder):
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_holds_what_the_manifest_says(written):
    folder, record = written

    verified = verification.verify(folder)

    assert FILES <= set(verified.manifest["files"])
    assert files_of(folder) == set(verified.manifest["files"]) | {
        "manifest.json"
    }
    assert verified.manifest["issuance_id"] == record.id
    assert verified.signature == "none"
    assert [path.name for path in folder.parent.iterdir()] == ["acme"]


def test_every_bundle_makes_its_own_fingerprints_pictures(tiny_run, tmp_path):
    [(latents, noise)] = sampling.sample_inputs(
        3, latent_dim=8, num_noise=tiny_run.generator.num_noise, seed=4
    )
    for seed in (1, 2):
        folder, record = tmp_path / str(seed), record_of(tiny_run, seed)
        held = writer_of(tiny_run).write(record, folder, salt=SALT)
        expected = models.seal(tiny_run.generator, record.bits)
        expected = data.to_pixels(expected([latents, noise]).numpy())

        instance = keras.saving.load_model(folder / "instance.keras")
        close_to(data.to_pixels(instance([latents, noise]).numpy()), expected)
        loaded = tf.saved_model.load(str(folder / "savedmodel" / "1"))
        serve = loaded.signatures[LATENTS]
        images = serve(latents=tf.constant(latents), noise=tf.constant(noise))
        close_to(images["images"].numpy(), expected)
        assert 0 <= held["self_test"]["bit_accuracy"] <= 1


LATENTS = "latents"

LOADS_ALONE = """
import sys
sys.modules["tf_fingerprint"] = sys.modules["export"] = None
import keras, numpy as np, tensorflow as tf
given = np.load("given.npz")
inputs = {name: tf.constant(given[name]) for name in ("latents", "noise")}
serve = tf.saved_model.load("savedmodel/1").signatures[sys.argv[1]]
images = serve(**inputs)["images"].numpy().astype(int)
instance = keras.saving.load_model("instance.keras")
floats = instance(list(inputs.values())).numpy()
levels = np.round(np.clip((floats + 1) * 127.5, 0, 255)).astype(int)
for each in (images, levels):
    assert np.abs(each - given["images"]).max() <= 1
"""


@pytest.mark.slow
def test_a_recipient_needs_nothing_of_ours(tiny_run, written, tmp_path):
    folder, record = written
    [(latents, noise)] = sampling.sample_inputs(
        2, latent_dim=8, num_noise=tiny_run.generator.num_noise, seed=4
    )
    instance = models.seal(tiny_run.generator, record.bits)
    images = data.to_pixels(instance([latents, noise]).numpy())
    np.savez(folder / "given.npz", latents=latents, noise=noise, images=images)

    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    subprocess.run(
        [sys.executable, "-c", LOADS_ALONE, LATENTS],
        cwd=folder,
        env=environment,
        check=True,
    )


def test_no_file_holds_the_fingerprint_or_a_path(tiny_run, written):
    folder, record = written
    content = b"".join(
        (folder / name).read_bytes() for name in files_of(folder)
    )

    assert traces.bytes_tracing(record.bits, content) == []
    assert record.fingerprint.encode() not in content
    assert SALT not in content and SALT.hex().encode() not in content
    root = pathlib.Path(bundle_writer.__file__).parents[1]
    assert str(root).encode() not in content


def test_bundles_differ_in_nothing_but_weights_and_words(tiny_run, tmp_path):
    for seed in (1, 2):
        writer_of(tiny_run).write(
            record_of(tiny_run, seed), tmp_path / str(seed), salt=SALT
        )

    differing = {
        name
        for name in files_of(tmp_path / "1")
        if (tmp_path / "1" / name).read_bytes()
        != (tmp_path / "2" / name).read_bytes()
    }

    assert differing == FILES - {
        *("LICENSE.txt", "first_pictures.py"),
        "savedmodel/1/saved_model.pb",
        "savedmodel/1/assets.extra/tf_serving_warmup_requests",
    } | {"manifest.json"}


def test_shared_files_are_copies(tiny_run, tmp_path):
    for seed in (1, 2):
        writer_of(tiny_run).write(
            record_of(tiny_run, seed), tmp_path / str(seed), salt=SALT
        )
    graph = pathlib.Path("savedmodel", "1", "saved_model.pb")

    assert (tmp_path / "1" / graph).stat().st_nlink == 1
    (tmp_path / "1" / graph).write_bytes(b"changed")

    verification.verify(tmp_path / "2")


def test_tensorflows_own_hash_is_of_the_written_variables(written):
    folder, _ = written
    saved_model = folder / "savedmodel" / "1"

    from export.bundles import variables

    variables.check_fingerprint_file(saved_model)
    index = saved_model / "variables" / "variables.index"
    index.write_bytes(index.read_bytes() + b"\0")
    with pytest.raises(errors.ExportError, match="hashes a SavedModel"):
        variables.check_fingerprint_file(saved_model)


def test_the_commitment_opens_to_what_was_sealed_in(written):
    folder, record = written

    held = json.loads((folder / "manifest.json").read_text())

    assert commitments.opens(held["commitment"], record, SALT)


def test_only_the_owner_can_open_a_commitment(tiny_run, tmp_path):
    url = tmp_path / "registry.db"
    issued = tiny_run.issue("Acme", url, to=tmp_path / "acme", untraceable=True)

    record = verification.open_commitment(tmp_path / "acme", url)

    assert record == issued.record
    commitments.read_secret(tmp_path / "another", create=True)
    with pytest.raises(errors.ExportError, match="made with another secret"):
        verification.open_commitment(
            tmp_path / "acme", url, secret=tmp_path / "another"
        )


def test_anothers_registry_opens_nothing(tiny_run, written, tmp_path):
    folder, _ = written
    tiny_run.issue(
        "Acme", tmp_path / "r.db", to=tmp_path / "other", untraceable=True
    )

    with pytest.raises(errors.RegistryError, match="no issuance"):
        verification.open_commitment(folder, tmp_path / "r.db")


def test_records_of_another_generator_are_refused(tiny_run, tmp_path):
    other = registry.GeneratorRecord(
        "0" * 64, tiny_run.decoder_digest, num_bits=32, resolution=16
    )
    record = record_of(tiny_run, 1)
    record = type(record)(**{**_fields(record), "generator": other})

    with pytest.raises(ValueError, match="of this run's generator"):
        writer_of(tiny_run).write(record, tmp_path / "acme", salt=SALT)
    assert not list(tmp_path.iterdir())


def _fields(record):
    names = ("id", "fingerprint", "recipient", "issued_at", "state")
    return {name: getattr(record, name) for name in names}


def test_a_licence_of_the_runs_goes_with_it(tmp_path):

    folder = write_run(tmp_path / "run")
    (folder / "LICENSE.txt").write_text("CC BY-NC 4.0")
    run = methods.load(folder)

    writer_of(run).write(record_of(run, 1), tmp_path / "a", salt=SALT)
    own = bundle_writer.BundleWriter(run, license_text="MIT")

    assert (tmp_path / "a" / "LICENSE.txt").read_text() == "CC BY-NC 4.0"
    assert own._license == "MIT"


def test_unknown_formats_are_refused_before_work_starts(tiny_run):
    with pytest.raises(ValueError, match="among tflite, onnx. Received pt"):
        bundle_writer.BundleWriter(tiny_run, formats=["pt"])


def test_a_folder_that_can_not_be_written_is_a_named_failure(
    tiny_run, tmp_path
):
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "file").touch()

    with pytest.raises(errors.RunError, match="can't be written"):
        writer_of(tiny_run).write(
            record_of(tiny_run, 1), tmp_path / "acme", salt=SALT
        )
    assert [each.name for each in tmp_path.iterdir()] == ["acme"]
    assert os.listdir(tmp_path / "acme") == ["file"]
