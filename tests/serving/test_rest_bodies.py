"""Rows and columns, types and numbers, by REST."""

import gzip
import json
import math

import pytest


def sent(serving, body, model="shapes", **headers):
    answer = serving.predict(model, body, **headers)
    assert answer.code == 200, answer.body
    return answer.json


def echoed(serving, name, text, form="inputs"):
    """What a value comes back as, both of them as text."""
    body = f'{{"signature_name": "{name}", "{form}": {text}}}'
    return serving.predict("types", body)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"instances": [1, 2]}, {"predictions": [1.0, 2.0]}),
        ({"instances": [{"x": 1}, {"x": 2}]}, {"predictions": [1.0, 2.0]}),
        ({"inputs": [1, 2]}, {"outputs": [1.0, 2.0]}),
        ({"inputs": {"x": [1, 2]}}, {"outputs": [1.0, 2.0]}),
        ({"inputs": {"x": [1], "z": "left"}}, {"outputs": [1.0]}),
        ({"inputs": []}, {"outputs": []}),
        ({"inputs": [1], "other": [{}]}, {"outputs": [1.0]}),
        (
            {"signature_name": "several", "instances": [1, 2]},
            {
                "predictions": [
                    {"pair": [1.0, 1.0], "whole": 1.0},
                    {"pair": [2.0, 2.0], "whole": 2.0},
                ]
            },
        ),
        (
            {"signature_name": "several", "inputs": [1, 2]},
            {
                "outputs": {
                    "pair": [[1.0, 1.0], [2.0, 2.0]],
                    "whole": [1.0, 2.0],
                }
            },
        ),
        ({"signature_name": "scalar", "inputs": [1, 2]}, {"outputs": 3.0}),
    ],
)
def test_rows_and_columns_are_answered_in_kind(serving, body, expected):
    assert sent(serving, body) == expected


def test_several_inputs_are_named_in_every_row(serving):
    row = {"f": 1, "d": 0.5, "i": 3, "l": 2**40, "u": 7, "b": True, "s": "é"}

    (answered,) = sent(serving, {"instances": [row]}, "types")["predictions"]

    assert answered == {f"{name}_out": value for name, value in row.items()}


@pytest.mark.parametrize(
    "change", [{"extra": 1}, {"f": None}, {"f": "1"}, {"b": 1}, {"u": 1.0}]
)
def test_a_row_with_other_members_or_types_is_refused(serving, change):
    row = {"f": 1, "d": 0.5, "i": 3, "l": 4, "u": 7, "b": True, "s": "a"}

    answer = serving.predict("types", {"instances": [row | change]})

    assert answer.code == 400
    assert answer.error


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("f", "9000000", "9e+06"),
        ("f", "123456", "123456.0"),
        ("f", "0.1", "0.1"),
        ("f", "0.12345679", "0.123456791"),
        ("f", "16777217", "16777216.0"),
        ("f", "1e39", "Infinity"),
        ("f", "-1e39", "-Infinity"),
        ("f", "[NaN, Inf, -Inf]", "[NaN, Infinity, -Infinity]"),
        ("f", "[Infinity, -Infinity]", "[Infinity, -Infinity]"),
        ("d", "0.1", "0.1"),
        ("d", "1e39", "1e+39"),
        ("d", "0.30000000000000004", "0.30000000000000004"),
        ("d", "2", "2.0"),
        ("i", "-2147483648", "-2147483648"),
        ("l", "9223372036854775807", "9223372036854775807"),
        ("u", "300", "44"),
        ("u", "-1", "255"),
        ("b", "[true, false]", "[true, false]"),
        ("s", '"a\\"\\\\\\n\\u0001/é"', '"a\\"\\\\\\n\\u0001/é"'),
        ("s", '"Inf"', '"Inf"'),
        ("f", "[[1, 2], [3, 4]]", "[[1.0, 2.0], [3.0, 4.0]]"),
        ("f", "[[], []]", "[[], []]"),
    ],
)
def test_numbers_are_read_and_written_so(serving, name, text, expected):
    answer = echoed(serving, name, text)

    assert answer.code == 200, answer.body
    written = answer.body.decode().partition(":")[2].rpartition("}")[0]
    assert "".join(written.split()) == "".join(expected.split())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("f", "1e400"),
        ("f", "true"),
        ("f", "null"),
        ("f", '"1"'),
        ("f", "[1, [2]]"),
        ("f", "[[1, 2], [3]]"),
        ("i", "1.0"),
        ("i", "true"),
        ("i", '"1"'),
        ("i", "2147483648"),
        ("l", "9223372036854775808"),
        ("u", "2147483648"),
        ("b", "1"),
        ("b", '"true"'),
        ("s", "1"),
        ("s", "null"),
        ("s", '{"b64": 5}'),
        ("s", '[{"b64": "YQ==", "x": 1}]'),
    ],
)
@pytest.mark.parametrize("form", ["inputs", "instances"])
def test_another_type_is_refused(serving, name, text, form):
    if form == "instances":
        text = f"[{text}]"

    answer = echoed(serving, name, text, form)

    assert answer.code == 400
    assert answer.error


