"""What client code sees, whatever carries its requests."""

import concurrent.futures
import subprocess
import sys

import pytest

from export import client
from tf_fingerprint import errors

from ...tiny_run import ROOT
from . import answering


@pytest.fixture(params=["rest", "rpc"])
def server(request):
    start = getattr(answering, f"{request.param}_server")
    with start() as running:
        yield running


def test_paths_and_contents_are_answered_in_order(server, tmp_path):
    file = tmp_path / "found.png"
    file.write_bytes(b"by acme")

    with client.AttributionClient(server.url) as asking:
        nobody, acme, other = asking.attribute([b"", file, b"by other"])

    assert [nobody.verdict, acme.verdict] == ["nobody", "attributed"]
    assert [nobody.recipient_id, other.recipient_id] == ["", "other"]
    assert acme == client.ServedAttribution(
        status="ok",
        verdict="attributed",
        recipient_id="acme",
        matches=8,
        p_value=2.0**-128,
        log10_p=-38.5,
        p_value_corrected=2.0**-127,
        runner_up_matches=4,
        bits=(1, 0, 1, 0, 1, 1, 0, 1),
        registry_version="7",
    )
    assert acme.is_attributed and not nobody.is_attributed


def test_one_file_may_come_alone(server, tmp_path):
    file = tmp_path / "found.png"
    file.write_bytes(b"by acme")

    with client.AttributionClient(server.url) as asking:
        answers = [asking.attribute(each) for each in (file, str(file))]
        answers.append(asking.attribute(b"by acme"))

    assert [each.recipient_id for [each] in answers] == ["acme"] * 3


def test_many_files_go_in_batches(server):
    images = [b"by %d" % number for number in range(7)]

    with client.AttributionClient(server.url, batch_size=3) as asking:
        answers = asking.attribute(images)

    assert [each.recipient_id for each in answers] == list("0123456")
    assert len(server.requests) == 3


def test_large_files_go_in_smaller_batches(server):
    large = b"by " + 2**20 * b"x"

    with client.AttributionClient(server.url) as asking:
        answers = asking.attribute([large] * 3 + [b"by small"])

    assert answers[-1].recipient_id == "small"
    assert len(server.requests) == 2


def test_nothing_is_asked_about_nothing(server):
    with client.AttributionClient(server.url) as asking:
        assert asking.attribute([]) == []

    assert server.requests == []


def test_a_file_that_is_not_there_is_named(server, tmp_path):
    with (
        client.AttributionClient(server.url) as asking,
        pytest.raises(errors.DataError, match=r"gone\.png: the file can't be"),
    ):
        asking.attribute([tmp_path / "gone.png"])


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["rest", "rpc"])
def test_a_server_that_comes_up_late_is_waited_for(kind):
    start = getattr(answering, f"{kind}_server")
    with start() as running:
        url = running.url
    port = int(url.rpartition(":")[2])  # Where nobody listens now.
    patience = client.Patience(attempts=50, first_wait_seconds=0.1)
    with (
        client.AttributionClient(url, patience=patience) as asking,
        concurrent.futures.ThreadPoolExecutor() as threads,
    ):
        waiting = threads.submit(asking.attribute, b"by acme")
        with start(port):
            [answer] = waiting.result()

    assert answer.recipient_id == "acme"


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8501",
        "ftp://127.0.0.1:8501",
        "http://",
        "http://127.0.0.1:high",
        "http://127.0.0.1:8501/?model=a",
        "grpc://127.0.0.1",
        "grpc://127.0.0.1:8500/v1",
    ],
)
def test_what_is_no_address_is_refused_before_asking(url):
    with pytest.raises(ValueError, match="must be like http://127.0.0.1:8501"):
        client.AttributionClient(url)


def test_credentials_in_a_url_are_refused_and_not_repeated():
    with pytest.raises(ValueError, match="`headers`") as raised:
        client.AttributionClient("https://me:secret@example.org")

    assert "secret" not in str(raised.value)


def test_batches_hold_something():
    with pytest.raises(ValueError, match="at least 1. Received 0"):
        client.AttributionClient("http://127.0.0.1:8501", batch_size=0)


ASKS = """
import sys
import export
with export.AttributionClient(sys.argv[1]) as asking:
    [found] = asking.attribute(sys.argv[2])
assert found.recipient_id == "acme", found
heavy = {"tensorflow", "keras", "PIL", "sqlalchemy"} & set(sys.modules)
sys.exit(", ".join(heavy) or 0)
"""


@pytest.mark.slow
def test_asking_needs_no_tensorflow(server, tmp_path):
    file = tmp_path / "found.png"
    file.write_bytes(b"by acme")

    process = subprocess.run(
        [sys.executable, "-c", ASKS, server.url, str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert process.returncode == 0, process.stderr
