"""Which URL is answered, and how."""

import pytest

GOOD = {"instances": [1.0]}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/models/plus:predict", 3.0),
        ("/v1/models/plus/versions/1:predict", 2.0),
        ("/v1/models/plus/versions/002:predict", 3.0),
        ("/v1/models/plus/labels/stable:predict", 2.0),
        ("/V1/MODELS/plus:predict", 3.0),
        ("/v1/Models/plus/Versions/1:predict", 2.0),
        ("/v1/models/%70lus:predict", 3.0),
        ("/v1/models/plus/labels/%73table:predict", 2.0),
    ],
)
def test_a_prediction_is_asked_of_a_version(serving, path, expected):
    answer = serving.ask("POST", path, GOOD)

    assert (answer.code, answer.json) == (200, {"predictions": [expected]})
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/models/plus:predict?x=1", 400),
        ("/v1/models/plus:PREDICT", 400),
        ("/v1/models/plus:predict/", 400),
        ("/v1/models/plus/:predict", 400),
        ("/v1/models/plus", 400),
        ("/v1/models/plus/metadata", 400),
        ("/v1/models/plus:guess", 400),
        ("/v1/models/a/b:predict", 400),
        ("/v1/models/plus/versions/-1:predict", 400),
        ("/v1/models/plus/versions/one:predict", 400),
        ("/v1/models/none:predict", 404),
        ("/v1/models/plus?x=1:predict", 404),
        ("/v1/models/plus/versions/3:predict", 404),
        ("/v1/models/plus/versions/9223372036854775807:predict", 404),
        ("/v1/models/plus/labels/unheard:predict", 400),
    ],
)
def test_another_url_is_refused(serving, path, code):
    answer = serving.ask("POST", path, GOOD)

    assert answer.code == code
    assert answer.error


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("", "Servable not found for request: Latest(none)"),
        ("/versions/7", "Servable not found for request: Specific(none, 7)"),
    ],
)
def test_a_missing_servable_is_named(serving, version, message):
    path = f"/v1/models/none{version}"

    assert serving.ask("POST", f"{path}:predict", GOOD).error == message
    assert serving.ask("GET", f"{path}/metadata").error == message


def test_a_version_beyond_64_bits_has_no_body(serving):
    path = "/v1/models/plus/versions/9223372036854775808"

    for method, end in (
        ("POST", ":predict"),
        ("GET", ""),
        ("GET", "/metadata"),
    ):
        answer = serving.ask(method, path + end, GOOD)
        assert (answer.code, answer.body) == (400, b"")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "GET"])
@pytest.mark.parametrize("path", ["/v1/models/plus:predict", "/v1/nothing"])
def test_another_method_is_malformed(serving, method, path):
    answer = serving.ask(method, path)

    assert answer.code == 400
    assert answer.error == f"Malformed request: {method} {path}"


def test_head_is_malformed_too(serving):
    assert serving.ask("HEAD", "/v1/models/plus").code == 400


def test_there_is_no_list_of_models(serving):
    assert serving.ask("GET", "/v1/models").code == 400


@pytest.mark.parametrize("path", ["/", "/v2/models/plus", "/v1"])
def test_beside_the_interface_there_is_a_page_that_says_so(serving, path):
    answer = serving.ask("GET", path)

    assert answer.code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert b"<html" in answer.body


@pytest.mark.parametrize(
    ("origin", "code"), [("http://a.example", 200), ("file://", 400)]
)
def test_options_are_answered_to_pages(serving, origin, code):
    answer = serving.ask("OPTIONS", "/v1/models/plus", origin=origin)

    assert (answer.code, answer.body) == (code, b"")
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/v1/models/plus",
        "/v1/models/plus/labels/unheard",
        "/V1/models/plus/METADATA",
    ],
)
def test_the_status_tells_the_newest_version_first(serving, path):
    ok = {"error_code": "OK", "error_message": ""}

    answer = serving.ask("GET", path)

    assert answer.code == 200
    assert answer.json == {
        "model_version_status": [
            {"version": number, "state": "AVAILABLE", "status": ok}
            for number in ("2", "1")
        ]
    }


def test_the_status_of_one_version_is_asked_for(serving):
    answer = serving.ask("GET", "/v1/models/plus/versions/1")

    (only,) = answer.json["model_version_status"]
    assert only["version"] == "1"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("none", "Could not find any versions of model none"),
        ("plus/versions/5", "Could not find version 5 of model plus"),
        ("plus?x=1", "Could not find any versions of model plus?x=1"),
    ],
)
def test_the_status_of_what_is_not_there_is_not_found(serving, path, message):
    answer = serving.ask("GET", f"/v1/models/{path}")

    assert answer.code == 404
    assert answer.error == message


def test_metadata_is_nested_twice_and_sizes_are_strings(serving):
    answer = serving.ask("GET", "/v1/models/plus/versions/1/metadata")

    assert answer.code == 200
    assert answer.json["model_spec"] == {
        "name": "plus",
        "signature_name": "",
        "version": "1",
    }
    signatures = answer.json["metadata"]["signature_def"]["signature_def"]
    assert {"serving_default", "__saved_model_init_op"} <= set(signatures)
    default = signatures["serving_default"]
    assert default["method_name"] == "tensorflow/serving/predict"
    assert default["inputs"]["x"]["dtype"] == "DT_FLOAT"
    assert default["inputs"]["x"]["tensor_shape"] == {
        "dim": [{"size": "-1", "name": ""}],
        "unknown_rank": False,
    }


def test_metadata_of_an_unknown_label_is_a_wrong_request(serving):
    answer = serving.ask("GET", "/v1/models/plus/labels/unheard/metadata")

    assert answer.code == 400
    assert answer.error == "Unrecognized servable version label: unheard"


def test_the_status_of_a_fragment_is_a_models_whose_name_has_it(serving):
    answer = serving.ask("GET", "/v1/models/plus#x")

    assert answer.code == 404
    assert answer.error == "Could not find any versions of model plus#x"


def test_prometheus_reads_what_was_counted(serving):
    serving.predict("plus", GOOD)

    answer = serving.ask("GET", "/monitoring/prometheus/metrics")

    assert answer.code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert b":tensorflow:serving:request_count" in answer.body


def test_health_is_a_page_of_this_server(ours):
    answer = ours.ask("GET", "/health")

    assert (answer.code, answer.json) == (200, {"status": "SERVING"})
