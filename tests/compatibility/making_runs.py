"""The runs in `goldens/`, trained, read and their networks saved; see there."""

import contextlib
import dataclasses
import io
import json
import os
import pathlib
import shutil

import numpy as np
from PIL import Image

import tf_fingerprint
from tf_fingerprint import cli
from tf_fingerprint import config
from tf_fingerprint import data
from tf_fingerprint import models
from tf_fingerprint import runs
from tf_fingerprint.passive import runs as passive_runs
from tf_fingerprint.passive import settings as passive_settings
from tf_fingerprint.passive import visual_runs
from tf_fingerprint.passive import visual_settings

BEFORE = pathlib.Path(tf_fingerprint.__file__).parents[1]

SCALABLE = (
    *("networks.num_bits=32", "networks.max_channels=4"),
    *("networks.decoder_max_channels=4", "curriculum.initial_bits=32"),
    *("training.images=32", "training.batch_size=4"),
    *("training.steps_per_epoch=4", "training.grid_epochs=9"),
    *("losses.consistency=1", "data.source=procedural:32"),
)
ARTIFICIAL = (
    *("networks.encoder_width=2", "networks.decoder_width=2"),
    *("networks.dense_units=8", "networks.initializer=he"),
    *("training.images=32", "training.grid_epochs=9"),
    "data.source=procedural:32",
)
PASSIVE = (
    *("data.resolution=16", "data.calibration_share=0.3"),
    *("network.channel_base=64", "network.max_channels=16"),
    *("optimizer.learning_rate=0.01", "training.images=64"),
    *("training.batch_size=16", "training.steps_per_epoch=2"),
)

answers: dict = {}
arrays: dict = {}


def command(*arguments, status=0):
    """Runs a command of that code; returns the lines of JSON that it prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        found = cli.main([str(each) for each in arguments])
    if found != status:
        raise RuntimeError(f"{arguments}: {found}, not {status}")
    text = out.getvalue()
    return [json.loads(line) for line in text.splitlines() if line[:1] == "{"]


def overridden(overrides):
    return [part for each in overrides for part in ("--set", each)]


def pictures(label, count, side=16):
    """Pictures of a source, that its label says enough of."""
    images = data.procedural_images(count, resolution=side).astype("int64")
    if label == "dark":
        images //= 3
    if label == "striped":
        images[:, ::2] = 0
    return images.astype("uint8")


def save_pictures(images, folder):
    folder.mkdir(parents=True)
    for number, image in enumerate(images):
        Image.fromarray(image).save(folder / f"{number:03}.png")


def train_scalable(folder, *more):
    command(
        *("train", BEFORE / "configs" / "smoke.toml", *overridden(SCALABLE)),
        *("--run-dir", folder, *more),
    )


def train_stopped(folder):
    """A training that is stopped half-way, and what comes of going on."""
    train_scalable(folder, "--minutes", 1e-6)
    shutil.copytree(folder, "resumed")
    train_scalable("resumed", "--resume")
    of_scalable("resumed", runs.load("resumed"))


def train_artificial(folder):
    command(
        *("train", BEFORE / "configs" / "codec_smoke.toml"),
        *(*overridden(ARTIFICIAL), "--run-dir", folder),
    )


def train_passive(folder):
    for label in ("bright", "dark", "striped"):
        save_pictures(pictures(label, 40), pathlib.Path("sources", label))
    command(
        *("passive", "train", "sources", "--run-dir", folder),
        *overridden((*PASSIVE, "unknown.max_false_positive_rate=0.1")),
        *overridden(["data.leave_out=striped"]),
    )


def train_passive_visualization(folder):
    command(
        *("passive", "visualize", "sources", "--run-dir", folder),
        *overridden((*PASSIVE[:2], "network.channel_base=32")),
        *overridden(("network.max_channels=4", *PASSIVE[5:])),
        *overridden(("training.grid_epochs=9",)),
    )


TRAININGS = {
    "scalable": train_scalable,
    "stopped": train_stopped,
    "artificial": train_artificial,
    "passive": train_passive,
    "passive_visualization": train_passive_visualization,
}


def of_scalable(name, run):
    """Digests of a run's networks, pictures it makes and what it reads."""
    images = run.generate(2, fingerprints=np.zeros(32), seed=3)
    arrays[f"{name}/images"] = images
    arrays[f"{name}/logits"] = run.decode(images)
    answers[name] = {
        "generator_digest": run.generator_digest,
        "decoder_digest": run.decoder_digest,
        "record": dataclasses.asdict(run.record),
    }


