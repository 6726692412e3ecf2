import functools
import importlib
import pathlib

import pytest

import export
from export import server
from tf_fingerprint import attribution
from tf_fingerprint import registry

from ..tiny_run import tiny_run
from ..tiny_run import tiny_run_dir

pytestmark = pytest.mark.slow

__all__ = ["tiny_run", "tiny_run_dir"]

BENCHMARKS = pathlib.Path(__file__).parents[2] / "benchmarks"
NUM_PICTURES = 4


@pytest.fixture
def hostile(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    return importlib.import_module("serving_hostile")


@pytest.fixture
def pictures(tiny_run, tmp_path, hostile):
    """Files, and the ids of those who hold what the decoder reads in them.

    The attribution of these is published in `models`.
    """
    images = tiny_run.generate(NUM_PICTURES, seed=0)
    decoded_bits = tiny_run.decode(images) > 0
    with registry.open_store(tmp_path / "registry.db", create=True) as store:
        ids = [
            registry.issue(
                store,
                f"Recipient {number}",
                generator=tiny_run.record,
                draw=lambda _, bits=bits: bits,
            ).id
            for number, bits in enumerate(decoded_bits)
        ]
        candidates = attribution.Candidates.load(
            store, tiny_run.generator_digest
        )
    servable = export.attribution(
        tiny_run, candidates, max_false_positive_rate=1e-3
    )
    export.publish(servable, tmp_path / "models" / "attribution")
    setting = importlib.import_module("serving_setting")
    return [setting.png(image) for image in images], ids


def test_hostile_requests_harm_nobody(pictures, hostile, tmp_path):
    files, ids = pictures
    requests = importlib.import_module("serving_hostile_requests")

    with server.Server(tmp_path / "models") as running:
        ask = functools.partial(
            hostile.outcomes,
            running.rest_url,
            running.grpc_address,
            files,
            num_good=2 * NUM_PICTURES,
        )
        wrong = ask(
            ids, num_hostile=len(requests.kinds(files[0])), clients=3, seed=0
        )
        others = ["somebody else", *ids[1:]]
        counted = ask(others, num_hostile=0, clients=1, seed=0)

    assert not wrong
    # The count itself counts.
    assert counted == {"good": [ids[0]] * 2}