def test_half_precision_is_wrong_in_rows_and_missing_in_columns(serving):
    assert echoed(serving, "half", "[1]", "instances").code == 400
    assert echoed(serving, "half", "[1]", "inputs").code == 501


@pytest.mark.parametrize("text", ["aGk=", "aGk", "aG k=", "aGk=\\n", "a\\nGk"])
def test_base64_may_lack_padding_and_have_white_space(serving, text):
    assert echoed(serving, "s", f'{{"b64": "{text}"}}').json == {
        "outputs": "hi"
    }


@pytest.mark.parametrize("text", ["_-8", "a", "aGk==", "a=Gk", "é", "#aGk"])
def test_no_other_base64_is_read(serving, text):
    assert echoed(serving, "s", f'{{"b64": "{text}"}}').code == 400


def test_bytes_are_answered_in_base64_under_a_name_that_says_so(serving):
    body = {"signature_name": "binary", "instances": [{"b64": "/w=="}, "a"]}

    assert sent(serving, body) == {
        "predictions": [{"b64": "/w=="}, {"b64": "YQ=="}]
    }


def test_bytes_under_another_name_are_answered_as_they_are(serving):
    body = {"signature_name": "text", "instances": [{"b64": "/w=="}]}

    answer = serving.predict("shapes", body)

    assert answer.code == 200
    assert b'"\xff"' in answer.body


def test_what_follows_the_document_is_ignored(serving):
    assert sent(serving, '\n{"inputs": [1]} and }') == {"outputs": [1.0]}


def test_of_two_members_the_first_counts(serving):
    assert sent(serving, '{"inputs": [1], "inputs": [2]}') == {"outputs": [1.0]}


def test_in_a_row_too_the_first_of_two_members_counts_here(ours):
    body = '{"instances": [{"x": 1, "x": 2}, {"x": 3, "x": 4}]}'

    assert sent(ours, body) == {"predictions": [1.0, 3.0]}


def test_the_content_type_does_not_matter(serving):
    body = json.dumps({"inputs": [1]})

    assert sent(serving, body, content_type="text/plain")


def test_compressed_requests_are_inflated(serving):
    body = gzip.compress(b'{"inputs": [1]}')

    answer = serving.predict("shapes", body, content_encoding="gzip")

    assert answer.json == {"outputs": [1.0]}
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    "body",
    [
        b"not compressed",
        gzip.compress(b'{"inputs": [1]}')[:-9],
        gzip.compress(b" " * (101 * 2**20)),
    ],
    ids=["plain", "cut", "bomb"],
)
def test_what_cannot_be_inflated_is_an_empty_document(serving, body):
    answer = serving.predict("shapes", body, content_encoding="gzip")

    assert answer.code == 400
    assert "The document is empty" in answer.error


def test_answers_are_the_same_numbers_in_a_million_digits(serving):
    numbers = [math.sin(index) for index in range(2000)]
    body = {"signature_name": "d", "inputs": numbers}

    assert sent(serving, body, "types")["outputs"] == numbers
