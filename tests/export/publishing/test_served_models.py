"""Models that servers are told of."""

import pytest

from export.publishing import served_models
from tf_fingerprint import errors

from ..published_models import publish


@pytest.mark.parametrize("name", ["proxy", "Ümlaut", "9lives", "a b", "-a"])
def test_a_name_that_no_server_can_have_is_refused(tmp_path, name):
    publish(tmp_path / name, 1, kind="decoder")

    with pytest.raises(errors.ExportError, match="Rename the base directory"):
        served_models.find_models(tmp_path)


def test_two_models_can_not_share_a_server_s_name(tmp_path):
    publish(tmp_path / "a-b", 1, kind="decoder")
    publish(tmp_path / "a_b", 1, kind="decoder")

    with pytest.raises(errors.ExportError, match="as no other"):
        served_models.find_models(tmp_path)


@pytest.mark.parametrize("folder", [".", "missing"])
def test_asks_for_something_published(tmp_path, folder):
    with pytest.raises(errors.ExportError, match="Publish something first"):
        served_models.find_models(tmp_path / folder)


def test_a_model_from_elsewhere_is_served_but_not_passed_on_to(tmp_path):
    version = tmp_path / "models" / "theirs" / "1"
    version.mkdir(parents=True)
    (version / "saved_model.pb").touch()

    [model] = served_models.find_models(tmp_path / "models")

    assert (model.kind, model.is_public) == ("foreign", False)
