import importlib
import json
import pathlib

import pytest

BENCHMARKS = pathlib.Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def clients(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    module = importlib.import_module("serving_clients")
    return module.Clients("http://127.0.0.1:1", [b"file"], ["id"], 2)


def body(recipient, version):
    row = {"recipient_id": recipient, "registry_version": str(version)}
    return json.dumps({"predictions": [row]}).encode()


def test_right_answers_are_neither_failed_nor_wrong(clients):
    assert clients._check(200, body("id", 2), "id", 1, 0.5) == 2

    seen = clients._answers
    assert (seen.seconds, seen.failed, seen.wrong) == ([0.5], [], [])
    assert seen.versions == {2}


@pytest.mark.parametrize(
    ("recipient", "version"), [("other", 2), ("", 2), ("id", 1)]
)
def test_another_recipient_or_an_older_registry_is_wrong(
    clients, recipient, version
):
    clients._check(200, body(recipient, version), "id", 2, 0.5)

    assert len(clients._answers.wrong) == 1


def test_another_code_is_a_failure(clients):
    clients._check(503, b"{}", "id", 1, 0.5)

    assert len(clients._answers.failed) == 1
    assert not clients._answers.seconds


def test_a_server_that_is_not_there_is_a_failure(clients):
    clients.start()
    while not clients._answers.failed:
        pass
    answers = clients.stop()

    assert "ConnectionRefused" in answers.failed[0]
