"""Servables appear whole, tried, or not at all."""

import threading

import numpy as np
import pytest
import tensorflow as tf

import export
from export.publishing import publish as publishing_publish
from export.publishing import versions
from export.publishing import warmup
from tf_fingerprint import errors

from .. import plain_servables as plain


def test_what_is_published_answers_and_is_described(tmp_path, fresh_process):
    servable = plain.scale(
        3.0, metadata={"kind": "scale"}, check=lambda folder: {"worst": 0.5}
    )

    path = export.publish(servable, tmp_path / "base", process=fresh_process)

    assert path == tmp_path / "base" / "1"
    serve = tf.saved_model.load(str(path)).signatures["serving_default"]
    np.testing.assert_array_equal(serve(x=tf.ones((1, 3)))["y"], [[3, 3, 4]])
    manifest = publishing_publish.read_manifest(path)
    assert manifest["metadata"] == {"kind": "scale"}
    assert manifest["self_test"] == {"worst": 0.5}
    spec = {"dtype": "float32", "shape": [None, 3]}
    assert manifest["signatures"] == {
        "serving_default": {"inputs": {"x": spec}, "outputs": {"y": spec}}
    }


def test_warm_up_requests_are_published_with_it(tmp_path, fresh_process):
    path = export.publish(plain.scale(), tmp_path, process=fresh_process)

    [request] = warmup.read_requests(path)
    assert request.model_spec.signature_name == "serving_default"


def test_the_check_sees_what_will_be_published(tmp_path, fresh_process):
    def check(folder):
        serve = tf.saved_model.load(folder).signatures["serving_default"]
        return {"first": float(serve(x=tf.ones((1, 3)))["y"][0, 0])}

    path = export.publish(
        plain.scale(5.0, check=check), tmp_path, process=fresh_process
    )

    assert publishing_publish.read_manifest(path)["self_test"] == {"first": 5.0}


@pytest.mark.parametrize("error", [errors.ExportError, KeyboardInterrupt])
def test_a_check_that_fails_leaves_nothing(tmp_path, fresh_process, error):
    def check(folder):
        raise error("`accuracy` is 0.5.")

    export.publish(plain.scale(), tmp_path, process=fresh_process)
    with pytest.raises(error, match="accuracy"):
        export.publish(
            plain.scale(check=check), tmp_path, process=fresh_process
        )

    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"1", versions.HIGHEST}


def test_what_no_server_would_load_is_refused(tmp_path, fresh_process):
    servable = plain.rows(
        lambda x: {"y": tf.debugging.check_numerics(x, "no number")},
        examples=[{"x": np.full((1, 3), np.nan, "float32")}],
    )

    with pytest.raises(errors.ExportError, match=r"\[warm-up\].*no number"):
        export.publish(servable, tmp_path, process=fresh_process)

    assert not any(tmp_path.iterdir())


def test_old_versions_go_if_asked(tmp_path, fresh_process):
    for _ in range(3):
        export.publish(plain.scale(), tmp_path, keep=2, process=fresh_process)

    assert list(versions.published(tmp_path)) == [2, 3]


def test_two_at_once_both_appear(tmp_path, fresh_process):
    paths = []
    servables = [plain.scale(float(factor)) for factor in (2, 3)]

    def publish(servable):
        paths.append(export.publish(servable, tmp_path, process=fresh_process))

    threads = [
        threading.Thread(target=publish, args=[each]) for each in servables
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {path.name for path in paths} == {"1", "2"}


@pytest.mark.parametrize("value", [0, -1, True, 1.5, "2"])
@pytest.mark.parametrize("name", ["version", "keep"])
def test_numbers_must_be_positive(tmp_path, name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be a positive"):
        export.publish(plain.scale(), tmp_path, **{name: value})


def test_a_base_directory_that_is_a_file_is_named(tmp_path):
    (tmp_path / "base").write_text("")

    with pytest.raises(errors.ExportError, match="can't be published there"):
        export.publish(plain.scale(), tmp_path / "base")


def test_says_that_a_version_has_no_manifest(tmp_path):
    with pytest.raises(errors.ExportError, match=r"export\.publish"):
        publishing_publish.read_manifest(tmp_path)
