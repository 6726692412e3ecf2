"""Answers from outputs, and outputs that are no answers."""

import json

import pytest

from export.client.results import ServedAttribution
from tf_fingerprint import errors

from . import answering


def columns(**changed):
    return answering.columns_for([b"by acme", b""]) | changed


def test_further_outputs_are_ignored():
    assert ServedAttribution.from_columns(
        columns(recipient_name=["Acme", ""]), 2
    ) == ServedAttribution.from_columns(columns(), 2)


@pytest.mark.parametrize(
    "changed",
    [
        {"verdict": ["nobody"]},
        {"bits": 3},
        {"matches": ["many", 1]},
        {"p_value": [None, 1.0]},
        {"recipient_id": [1, 2]},
        {"bits": [1, 0]},
    ],
)
def test_what_is_no_answer_is_named(changed):
    with pytest.raises(errors.ServingError, match="exported with `--what"):
        ServedAttribution.from_columns(columns(**changed), 2)


def test_answers_are_as_many_as_images():
    with pytest.raises(errors.ServingError, match="for each of 3 images"):
        ServedAttribution.from_columns(columns(), 3)


def test_answers_are_json():
    [acme, nobody] = ServedAttribution.from_columns(columns(), 2)

    row = json.loads(json.dumps(acme.to_dict()))
    assert row["recipient_id"] == "acme"
    assert row["bits"] == [1, 0, 1, 0, 1, 1, 0, 1]
    assert row["p_value"] == 2.0**-128


def test_an_unreadable_file_is_no_error():
    unreadable = columns(
        status=["ok", "bad_image"], verdict=["nobody", "unreadable"]
    )

    readable, other = ServedAttribution.from_columns(unreadable, 2)

    assert readable.is_readable and not other.is_readable
    assert not other.is_attributed


def test_a_server_may_tell_verdicts_only():
    withheld = {"matches", "p_value", "log10_p", "p_value_corrected"}
    withheld |= {"runner_up_matches", "bits"}
    told = {n: each for n, each in columns().items() if n not in withheld}

    [named, nobody] = ServedAttribution.from_columns(told, 2)

    assert (named.recipient_id, nobody.verdict) == ("acme", "nobody")
    assert all(getattr(named, name) is None for name in withheld)
    assert json.loads(json.dumps(named.to_dict()))["bits"] is None
