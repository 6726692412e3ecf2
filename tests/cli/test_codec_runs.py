"""Commands that read pictures take a codec's run as any other."""

import json

import numpy as np
import pytest
from PIL import Image

from tf_fingerprint import cli
from tf_fingerprint import methods
from tf_fingerprint.evaluation import calibrating

from ..tiny_codec import codec_run as codec_run
from ..tiny_codec import codec_run_dir as codec_run_dir
from ..tiny_codec import photographs
from ..tiny_codec import write_run
from ..tiny_run import issue_what_is_read

pytestmark = pytest.mark.slow


@pytest.fixture
def run(capsys):
    """Runs a command; returns its exit code, stdout and stderr."""

    def run(*args):
        return cli.main([*map(str, args)]), *capsys.readouterr()

    return run


@pytest.fixture
def found(codec_run, tmp_path):
    """Pictures of any size, of which the first is a recipient's."""
    folder = tmp_path / "found"
    folder.mkdir()
    random = np.random.default_rng(1)
    for number, size in enumerate([(32, 32), (70, 51), (33, 40)]):
        pixels = random.integers(0, 256, (*size, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    issue_what_is_read(
        codec_run, folder / "1.png", tmp_path / "r.db", recipient="Acme"
    )
    return folder


def test_pictures_of_any_size_are_attributed(
    run, codec_run_dir, found, tmp_path
):
    status, stdout, _ = run(
        *("attribute", found, "--run", codec_run_dir, "--combine"),
        *("--registry", tmp_path / "r.db", "--format", "json"),
        *("--max-false-positive-rate", "1e-6"),
    )

    rows = [json.loads(line) for line in stdout.splitlines()]
    assert status == 0
    assert rows[1]["recipient"] == "Acme"
    assert rows[1]["num_matches"] == rows[1]["num_bits"] == 32
    assert len(rows) == 4
    assert rows[3]["image"] == "(3 together)"


def test_several_pictures_of_one_source_are_judged_by_their_majority(
    run, codec_run, codec_run_dir, tmp_path
):
    images = photographs(25, seed=3)
    folder = tmp_path / "source"
    folder.mkdir()
    for number, image in enumerate(images):
        Image.fromarray(image).save(folder / f"{number:02}.png")

    class Majority:
        record = codec_run.record

        def decode(self, _):
            votes = (codec_run.decode(images) > 0).mean(axis=0)
            return votes[None] - 0.5

    issue_what_is_read(Majority(), None, tmp_path / "r.db", recipient="Acme")
    status, stdout, _ = run(
        *("attribute", folder, "--run", codec_run_dir, "--combine"),
        *("--registry", tmp_path / "r.db", "--format", "json"),
        *("--max-false-positive-rate", "1e-6"),
    )

    rows = [json.loads(line) for line in stdout.splitlines()]
    assert status == 0
    assert rows[-1]["recipient"] == "Acme"
    assert rows[-1]["num_matches"] == 32


def test_a_codec_is_calibrated_on_photographs_that_it_marks(run, tmp_path):
    folder = write_run(tmp_path / "run", seed=2)

    status, stdout, _ = run(
        *("calibrate", folder, "--images", "procedural:40"),
        *("--min-photographs", "40", "--format", "json"),
    )

    assert status == 0
    assert json.loads(stdout)["photographs"] == 40
    opened = methods.load(folder)
    assert len(opened.calibration) == 40
    assert opened.calibration.generator == opened.record


def test_the_soft_verdict_is_learned_on_marked_photographs(
    codec_run, monkeypatch
):
    shown = []
    encode = codec_run.encode
    monkeypatch.setattr(
        codec_run,
        "encode",
        lambda images, bits: (
            shown.append((images, bits)) or encode(images, bits)
        ),
    )

    calibrating.calibrate(
        codec_run, ["procedural:6"], min_photographs=6, pictures=8
    )

    [(images, bits)] = shown
    assert images.shape == (8, 32, 32, 3)
    assert bits.shape == (8, 32)
    np.testing.assert_array_equal(images[:2], images[6:])
    assert len(np.unique(bits, axis=0)) == 8


def test_what_a_codec_is_stands_in_its_facts(run, codec_run, codec_run_dir):
    status, stdout, _ = run("info", codec_run_dir, "--format", "json")

    facts = json.loads(stdout)["run"]
    assert status == 0
    assert facts["method"] == "artificial"
    assert facts["encoder_parameters"] == codec_run.encoder.count_params()
    assert facts["decoder_digest"] == codec_run.decoder_digest


@pytest.mark.parametrize(
    "argv",
    [
        ("generate", "RUN", "--to", "TO"),
        ("issue", "RUN", "--recipient", "A", "--registry", "DB", "--to", "TO"),
        (
            *("export", "RUN", "--what", "open-generator", "--allow-open"),
            *("--to", "TO"),
        ),
    ],
)
def test_what_needs_a_generator_says_so(run, codec_run_dir, tmp_path, argv):
    places = {
        "RUN": codec_run_dir,
        "TO": tmp_path / "to",
        "DB": tmp_path / "r.db",
    }

    status, _, stderr = run(*(places.get(each, each) for each in argv))

    assert status == 1
    assert "the run must have a generator. It is a codec's" in stderr
    assert not (tmp_path / "to").exists()
    assert not (tmp_path / "r.db").exists()


def test_suites_of_generators_are_refused(run, codec_run_dir, tmp_path):
    status, _, stderr = run(
        *("evaluate", codec_run_dir, "--suite", "marking,tampering"),
        *("--images", "procedural:20", "--to", tmp_path / "report"),
    )

    assert status == 1
    assert "`tampering` must have a generator" in stderr
    assert not (tmp_path / "report").exists()


def test_a_codec_is_evaluated(run, codec_run_dir, tmp_path):
    argv = (
        *("evaluate", codec_run_dir, "--suite", "accuracy,marking"),
        *("--pictures", "12", "--to", tmp_path / "report"),
        *("--format", "json"),
    )

    without, _, stderr = run(*argv)
    status, stdout, _ = run(*argv, "--images", "procedural:20")

    assert (without, status) == (1, 0)
    assert "A codec is measured on photographs" in stderr
    rows = [json.loads(line) for line in stdout.splitlines()]
    assert {row["suite"] for row in rows} == {"accuracy", "marking"}
    assert {"bit_accuracy_png", "psnr"} <= {row["figure"] for row in rows}
    assert (tmp_path / "report" / "report.html").is_file()
