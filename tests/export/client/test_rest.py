"""What goes over REST, and what comes of each code."""

import pytest

from export import client
from tf_fingerprint import errors

from . import answering

pytestmark = pytest.mark.slow


@pytest.fixture
def server():
    with answering.rest_server() as running:
        yield running


@pytest.fixture
def asking(server):
    with client.AttributionClient(
        server.url, patience=answering.QUICK
    ) as asking:
        yield asking


def test_asks_in_columns_at_the_models_path(server):
    with client.AttributionClient(
        f"{server.url}/proxied/",
        model="who made it",
        label="canary",
        headers={"Authorization": "Bearer x"},
    ) as asking:
        asking.attribute(b"by acme")

    [(path, body, headers)] = server.requests
    assert path == ("/proxied/v1/models/who%20made%20it/labels/canary:predict")
    assert body == {"inputs": {"image_bytes": [{"b64": "YnkgYWNtZQ=="}]}}
    assert headers["Authorization"] == "Bearer x"


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_may_pass_is_asked_again(server, asking, status):
    server.failures += [(status, '{"error": "busy"}', {})] * 3

    [answer] = asking.attribute(b"by acme")

    assert answer.recipient_id == "acme"
    assert len(server.requests) == 4


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 500, 501])
def test_what_will_not_pass_is_asked_once(server, asking, status):
    server.failures += [(status, '{"error": "it is so"}', {})] * 2

    with pytest.raises(errors.ServingError) as raised:
        asking.attribute(b"by acme")

    assert f"the answer was {status}: it is so. " in str(raised.value)
    assert f"{server.url}/v1/models/attribution:predict" in str(raised.value)
    assert len(server.requests) == 1


def test_patience_ends(server, asking):
    server.failures += [(503, "overrun", {})] * 4

    with pytest.raises(errors.ServingError) as raised:
        asking.attribute(b"by acme")

    assert type(raised.value) is errors.ServingError
    assert "the answer was 503: overrun. Asked 4 times." in str(raised.value)


def test_nobody_at_home_is_named():
    with answering.rest_server() as running:
        url = running.url

    with (
        client.AttributionClient(url, patience=answering.QUICK) as asking,
        pytest.raises(errors.ServingError, match="refused. Asked 4 times"),
    ):
        asking.attribute(b"by acme")


@pytest.mark.parametrize(
    "text",
    ["<html>hello</html>", "[]", '{"outputs": [1]}', '{"predictions": []}', ""],
)
def test_another_kind_of_server_is_named(server, asking, text):
    server.failures.append((200, text, {}))

    with pytest.raises(errors.ServingError, match="Is this a prediction serv"):
        asking.attribute(b"by acme")


def test_another_kind_of_model_is_named(server, asking):
    server.failures.append((200, '{"outputs": {"logits": [[1.0]]}}', {}))

    with pytest.raises(errors.ServingError, match=r"Received .*logits \(1\)"):
        asking.attribute(b"by acme")


def test_what_a_server_says_can_not_steer_a_terminal(server, asking):
    server.failures.append((400, "\x1b[2Jgone\n\x07" + "x" * 1000, {}))

    with pytest.raises(errors.ServingError) as raised:
        asking.attribute(b"by acme")

    assert str(raised.value).isprintable()
    assert "400: [2Jgone xxx" in str(raised.value)
    assert len(str(raised.value)) < 600
