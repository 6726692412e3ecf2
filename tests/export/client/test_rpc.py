"""What goes over gRPC, and what comes of each code."""

import grpc
import pytest

from export import client
from tf_fingerprint import errors

from . import answering


@pytest.fixture
def server():
    with answering.rpc_server() as running:
        yield running


@pytest.fixture
def asking(server):
    with client.AttributionClient(
        server.url, patience=answering.QUICK
    ) as asking:
        yield asking


def test_asks_for_the_model_and_label(server):
    with client.AttributionClient(
        server.url,
        model="who",
        label="canary",
        headers={"Authorization": "Bearer x"},
    ) as asking:
        asking.attribute(b"by acme")

    [request] = server.requests
    assert request.model_spec.name == "who"
    assert request.model_spec.version_label == "canary"
    assert list(request.inputs) == ["image_bytes"]
    assert server.metadata[0]["authorization"] == "Bearer x"


def test_the_newest_version_is_asked_by_default(server, asking):
    asking.attribute(b"by acme")

    [request] = server.requests
    assert request.model_spec.WhichOneof("version_choice") is None


@pytest.mark.parametrize(
    "code", ["UNAVAILABLE", "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED"]
)
def test_what_may_pass_is_asked_again(server, asking, code):
    server.failures += [(grpc.StatusCode[code], "busy")] * 3

    [answer] = asking.attribute(b"by acme")

    assert answer.recipient_id == "acme"
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    "code",
    ["INVALID_ARGUMENT", "FAILED_PRECONDITION", "NOT_FOUND", "INTERNAL"]
    + ["UNIMPLEMENTED", "UNAUTHENTICATED", "PERMISSION_DENIED", "UNKNOWN"],
)
def test_what_will_not_pass_is_asked_once(server, asking, code):
    server.failures += [(grpc.StatusCode[code], "it is so")] * 2

    with pytest.raises(errors.ServingError) as raised:
        asking.attribute(b"by acme")

    assert f"the answer was {code}: it is so. " in str(raised.value)
    assert len(server.requests) == 1


def test_patience_ends(server, asking):
    server.failures += [(grpc.StatusCode.UNAVAILABLE, "overrun")] * 4

    with pytest.raises(errors.ServingError) as raised:
        asking.attribute(b"by acme")

    assert "UNAVAILABLE: overrun. Asked 4 times." in str(raised.value)


def test_nobody_at_home_is_named():
    with answering.rpc_server() as running:
        url = running.url

    with (
        client.AttributionClient(url, patience=answering.QUICK) as asking,
        pytest.raises(errors.ServingError, match="UNAVAILABLE: .* 4 times"),
    ):
        asking.attribute(b"by acme")