def read_runs(folder):
    run = runs.load(folder / "scalable")
    of_scalable("scalable", run)
    codec = runs.load(folder / "artificial")
    images = pictures("bright", 2, side=32)
    bits = np.tile([0, 1], 16)
    arrays["artificial/marked"] = codec.encode(images, bits)
    arrays["artificial/logits"] = codec.decode(images)
    answers["artificial"] = {
        "encoder_digest": codec.encoder_digest,
        "decoder_digest": codec.decoder_digest,
        "generator_digest": codec.generator_digest,
    }
    passive = passive_runs.load(folder / "passive")
    images = np.concatenate([pictures(each, 2) for each in passive.labels])
    arrays["passive/logits"] = passive.read(images)[1]
    answers["passive"] = {
        "labels": list(passive.labels),
        "digest": passive.digest,
        "learned": len(passive.learned),
        "opinions": [each.to_dict() for each in passive.judge(images)],
    }
    visual = visual_runs.load(folder / "passive_visualization")
    arrays["passive_visualization/logits"] = visual.look(images).logits
    arrays["passive_visualization/fingerprints"] = visual.model_fingerprints
    answers["passive_visualization"] = {"labels": list(visual.labels)}


def save_networks(folder):
    """`.keras` files of the networks that run directories don't hold."""
    folder.mkdir()
    run = runs.load("runs/scalable")
    networks = {
        "discriminator": models.Discriminator(
            16, channel_base=64, max_channels=4
        ),
        "sealed": run.seal(np.tile([0, 1], 16)),
    }
    drawn = np.random.default_rng(0)
    for name, network in networks.items():
        network.save(folder / f"{name}.keras")
        inputs = [
            drawn.normal(size=(2, *each.shape[1:])).astype("float32")
            for each in network.inputs
        ]
        for number, each in enumerate(inputs):
            arrays[f"networks/{name}/input_{number}"] = each
        inputs = inputs if len(inputs) > 1 else inputs[0]
        outputs = network(inputs, training=False)
        arrays[f"networks/{name}/output"] = np.asarray(outputs)


def copy_configs():
    """All configs as they were, and what that code read in them."""
    folder = pathlib.Path("configs")
    folder.mkdir()
    for path in [
        *sorted(BEFORE.glob("configs/*.toml")),
        *sorted(BEFORE.glob("benchmarks/*/config.toml")),
        BEFORE / "tf_fingerprint" / "pretrained" / "config.toml",
    ]:
        name = "_".join(path.relative_to(BEFORE).parts).removeprefix("configs_")
        copy = pathlib.Path(shutil.copy(path, folder / name))
        kind, read = reader_of(path)
        answers.setdefault("configs", {})[name] = {
            "kind": kind,
            "settings": from_here(dataclasses.asdict(read(copy)), folder),
        }


def from_here(settings, folder):
    """Paths, which configs name from where they lie, as they name them."""
    if isinstance(settings, dict):
        return {key: from_here(each, folder) for key, each in settings.items()}
    if isinstance(settings, str) and settings.startswith("/"):
        return os.path.relpath(settings, folder.resolve())
    return settings


def reader_of(path):
    if not path.name.startswith("passive"):
        return "config", config.read
    if "visualization" in path.name:
        return "visualization", visual_settings.read
    return "passive", passive_settings.read
