"""What operators are told, and where a folder must stand."""

import json
import shutil
import urllib.request

import pytest

from export import server
from tf_fingerprint import errors

from ...serving import tiny_models

pytestmark = pytest.mark.slow


def read(running, path):
    with urllib.request.urlopen(running.rest_url + path) as answer:
        return answer.read().decode()


def test_a_version_that_can_not_be_loaded_shows(tmp_path, caplog):
    tiny_models.save(tiny_models.Plus(1), tmp_path / "plus" / "1")
    with server.Server(tmp_path, poll_interval_seconds=60) as running:
        assert json.loads(read(running, "/health")) == {"status": "SERVING"}
        shutil.copytree(tmp_path / "plus" / "1", tmp_path / "broken")
        shutil.rmtree(tmp_path / "broken" / "variables")
        (tmp_path / "broken").rename(tmp_path / "plus" / "2")
        running._models.poll()

        assert json.loads(read(running, "/health")) == {
            "status": "SERVING",
            "failed_versions": {"plus": 2},
        }
        assert (
            ':tensorflow:serving:failed_newest_version{model_name="plus"} 2.0'
            in read(running, "/monitoring/prometheus/metrics")
        )
        assert "plus version 2 can't be served" in caplog.text


@pytest.mark.parametrize(
    ("level", "found"),
    [
        ("models/plus/1", "a version itself. Give .*models$"),
        ("models/plus", "the versions of one model. Give .*models$"),
        (".", "folders of models. Give .*models$"),
    ],
)
def test_another_level_is_refused_with_what_it_holds(tmp_path, level, found):
    tiny_models.save(tiny_models.Plus(1), tmp_path / "models" / "plus" / "1")

    with pytest.raises(errors.ServingError, match=found.replace("$", "")):
        with server.Server(tmp_path / level):
            pass
