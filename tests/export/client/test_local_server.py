"""The client and the local server: the same answers as without them."""

import io

import pytest
from PIL import Image

from export import client
from tf_fingerprint import attribution
from tf_fingerprint import errors

from ..attributing import published as published
from ..attributing import serving as serving

pytestmark = pytest.mark.slow


@pytest.fixture(params=["rest", "grpc"])
def asking(request, serving):
    with client.AttributionClient(getattr(serving, request.param)) as asking:
        yield asking


def test_verdicts_are_those_of_the_registry(asking, serving):
    files = [serving.nobody, serving.acme, serving.birch]

    answers = asking.attribute(files)

    nobody, acme, birch = answers
    assert [each.status for each in answers] == ["ok"] * 3
    assert [each.verdict for each in answers] == [
        *("nobody", "attributed", "revoked")
    ]
    assert nobody.recipient_id == ""
    assert acme.recipient_id == serving.records["acme"].id
    assert birch.recipient_id == serving.records["birch"].id
    for file, answer in zip(files, answers, strict=True):
        [logits] = serving.run.decode(file)
        assert answer.bits == tuple((logits > 0).astype(int))
        verdict = attribution.attribute(logits > 0, serving.candidates)
        assert answer.matches == verdict.num_matches
        assert answer.runner_up_matches == verdict.runner_up_matches
        assert answer.p_value == verdict.false_positive_rate
        assert answer.p_value_corrected == verdict.p_value


def test_both_interfaces_give_equal_answers(serving):
    answers = []
    for url in serving.urls:
        with client.AttributionClient(url) as asking:
            answers.append(asking.attribute([serving.nobody, serving.acme]))

    assert answers[0] == answers[1]


def test_an_unreadable_file_fails_no_other(asking, serving):
    bitmap = io.BytesIO()
    Image.new("RGB", (16, 16)).save(bitmap, "BMP")
    damaged = serving.acme.read_bytes()[:-20]

    *unreadable, acme = asking.attribute(
        [damaged, b"", bitmap.getvalue(), serving.acme]
    )

    assert [each.verdict for each in unreadable] == ["unreadable"] * 3
    assert not any(each.is_readable for each in unreadable)
    assert unreadable[0].status == "bad_image"
    assert unreadable[2].status == "unsupported_format"
    assert acme.verdict == "attributed"


def test_a_model_that_is_not_there_is_named(serving):
    for url in serving.urls:
        with (
            client.AttributionClient(url, model="nowhere") as asking,
            pytest.raises(errors.ServingError) as raised,
        ):
            asking.attribute(serving.acme)

        assert "nowhere" in str(raised.value)
        assert "`model` chooses one" in str(raised.value)
