"""The whole story, from a training to a verdict that changes under way.

Told twice: with a training of a few steps, whose verdicts mean nothing but must
be the same wherever they are asked for, and with the pretrained weights, whose
verdicts must be right.
"""

import base64
import pathlib
import subprocess
import sys
import time
import types

import httpx
import numpy as np
import pytest

import export
import tf_fingerprint
from export import server
from tf_fingerprint import cli
from tf_fingerprint import registry
from tf_fingerprint import runs

from ..tiny_run import ROOT

FEW_STEPS = (
    "networks.num_bits=32",
    "networks.max_channels=4",
    "networks.decoder_max_channels=4",
    "training.images=16",
    "training.batch_size=4",
    "training.steps_per_epoch=4",
)
SHIPPED = pathlib.Path(runs.__file__).with_name("pretrained")
NAMES = ("alder", "birch")
PICTURES_EACH = 4

pytestmark = pytest.mark.slow


def command(*args):
    """Runs a command as its users do, and expects it to succeed."""
    assert cli.main([*map(str, args)]) == 0


def generated(bundle, seed):
    """PNG files, by REST from the recipient's own server of its bundle."""
    seeds = [[seed, number] for number in range(PICTURES_EACH)]
    with server.Server(bundle) as serving:
        response = httpx.post(
            f"{serving.rest_url}/v1/models/savedmodel:predict",
            json={"inputs": {"seed": seeds}},
            timeout=120,
            trust_env=False,
        )
    return [
        base64.b64decode(each["b64"]) for each in response.json()["outputs"]
    ]


def asked(client, pictures):
    """Answers by recipient."""
    return {name: client.attribute(pictures[name]) for name in pictures}


def changed(client, pictures, before):
    """Answers once another registry answers; until then they stay."""
    while True:
        now = asked(client, pictures)
        versions = {
            each.registry_version for each in sum(now.values(), start=[])
        }
        assert len(versions) <= 2
        if before["alder"][0].registry_version not in versions:
            return now
        time.sleep(0.1)


def told(run, folder, rate):
    """Issues, exports, serves, generates, asks; revokes, exports, asks."""
    url, models = folder / "registry.db", folder / "models"
    for name in NAMES:
        command(
            *("issue", run, "--recipient", name),
            *("--registry", url, "--to", folder / name),
        )
    with registry.open_store(url) as store:
        ids = {each.recipient: each.id for each in store.issuances()}
    pictures = {name: generated(folder / name, 7) for name in NAMES}
    publish = ["export", run, "--what", "attribution", "--to", models]
    publish += ["--registry", url, "--max-false-positive-rate", rate]
    command(*publish)
    with (
        server.Server(models, poll_interval_seconds=0.1) as serving,
        export.AttributionClient(serving.rest_url) as rest,
        export.AttributionClient(f"grpc://{serving.grpc_address}") as rpc,
    ):
        before = asked(rest, pictures)
        assert asked(rpc, pictures) == before
        with registry.open_store(url) as store:
            registry.revoke(store, ids["birch"])
        command(*publish)
        after = changed(rpc, pictures, before)
        assert asked(rest, pictures) == after
    return types.SimpleNamespace(
        registry=url, ids=ids, pictures=pictures, before=before, after=after
    )


def verdicts(answers):
    return [(each.verdict, each.recipient_id) for each in answers]


def train(run):
    """Trains for a few steps, in a process with one processor."""
    settings = [part for each in FEW_STEPS for part in ("--set", each)]
    subprocess.run(
        [sys.executable, "-m", "tf_fingerprint.cli", "train"]
        + [str(ROOT / "configs" / "smoke.toml"), "--run-dir", str(run)]
        + settings,
        cwd=ROOT,
        check=True,
    )


def test_a_training_is_issued_exported_served_and_asked(tmp_path):
    run = tmp_path / "run"
    train(run)

    story = told(run, tmp_path, 1e-3)

    trained = tf_fingerprint.load(run)
    for name in NAMES:
        logits = trained.decode(story.pictures[name])
        local = trained.attribute(
            story.pictures[name], story.registry, max_false_positive_rate=1e-3
        )
        served = story.after[name]
        # Elsewhere numbers are summed in another order.
        is_clear = np.abs(logits) > 1e-4
        bits = np.array([each.bits for each in served])
        assert ((bits == (logits > 0)) | ~is_clear).all()
        for here, there in zip(local, served, strict=True):
            if is_clear.all():
                assert there.matches == here.num_matches
                assert there.p_value_corrected == here.p_value


@pytest.mark.skipif(
    not (SHIPPED / "generator.keras").is_file(),
    reason="this copy has no pretrained weights",
)
def test_the_pretrained_copies_are_told_apart_until_one_is_revoked(tmp_path):
    story = told("pretrained", tmp_path, 1e-6)

    alder, birch = (
        [(verdict, story.ids[name])] * PICTURES_EACH
        for verdict, name in (("attributed", "alder"), ("attributed", "birch"))
    )
    revoked = [("revoked", story.ids["birch"])] * PICTURES_EACH
    assert verdicts(story.before["alder"]) == alder
    assert verdicts(story.before["birch"]) == birch
    assert verdicts(story.after["alder"]) == alder
    assert verdicts(story.after["birch"]) == revoked
    worst = max(each.p_value_corrected for each in story.after["birch"])
    assert worst < 1e-6
