"""A lake of pictures, attributed by a pipeline on this machine."""

import hashlib
import importlib.util
import json
import pathlib
import secrets

import pytest
import tensorflow as tf
from PIL import Image

import export
from tf_fingerprint import attribution
from tf_fingerprint import errors
from tf_fingerprint import methods
from tf_fingerprint import registry

from ..tiny_run import issue_what_is_read
from ..tiny_run import tiny_run as tiny_run
from ..tiny_run import tiny_run_dir as tiny_run_dir

if importlib.util.find_spec("apache_beam") is None:
    pytest.skip(
        "apache-beam is not installed; install tf-fingerprint[bulk]",
        allow_module_level=True,
    )

from pyarrow import parquet  # noqa: E402

from tf_fingerprint import bulk  # noqa: E402

# Beam's own, and what it meets in the libraries that it brings.
pytestmark = pytest.mark.filterwarnings("default")

NUM_PICTURES = 70
RATE = 1e-3


@pytest.fixture(scope="module")
def decoder(tmp_path_factory, tiny_run_dir):
    """The exported decoder of the tiny run."""

    servable = export.decoder(methods.load(tiny_run_dir))
    folder = tmp_path_factory.mktemp("decoder")
    tf.saved_model.save(
        servable.module, str(folder), signatures=dict(servable.signatures)
    )
    return folder


@pytest.fixture(scope="module")
def lake(tmp_path_factory, tiny_run_dir):
    """Pictures of several kinds and sizes, some of which can't be read."""

    folder = tmp_path_factory.mktemp("lake")
    (folder / "deep" / "deeper").mkdir(parents=True)
    pictures = methods.load(tiny_run_dir).generate(NUM_PICTURES, seed=1)
    for number, pixels in enumerate(pictures):
        image = Image.fromarray(pixels)
        if number % 3 == 1:
            image = image.resize((33, 40))
        kind = (".png", ".jpg", ".webp")[number % 3]
        inner = "deep/deeper" if number % 2 else "."
        image.save(folder / inner / f"{number:02}{kind}")
    whole = (folder / "00.png").read_bytes()
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    (folder / "text.jpg").write_bytes(b"no picture")
    (folder / "empty.png").write_bytes(b"")
    (folder / "picture.gz").write_bytes(whole)
    return folder


@pytest.fixture(scope="module")
def candidates(tmp_path_factory, tiny_run_dir, lake):
    """Three recipients, of whom two made a picture each; and strangers."""

    run = methods.load(tiny_run_dir)
    path = tmp_path_factory.mktemp("registry") / "registry.db"
    issue_what_is_read(run, lake / "00.png", path, "Acme, 株式会社")
    issue_what_is_read(run, lake / "deep" / "deeper" / "01.jpg", path, "Beta")
    with registry.open_store(path) as store:
        for number in range(20):
            registry.issue(store, f"Other {number}", generator=run.record)
        return attribution.Candidates.load(store, run.generator_digest)


@pytest.fixture
def attribute(decoder, candidates, tmp_path):
    """Runs the pipeline into a new folder; returns it and the summary."""

    def run(*patterns, **settings):
        folder = tmp_path / secrets.token_hex(4)
        summary = bulk.attribute_files(
            [str(pattern) for pattern in patterns],
            decoder=decoder,
            candidates=candidates,
            to=folder,
            max_false_positive_rate=RATE,
            **settings,
        )
        return folder, summary

    return run


@pytest.mark.parametrize("options", [[], ["--runner=DirectRunner"]])
def test_no_other_program_is_fetched_or_started(
    attribute, lake, monkeypatch, options
):
    from apache_beam.utils import subprocess_server

    def refuse(*args, **unused):
        raise AssertionError(f"would start {args}")

    monkeypatch.setattr(subprocess_server.SubprocessServer, "start", refuse)

    _, summary = attribute(lake / "00.png", options=options)

    assert summary["num_candidates"] == 22


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def rows(folder, name):
    """All rows, sorted: their order is the engine's affair."""
    found = [
        row
        for path in folder.glob(f"{name}-*.parquet")
        for row in parquet.read_table(path).to_pylist()
    ]
    return sorted(found, key=lambda row: row["image"])


