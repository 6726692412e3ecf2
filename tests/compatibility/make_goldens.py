"""Makes the files in `goldens/`, by the code before the rooms were rebuilt.

Not a test: run it once more only to add a kind of file, with a checkout of
ed3714d, to which all names here belong:

    PYTHONPATH=<checkout of ed3714d> python tests/compatibility/make_goldens.py

Everything is trained on built-in pictures, for a few steps. What that code said
of the files lies beside them, in `answers.json` and `answers.npz`.
"""

import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import zipfile
from unittest import mock

import keras
import making_runs
import numpy as np
import sqlalchemy as sa
import tensorflow as tf
from alembic import script

from tf_fingerprint import fingerprints
from tf_fingerprint import registry
from tf_fingerprint import runs
from tf_fingerprint import training
from tf_fingerprint.registry import sqlite
from tf_fingerprint.registry import upgrading

GOLDENS = pathlib.Path(__file__).with_name("goldens")


def make_registry():
    """Issuances in all states, two bundles, and one that pictures lead to."""
    run = runs.load("runs/scalable")
    images = run.generate(2, seed=1)
    making_runs.save_pictures(images, pathlib.Path("found"))
    [read, _] = run.decode(images) > 0
    with registry.open_store("registry.db", create=True) as store:
        issued = [
            registry.issue(store, name, generator=run.record, draw=draw).id
            for name, draw in (
                ("Acme", lambda _: read),
                ("Bureau & Söhne", None),
                ("Cinema", None),
                ("Daily", None),
            )
            for draw in [draw or fingerprints.random_bits]
        ]
        for each in issued[:3]:
            registry.confirm(store, each)
        registry.revoke(store, issued[2], reason="found elsewhere")
        registry.rotate(store, issued[1])
    pathlib.Path("recipients.txt").write_text("Einer\nZwei\n")
    making_runs.command(
        *("issue", "runs/scalable", "--recipients", "recipients.txt"),
        *("--batch", "spring", "--registry", "registry.db", "--reserve"),
    )
    for name, *more in (
        ("plain", "--formats", "tflite"),
        ("signed", "--sign-with", "owner.pem"),
    ):
        making_runs.command(
            *("issue", "runs/scalable", "--recipient", name),
            *("--registry", "registry.db", "--to", f"bundles/{name}"),
            *("--expires-at", "2030-01-01", *more),
        )


def make_key():
    ec = ["openssl", "ec", "-in", "owner.pem", "-pubout", "-out", "owner.pub"]
    made = ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout"]
    for arguments in ([*made, "-out", "owner.pem"], ec):
        subprocess.run(arguments, check=True, capture_output=True)


def make_oldest_registry():
    """By the first migration alone, and rows as that version wrote them."""
    upgrade = script.ScriptDirectory._upgrade_revs
    engine = sqlite.connect(pathlib.Path("registry_0001.db"), mode="rwc")
    with (
        engine.execution_options(writing=True).begin() as connection,
        mock.patch.object(
            script.ScriptDirectory,
            "_upgrade_revs",
            lambda scripts, unused_head, start: upgrade(scripts, "0001", start),
        ),
    ):
        upgrading.migrate(connection, start=None)
        # Registries of that time did not say their version.
        connection.execute(sa.text("DROP TABLE alembic_version"))
        row = {"digest": "a" * 64, "decoder_digest": "b" * 64}
        insert(
            connection, "generators", row | {"num_bits": 32, "resolution": 16}
        )
        for number, (name, state) in enumerate(
            [("Acme", "issued"), ("Bureau & Söhne", "reserved")]
        ):
            issuance = {
                **{"id": f"{number:016x}", "recipient": name, "state": state},
                "fingerprint": f"{0x12345678 + number:08x}",
                "issued_at": "2026-11-21 14:00:05.884695",
                "generator_digest": "a" * 64,
            }
            insert(connection, "issuances", issuance)
    engine.dispose()


def insert(connection, table, row):
    columns, values = ", ".join(row), ", ".join(f":{each}" for each in row)
    connection.execute(
        sa.text(f"INSERT INTO {table} ({columns}) VALUES ({values})"), row
    )


def of_registry(path):
    """What a registry tells, on a copy, as opening may upgrade it."""
    copy = shutil.copy(path, f"copy of {path}")
    with registry.open_store(copy) as store:
        return {
            "issuances": [
                {**each.to_dict(), "fingerprint": each.fingerprint}
                for each in store.issuances()
            ],
            "events": {
                each.id: [event.to_dict() for event in store.events(each.id)]
                for each in store.issuances()
            },
            "head": dataclasses.asdict(store.verify()),
        }


