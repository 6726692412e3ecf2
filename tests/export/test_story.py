"""The whole story, from a training to a verdict that changes under way.

Told twice: from a training of a few steps, whose verdicts mean nothing but must
be the same wherever they are asked for, and from the pretrained weights, whose
verdicts must be right, and change with the registry.
"""

import base64
import contextlib
import subprocess
import sys
import time

import httpx
import numpy as np
import pytest

import export
import tf_fingerprint
from export import server
from tf_fingerprint import cli
from tf_fingerprint import registry
from tf_fingerprint.runs import directory as run_directory

from ..tiny_run import ROOT

FEW_STEPS = (
    "networks.num_bits=32",
    "networks.max_channels=4",
    "networks.decoder_max_channels=4",
    "training.images=16",
    "training.batch_size=4",
    "training.steps_per_epoch=4",
)
SHIPPED = run_directory.folder_of("pretrained")
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


def issue_and_publish(run, folder, *options):
    """Issues two copies and publishes; returns pictures and how to publish."""
    url, copies = folder / "registry.db", folder / "copies"
    (folder / "names.txt").write_text("\n".join(NAMES))
    command(
        *("issue", run, "--recipients", folder / "names.txt"),
        *("--registry", url, "--to", copies, "--untraceable"),
    )
    publish = ["export", run, "--what", "attribution", "--registry", url]
    publish += ["--to", folder / "models", *options]
    command(*publish)
    held = ids_of(url)
    pictures = {name: generated(copies / held[name], 7) for name in NAMES}
    return pictures, publish


def ids_of(url):
    """Issuances by recipient."""
    with registry.open_store(url) as store:
        return {each.recipient: each.id for each in store.issuances()}


@contextlib.contextmanager
def asking(folder):
    """Clients over REST and gRPC of a server of what was published."""
    with (
        server.Server(folder / "models", poll_interval_seconds=0.1) as serving,
        export.AttributionClient(serving.rest_url) as rest,
        export.AttributionClient(f"grpc://{serving.grpc_address}") as rpc,
    ):
        yield rest, rpc


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

    pictures, _ = issue_and_publish(run, tmp_path, "--min-accuracy", 0)
    with asking(tmp_path) as (rest, rpc):
        answers = asked(rest, pictures)
        assert asked(rpc, pictures) == answers

    trained = tf_fingerprint.load(run)
    for name in NAMES:
        logits = trained.decode(pictures[name])
        bits = np.array([each.bits for each in answers[name]])
        # Elsewhere numbers are summed in another order.
        is_clear = np.abs(logits) > 1e-4
        assert ((bits == (logits > 0)) | ~is_clear).all()
        assert is_clear.mean() > 0.9
        local = trained.attribute(pictures[name], tmp_path / "registry.db")
        for here, there, clear in zip(
            local, answers[name], is_clear.all(axis=1), strict=True
        ):
            assert not clear or there.matches == here.num_matches
            assert not clear or there.p_value_corrected == here.p_value


@pytest.mark.skipif(
    not (SHIPPED / "generator.keras").is_file(),
    reason="this copy has no pretrained weights",
)
def test_the_pretrained_copies_are_told_apart_until_one_is_revoked(tmp_path):
    pictures, publish = issue_and_publish("pretrained", tmp_path)
    ids = ids_of(tmp_path / "registry.db")
    with asking(tmp_path) as (rest, rpc):
        before = asked(rest, pictures)
        assert asked(rpc, pictures) == before
        with registry.open_store(tmp_path / "registry.db") as store:
            registry.revoke(store, ids["birch"])
        command(*publish)
        after = changed(rpc, pictures, before)
        assert asked(rest, pictures) == after

    for name in NAMES:
        named = [("attributed", ids[name])] * PICTURES_EACH
        assert verdicts(before[name]) == named
    assert verdicts(after["alder"]) == verdicts(before["alder"])
    revoked = [("revoked", ids["birch"])] * PICTURES_EACH
    assert verdicts(after["birch"]) == revoked
    assert max(each.p_value_corrected for each in after["birch"]) < 1e-6
