"""`benchmarks/gpu.sh`, on the processor, where no TensorFlow is."""

import importlib
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tf_fingerprint import config as configs
from tf_fingerprint import methods
from tf_fingerprint.runs import directory as run_directory

from .test_shipped import save_features

pytest.importorskip("jax", reason="`pip install '.[jax]'` brings it")
pytestmark = pytest.mark.slow

ROOT = pathlib.Path(__file__).parents[2]
MISSING = ("tensorflow", "sqlalchemy", "alembic", "matplotlib")

# Epochs of one step each, so that a deadline long gone leaves one.
OVERRIDES = (
    *("networks.max_channels=4", "networks.decoder_max_channels=4"),
    *("losses.r1=0", "losses.path_length=0"),
    *("training.steps_per_epoch=1", "training.batch_size=4"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two calls, the second going on from what the first left."""
    folder = tmp_path_factory.mktemp("gpu")
    for name in MISSING:  # As on a machine that doesn't have them.
        (folder / f"{name}.py").write_text(f"raise ImportError('no {name}')")
    save_features(folder / "features.npz")
    call(folder, "--to", "first")
    call(folder, "--to", "second", "--resume", "first")
    return folder


def settings(folder):
    """Of a process without what such a machine doesn't have."""
    return os.environ | {
        "PYTHON": sys.executable,
        "PYTHONPATH": str(folder),
        # Programs that are compiled soon, and once for all calls.
        "XLA_FLAGS": "--xla_backend_optimization_level=0 "
        "--xla_llvm_disable_expensive_passes=true",
        "JAX_COMPILATION_CACHE_DIR": str(folder / "cache"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    }


def call(folder, *arguments):
    subprocess.run(
        [
            *(ROOT / "benchmarks" / "gpu.sh", "0.01"),
            ROOT / "configs" / "smoke.toml",
            *("--photographs", "procedural:8", "--pictures", "16"),
            *("--features", "features.npz"),
            *(f"--set={override}" for override in OVERRIDES),
            *arguments,
        ],
        cwd=folder,
        env=settings(folder),
        check=True,
    )


@pytest.fixture
def state(monkeypatch):
    """The module that packs and unpacks."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module("gpu_state")


def figures(folder):
    return json.loads((folder / "figures.json").read_text())


def test_a_call_leaves_a_run_that_loads(folder):
    run = methods.load(folder / "first")

    assert run.generate(2).shape == (2, 16, 16, 3)


def test_a_call_measures_what_it_trained(folder):
    first = figures(folder / "first")

    assert first["images"] == first["images_this_call"] == 4
    assert 0 < first["bit_accuracy"] < 1
    assert first["frechet"] > 0
    assert first["pictures"] == 16


def test_a_later_call_goes_on_where_the_first_ended(folder):
    second = figures(folder / "second")
    log = (folder / "second" / "metrics.csv").read_text().splitlines()

    assert second["images"] == 8
    assert second["images_this_call"] == 4
    assert [line.split(",")[0] for line in log] == ["epoch", "1", "2"]
    digests = {
        run_directory.weights_digest(methods.load(folder / name).generator)
        for name in ("first", "second")
    }
    assert len(digests) == 2


def test_the_pictures_are_on_one_sheet(folder):
    with Image.open(folder / "second" / "grids.png") as sheet:
        assert sheet.size == (8 * 16, 3 * 8 * 16)


def test_no_file_is_large(folder):
    sizes = [path.stat().st_size for path in (folder / "first").iterdir()]

    assert len(sizes) == 7
    assert max(sizes) <= 16_000_000


def test_another_experiment_is_not_gone_on_with(folder, state, tmp_path):
    other = configs.read(folder / "first" / "config.toml", ["losses.latent=3"])

    with pytest.raises(SystemExit, match="holds another experiment"):
        state.unpack(folder / "first", other, tmp_path / "run")


def test_half_a_state_is_refused(folder, state, tmp_path):
    shutil.copytree(folder / "first", tmp_path / "half")
    part = tmp_path / "half" / "state.npz.00"
    part.write_bytes(part.read_bytes()[:2_000])
    config = configs.read(folder / "first" / "config.toml")

    with pytest.raises(SystemExit, match="all parts"):
        state.unpack(tmp_path / "half", config, tmp_path / "run")


def test_a_state_comes_back_in_parts_as_it_was(
    folder, state, monkeypatch, tmp_path
):
    monkeypatch.setattr(state, "PART_BYTES", 5_000)
    config = configs.read(folder / "first" / "config.toml")
    images = state.unpack(folder / "first", config, tmp_path / "run")

    tmp_path.joinpath("to").mkdir()
    for name in state.SAVED.values():
        shutil.copy(folder / "first" / name, tmp_path / "run" / name)
    assert state.pack(tmp_path / "run", config, tmp_path / "to") == images

    parts = sorted((tmp_path / "to").glob("state.npz.*"))
    assert len(parts) > 1
    assert max(part.stat().st_size for part in parts) <= 5_000
    whole = b"".join(part.read_bytes() for part in parts)
    before = np.load(io.BytesIO((folder / "first/state.npz.00").read_bytes()))
    after = np.load(io.BytesIO(whole))
    assert before.files == after.files
    for name in before.files:
        np.testing.assert_array_equal(before[name], after[name])


def test_the_step_is_timed_in_bfloat16(folder, tmp_path):
    paths = os.pathsep.join([str(folder), str(ROOT)])
    subprocess.run(
        [
            *(sys.executable, ROOT / "benchmarks" / "gpu_step.py"),
            *("--resolution", "16", "--batch", "4", "--width", "4"),
            *("--steps", "16", "--matrix", "64", "--to", tmp_path),
        ],
        env=settings(folder) | {"PYTHONPATH": paths, "KERAS_BACKEND": "jax"},
        check=True,
    )

    measured = json.loads((tmp_path / "gpu_step.json").read_text())
    assert measured["gpu_images_per_second"] > 0
    assert 0 < measured["gpu_share_of_bf16_peak"] < 1
    assert measured["gpu_batch_size"] == 4