ATTRIBUTE = (
    *("attribute", "found/000.png", "found/001.png"),
    *("--run", "runs/scalable", "--registry", "registry.db"),
    *("--found-at", "2027-01-01", "--format", "json"),
)


def make_evidence():
    """Evidence on two pictures, alone and together, and verdicts on them."""
    found = {}
    for name, *more in (
        ("plain", "--combine"),
        ("signed", "--combine", "--sign-with", "owner.pem"),
    ):
        found[name] = making_runs.command(
            *ATTRIBUTE, *more, "--evidence", f"evidence/{name}"
        )
    found["soft"] = making_runs.command(*ATTRIBUTE, "--decide", "soft")
    making_runs.answers["verdicts"] = found
    key = ("--public-key", "owner.pub", "--format", "json")
    registered = ("--registry", "registry.db", *key)
    making_runs.answers["evidence"] = {
        "plain": making_runs.command(
            *("evidence", "verify", "evidence/plain"),
            *("--registry", "registry.db", "--format", "json"),
        ),
        "signed": making_runs.command(
            "evidence", "verify", "evidence/signed", *registered
        ),
    }
    making_runs.answers["bundles"] = {
        "plain": making_runs.command(
            *("verify", "bundles/plain", "--format", "json"),
            *("--registry", "registry.db"),
        ),
        "signed": making_runs.command("verify", "bundles/signed", *registered),
    }


def use_bundles():
    """Pictures that each file of a copy makes of the same inputs."""
    instance = keras.saving.load_model("bundles/plain/instance.keras")
    drawn = np.random.default_rng(1)
    given = {
        each.name: drawn.normal(size=(2, each.shape[-1])).astype("float32")
        for each in instance.inputs
    }
    for name in ("plain", "signed"):
        loaded = tf.saved_model.load(f"bundles/{name}/savedmodel/1")
        images = loaded.signatures["latents"](
            **{key: tf.constant(each) for key, each in given.items()}
        )["images"]
        instance = keras.saving.load_model(f"bundles/{name}/instance.keras")
        values = [given[each.name] for each in instance.inputs]
        made = instance(values if len(values) > 1 else values[0])
        making_runs.arrays[f"bundles/{name}/saved_model"] = images.numpy()
        making_runs.arrays[f"bundles/{name}/keras"] = np.asarray(made)
    for key, each in given.items():
        making_runs.arrays[f"bundles/{key}"] = each


def make_all():
    make_key()
    for number, (name, train) in enumerate(making_runs.TRAININGS.items()):
        keras.utils.set_random_seed(number)
        train(pathlib.Path("runs", name))
    making_runs.command(
        *("calibrate", "runs/scalable", "--images", "procedural:40"),
        *("--min-photographs", 40),
    )
    making_runs.read_runs(pathlib.Path("runs"))
    making_runs.save_networks(pathlib.Path("networks"))
    make_registry()
    make_oldest_registry()
    for name in ("registry.db", "registry_0001.db"):
        making_runs.answers[name] = of_registry(name)
    make_evidence()
    use_bundles()
    making_runs.copy_configs()


PACKED = ("runs", "networks", "bundles", "evidence")
AS_THEY_ARE = (
    *("registry.db", "registry.db.secret", "registry_0001.db", "owner.pub"),
    *("found", "configs"),
)


def keep():
    """Moves what was made into `goldens/`, folders of networks packed."""
    GOLDENS.mkdir()
    for name in PACKED:
        with zipfile.ZipFile(
            GOLDENS / f"{name}.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9
        ) as archive:
            for path in sorted(pathlib.Path(name).rglob("*")):
                if path.is_file() and not is_left_out(path):
                    archive.write(path)
    for name in AS_THEY_ARE:
        copy = shutil.copytree if pathlib.Path(name).is_dir() else shutil.copy
        copy(name, GOLDENS / name)
    text = json.dumps(
        making_runs.answers, indent=1, ensure_ascii=False, default=str
    )
    (GOLDENS / "answers.json").write_text(text + "\n", encoding="utf-8")
    np.savez_compressed(GOLDENS / "answers.npz", **making_runs.arrays)


def is_left_out(path):
    """Grids, logs that name the machine, what finished trainings leave."""
    parts = set(path.parts)
    return bool(parts & {"grids", "tensorboard"}) or (
        "checkpoints" in parts and "stopped" not in parts
    )


def main():
    one_processor = mock.patch.object(
        training,
        "choose_strategy",
        lambda: tf.distribute.MirroredStrategy(["CPU:0"]),
    )
    with tempfile.TemporaryDirectory() as folder, one_processor:
        os.chdir(folder)  # No file may hold where it was made.
        make_all()
        keep()


if __name__ == "__main__":
    main()