def verdicts_of_single_images(run, candidates, folder):
    """What the single-image path says of each picture, and what it can't."""
    verdicts, broken = {}, {}
    for path in folder.rglob("*.*"):
        try:
            [logits] = run.decode(path)
        except errors.DataError as error:
            broken[str(path)] = error
            continue
        verdict = attribution.attribute(
            logits > 0, candidates, max_false_positive_rate=RATE
        )
        bits = "".join(str(int(bit)) for bit in logits > 0)
        verdicts[str(path)] = {"bits": bits, **verdict.to_dict()}
    return verdicts, broken


def test_verdicts_are_those_of_single_images_bit_for_bit(
    attribute, lake, tiny_run, candidates
):
    folder, summary = attribute(lake / "**", batch_size=16)

    verdicts, broken = verdicts_of_single_images(tiny_run, candidates, lake)
    found = rows(folder, "verdicts")
    for row in found:
        path = pathlib.Path(row.pop("image"))
        expected = verdicts.pop(str(path))
        bits = bin(int(row.pop("bits"), 16))[2:].zfill(32)
        assert bits == expected.pop("bits")
        assert row.pop("sha256") == sha256(path)
        assert row == expected
    assert not verdicts  # None is missing.
    recipients = {row["recipient"] for row in found}
    assert recipients == {"Acme, 株式会社", "Beta", None}
    lost = rows(folder, "unreadable")
    assert {row["image"] for row in lost} == set(broken)
    assert {row["reason"].partition(":")[0] for row in lost} == set(broken)
    assert len(lost) == 3
    assert summary == json.loads((folder / "summary.json").read_text())
    assert summary["images"] == NUM_PICTURES + 4
    assert summary["unreadable"] == 3
    named = {
        each["recipient"]: each["images"] for each in summary["by_recipient"]
    }
    assert named == {
        recipient: sum(row["recipient"] == recipient for row in found)
        for recipient in ("Acme, 株式会社", "Beta")
    }
    assert list(named.values()) == sorted(named.values(), reverse=True)
    assert summary["attributed"] == sum(named.values())
    assert summary["attributed"] + summary["nobody"] == NUM_PICTURES + 1


def test_a_rerun_with_other_batches_gives_the_same_rows(attribute, lake):
    one, one_summary = attribute(lake / "**", batch_size=1)
    # Two patterns that both match some, in another order.
    other, other_summary = attribute(
        lake / "deep" / "**", lake / "**", batch_size=64
    )

    for name in ("verdicts", "unreadable"):
        assert rows(one, name) == rows(other, name)
    assert one_summary == other_summary
    left = {path.name.partition("-")[0] for path in other.iterdir()}
    assert left == {"verdicts", "unreadable", "summary.json"}


def test_tfrecords_are_read_like_files(attribute, lake, tmp_path):
    files = sorted(lake.glob("*.png"))
    with tf.io.TFRecordWriter(str(tmp_path / "records")) as writer:
        for path in files:
            writer.write(path.read_bytes())

    folder, summary = attribute(tmp_path / "records", tfrecords=True)

    found = {
        row["image"]: row["sha256"]
        for name in ("verdicts", "unreadable")
        for row in rows(folder, name)
    }
    assert found == {
        f"{tmp_path}/records#{number}": sha256(path)
        for number, path in enumerate(files)
    }
    assert summary["images"] == len(files)


def test_a_pattern_that_matches_nothing_is_told_before_work_starts(
    attribute, lake, tmp_path
):
    with pytest.raises(errors.DataError, match="Nothing matches"):
        attribute(lake / "*.png", lake / "*.tiff")


def test_a_folder_with_something_in_it_stays_as_it_is(
    lake, decoder, candidates, tmp_path
):
    (tmp_path / "old").write_text("kept")

    with pytest.raises(errors.RunError, match="new or empty folder"):
        bulk.attribute_files(
            [str(lake / "*")],
            decoder=decoder,
            candidates=candidates,
            to=tmp_path,
            max_false_positive_rate=RATE,
        )

    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_a_failure_leaves_nothing(lake, candidates, tmp_path):
    (tmp_path / "decoder").mkdir()
    (tmp_path / "decoder" / "saved_model.pb").write_bytes(b"broken")
    to = tmp_path / "to"

    with pytest.raises(errors.RunError, match="Nothing was left"):
        bulk.attribute_files(
            [str(lake / "*")],
            decoder=tmp_path / "decoder",
            candidates=candidates,
            to=to,
            max_false_positive_rate=RATE,
        )

    assert not to.exists()
