import gc
import pathlib
import threading
import types

import grpc
import numpy as np
import pytest
from tensorflow_serving.apis import prediction_service_pb2_grpc

from export import server
from export.server import memory

from ...serving import asking
from ...serving import tiny_models

pytestmark = pytest.mark.slow


@pytest.fixture
def all_garbage():
    """Keeps what only the garbage collector would free."""
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    yield gc.garbage
    gc.set_debug(0)
    gc.garbage.clear()


def held_bytes():
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError


def fragmented():
    """Takes memory in small pieces, of which every hundredth is kept."""
    pieces = [bytes([n % 256]) * 20_000 for n in range(10_000)]
    kept = pieces[::100]
    del pieces
    return kept


def test_what_nobody_uses_is_given_back():
    # What other tests left free would be taken first.
    memory.give_back()
    before = held_bytes()
    kept = fragmented()
    between = held_bytes()

    memory.give_back()

    assert between - before > 150e6
    assert held_bytes() - before < 50e6
    assert kept


def test_a_busy_process_that_becomes_idle_gives_back(monkeypatch):
    given_back, times = threading.Event(), iter([0.0, 1.0, 2.0, 2.0, 2.0])
    calls = []

    def give_back():
        calls.append(True)
        given_back.set()

    monkeypatch.setattr(memory, "give_back", give_back)
    monkeypatch.setattr(memory.time, "process_time", lambda: next(times, 2.0))
    returning = memory.Returning(interval_seconds=0.01)
    returning.start()
    assert given_back.wait(60)
    given_back.clear()

    assert not given_back.wait(0.1)
    returning.close()
    assert len(calls) == 1


def test_no_refused_request_is_held_by_its_error(tmp_path, all_garbage):
    good = tiny_models.request(x=np.float32([1]))
    bad = tiny_models.request(x=np.float64([1]))
    bad.model_spec.name = "plus"
    tiny_models.save(tiny_models.Plus(1), tmp_path / "plus" / "1", [good])
    with server.Server(tmp_path) as running:
        answer = asking.ask(
            running.rest_url, "POST", "/v1/models/plus:predict", b"{}"
        )
        with grpc.insecure_channel(running.grpc_address) as channel:
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            with pytest.raises(grpc.RpcError, match="INVALID_ARGUMENT"):
                stub.Predict(bad, timeout=60)
        gc.collect()
        # Frames that go on to the core or to a model hold requests.
        held = {
            each.f_code.co_name
            for each in all_garbage
            if isinstance(each, types.FrameType)
            and "/export/server/" in each.f_code.co_filename
        }

    assert answer.code == 400
    assert not held
