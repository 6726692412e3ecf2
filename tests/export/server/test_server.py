import pathlib
import shutil
import socket
import threading
import time

import grpc
import numpy as np
import pytest
from grpc_health.v1 import health_pb2
from grpc_health.v1 import health_pb2_grpc
from starlette import responses
from starlette import routing
from tensorflow_serving.apis import prediction_service_pb2_grpc

from export import server
from tf_fingerprint import errors

from ...serving import asking
from ...serving import tiny_models

pytestmark = pytest.mark.slow

ROOT = pathlib.Path(__file__).parents[3]
SOON = {"poll_interval_seconds": 0.02}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    good = tiny_models.request(x=np.float32([1]))
    bad = tiny_models.request(x=np.float64([1]))
    for number in (1, 2, 3):
        tiny_models.save(tiny_models.Plus(number), folder / str(number), [good])
    tiny_models.save(tiny_models.Plus(9), folder / "cold", [good, bad])
    return folder


@pytest.fixture
def models(saved, tmp_path):
    folder = tmp_path / "models"
    shutil.copytree(saved / "1", folder / "plus" / "1")
    return folder


def publish(saved, models, number, name=None):
    draft = models / "plus" / f".draft-{number}"
    shutil.copytree(saved / str(name or number), draft)
    draft.rename(models / "plus" / str(number))


def predicted(running, path="plus", x=1.0):
    answer = asking.ask(
        running.rest_url,
        "POST",
        f"/v1/models/{path}:predict",
        {"instances": [x]},
    )
    assert answer.code == 200, answer.body
    return answer.json["predictions"][0]


def state_of(running, number):
    path = f"/v1/models/plus/versions/{number}"
    answer = asking.ask(running.rest_url, "GET", path)
    if answer.code == 404:
        return None
    return answer.json["model_version_status"][0]


def wait_until(condition):
    while not condition():
        time.sleep(0.01)


def test_versions_change_while_requests_are_answered(saved, models):
    wrong, stop = [], threading.Event()

    def ask_on(running):
        last = 0.0
        while not stop.is_set():
            answer = predicted(running)
            if answer < last or answer not in (2.0, 3.0, 4.0):
                wrong.append((last, answer))
            last = answer

    with server.Server(models, **SOON) as running:
        threads = [
            threading.Thread(target=ask_on, args=[running]) for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for number in (2, 3):
            publish(saved, models, number)
            wait_until(lambda number=number: predicted(running) == 1 + number)
            shutil.rmtree(models / "plus" / str(number - 1))
        stop.set()
        for thread in threads:
            thread.join()

    assert not wrong


def test_a_version_with_a_wrong_warm_up_is_not_served(saved, models):
    with server.Server(models, **SOON) as running:
        publish(saved, models, 2, "cold")
        wait_until(lambda: (state_of(running, 2) or {}).get("state") == "END")

        assert state_of(running, 2)["status"]["error_code"] == (
            "INVALID_ARGUMENT"
        )
        assert predicted(running) == 2.0


def test_a_model_that_appears_later_is_served(saved, models):
    with server.Server(models, **SOON) as running:
        shutil.copytree(saved / "2", models / "more" / ".draft")
        (models / "more" / ".draft").rename(models / "more" / "2")
        path = "/v1/models/more"
        wait_until(
            lambda: (
                asking.ask(running.rest_url, "GET", path).code == 200
                and b"AVAILABLE"
                in asking.ask(running.rest_url, "GET", path).body
            )
        )

        assert predicted(running, "more") == 3.0


def test_a_server_does_not_start_with_a_model_that_fails(models):
    shutil.rmtree(models / "plus" / "1" / "variables")

    with pytest.raises(errors.ServingError, match="Version 1 of plus"):
        server.Server(models).__enter__()


def test_a_server_does_not_start_without_its_folder(tmp_path):
    with pytest.raises(errors.ServingError, match="no folder"):
        server.Server(tmp_path / "none").__enter__()


@pytest.mark.parametrize("which", ["rest_port", "grpc_port"])
def test_a_port_that_is_taken_is_named(models, which):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(errors.ServingError, match=str(port)):
            server.Server(models, **{which: port}).__enter__()


def test_requests_that_are_merged_are_answered_each(models):
    answers = {}
    merged = server.Batching(max_batch_size=4, timeout_seconds=0.05)

    def ask(running, x):
        answers[x] = predicted(running, x=x)

    with server.Server(models, batching=merged) as running:
        threads = [
            threading.Thread(target=ask, args=[running, float(x)])
            for x in range(12)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert answers == {float(x): x + 1.0 for x in range(12)}


def test_health_is_told_by_grpc_and_rest(models):
    with server.Server(models) as running:
        channel = grpc.insecure_channel(running.grpc_address)
        health = health_pb2_grpc.HealthStub(channel)
        answer = health.Check(health_pb2.HealthCheckRequest())
        page = asking.ask(running.rest_url, "GET", "/health")

    assert answer.status == health_pb2.HealthCheckResponse.SERVING
    assert page.code == 200


def test_without_an_available_model_the_server_is_not_healthy(tmp_path):
    with server.Server(tmp_path) as running:
        assert asking.ask(running.rest_url, "GET", "/health").code == 503


def test_other_pages_can_be_added(models):
    async def page(request):
        return responses.HTMLResponse("<p>here</p>")

    routes = [routing.Route("/", page)]
    with server.Server(models, extra_routes=routes) as running:
        assert asking.ask(running.rest_url, "GET", "/").body == b"<p>here</p>"
        assert asking.ask(running.rest_url, "GET", "/other").code == 404


def slow(running, results):
    body = {"signature_name": "slow", "instances": [1.0]}
    path = "/v1/models/plus:predict"
    results.append(asking.ask(running.rest_url, "POST", path, body).code)


def test_more_requests_than_may_wait_are_refused_at_once(models):
    codes = []
    with server.Server(models, threads=1, max_waiting=1) as running:
        threads = [
            threading.Thread(target=slow, args=[running, codes])
            for _ in range(12)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert predicted(running) == 2.0

    assert set(codes) == {200, 503}


def test_a_request_that_takes_too_long_is_answered_so(models):
    codes = []
    with server.Server(models, timeout_seconds=0.001) as running:
        slow(running, codes)

    assert codes == [504]


def test_by_grpc_the_clients_deadline_counts(models):
    with server.Server(models, threads=1) as running:
        channel = grpc.insecure_channel(running.grpc_address)
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        sent = tiny_models.request("plus", "slow", x=np.float32([1]))
        with pytest.raises(grpc.RpcError) as raised:
            stub.Predict(sent, timeout=0.005)

    assert raised.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED


def test_a_server_that_closes_answers_what_is_under_way(models):
    codes = []
    with server.Server(models) as running:
        thread = threading.Thread(target=slow, args=[running, codes])
        thread.start()
        pool = running._pool
        wait_until(lambda: pool._free._value < pool.capacity or codes)
    thread.join()

    assert codes == [200]


def test_messages_beyond_the_limit_are_refused(models):
    with server.Server(models, max_request_bytes=10_000) as running:
        channel = grpc.insecure_channel(running.grpc_address)
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        sent = tiny_models.request(x=np.zeros(10_000, np.float32))
        codes = []
        for compression in (None, grpc.Compression.Gzip):
            with pytest.raises(grpc.RpcError) as raised:
                stub.Predict(sent, compression=compression)
            codes.append(raised.value.code())

    assert set(codes) == {grpc.StatusCode.RESOURCE_EXHAUSTED}
