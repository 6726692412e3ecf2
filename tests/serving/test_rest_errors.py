"""Codes of what is wrong, by REST."""

import pytest

PNG_START = "iVBORw0KGgo="


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n",
        b"{",
        b"[]",
        b'"text"',
        b'{"instances": [1}',
        b"{'instances': [1]}",
        b"\xef\xbb\xbf{}",
        b"{}",
        b'{"instances": [1], "inputs": [1]}',
        b'{"instances": []}',
        b'{"instances": 1}',
        b'{"instances": {"x": 1}}',
        b'{"instances": [1, {"x": 1}]}',
        b'{"instances": [{"x": 1}, 1]}',
        b'{"instances": [{"z": 1}]}',
        b'{"instances": [{}]}',
        b'{"inputs": {"z": [1]}}',
        b'{"inputs": null}',
        b'{"instances": [1], "signature_name": 5}',
        b'{"instances": ["\\ud800"]}',
        b'{"signature_name": "text", "instances": ["\\ud800"]}',
        b'{"inputs": [1' + b"0" * 5000 + b"]}",
    ],
)
def test_a_wrong_document_is_a_wrong_request(serving, body):
    answer = serving.predict("shapes", body)

    assert answer.code == 400
    assert answer.error


def test_an_empty_document_is_called_so(serving):
    answer = serving.predict("shapes", b"")

    assert answer.error == "JSON Parse error: The document is empty"


def test_an_unknown_signature_is_a_wrong_request(serving):
    body = {"signature_name": "none", "instances": [1]}

    answer = serving.predict("shapes", body)

    assert answer.code == 400
    assert answer.error == (
        'Serving signature name: "none" not found in signature def'
    )


def test_broken_json_is_told_before_a_missing_model(serving):
    assert serving.predict("none", b"{").code == 400


@pytest.mark.parametrize(
    ("signature", "message"),
    [
        ("scalar", "has no shape information"),
        ("unequal", "has inconsistent batch size"),
    ],
)
def test_rows_need_outputs_with_a_row_each(serving, signature, message):
    body = {"signature_name": signature, "instances": [1, 2]}

    answer = serving.predict("shapes", body)

    assert answer.code == 400
    assert message in answer.error


def test_columns_need_no_rows(serving):
    body = {"signature_name": "unequal", "inputs": [1]}

    assert serving.predict("shapes", body).json == {
        "outputs": {"y": [1.0], "z": [1.0, 1.0]}
    }


def test_half_precision_is_not_answered(serving):
    body = {"signature_name": "half", "inputs": [1]}

    assert serving.predict("shapes", body).code == 400


def test_a_shape_is_the_graphs_to_refuse(serving):
    assert serving.predict("plus", {"inputs": [[1.0]]}).code == 400


def test_a_shape_that_the_graph_does_not_refuse_is_answered(serving):
    body = {"signature_name": "unchecked", "inputs": [1.0, 2.0, 3.0]}

    assert serving.predict("shapes", body).json == {"outputs": [3]}


def test_a_failed_assertion_is_a_wrong_request(serving):
    body = {"signature_name": "refusing", "instances": [-1]}

    answer = serving.predict("shapes", body)

    assert answer.code == 400
    assert "not so" in answer.error


@pytest.mark.parametrize("text", [PNG_START, ""])
def test_a_picture_that_cannot_be_decoded_is_a_wrong_request(serving, text):
    body = {"signature_name": "decoded", "instances": [{"b64": text}]}

    assert serving.predict("shapes", body).code == 400


@pytest.mark.parametrize("verb", ["classify", "regress"])
def test_a_signature_to_predict_neither_classifies_nor_regresses(serving, verb):
    answer = serving.ask(
        "POST", f"/v1/models/plus:{verb}", {"examples": [{"x": 1}]}
    )

    assert answer.code == 400
    assert answer.error


@pytest.mark.parametrize("bracket", [b"[", b'{"x":'])
def test_deep_nesting_is_refused_and_nothing_ends(serving, bracket):
    deep = b'{"inputs": ' + bracket * 500_000

    assert serving.predict("shapes", deep).code == 400
    assert serving.predict("shapes", {"inputs": [1]}).code == 200


def test_three_hundred_dimensions_are_too_many(serving):
    deep = b'{"inputs": ' + b"[" * 300 + b"1" + b"]" * 300 + b"}"

    assert serving.predict("shapes", deep).code == 400


def test_a_body_beyond_the_limit_is_refused_here(ours):
    body = b'{"inputs": [1]}' + b" " * (33 * 2**20)

    answer = ours.predict("shapes", body)

    assert answer.code == 413
    assert answer.error
