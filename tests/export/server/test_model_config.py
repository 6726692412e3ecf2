import pytest

from export.server import model_config
from export.server.policy import Policy
from tf_fingerprint import errors

from ...serving import tiny_models

OTHERS = """
model_config_list {
  config { name: 'every' model_version_policy { all {} } }
  config { name: 'two' model_version_policy { latest { num_versions: 2 } } }
}
"""


def test_versions_and_labels_are_read(tmp_path):
    path = tmp_path / "models.config"
    path.write_text(tiny_models.CONFIG % {"folder": tmp_path})

    policies = model_config.read_policies(path)

    assert policies["plus"] == Policy(specific=(1, 2), labels={"stable": 1})
    assert policies["types"] == Policy()


def test_a_model_may_serve_several_of_the_latest_or_all(tmp_path):
    path = tmp_path / "models.config"
    path.write_text(OTHERS)

    policies = model_config.read_policies(path)

    assert policies["every"].aspired([1, 2, 30]) == {1, 2, 30}
    assert policies["two"].aspired([1, 2, 30]) == {2, 30}


@pytest.mark.parametrize("text", ["nonsense", None])
def test_a_file_that_cannot_be_read_is_named(tmp_path, text):
    path = tmp_path / "models.config"
    if text:
        path.write_text(text)

    with pytest.raises(errors.ServingError, match=r"models\.config"):
        model_config.read_policies(path)
