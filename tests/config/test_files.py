import pathlib
import string
import subprocess
import sys
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tf_fingerprint import config
from tf_fingerprint import errors

REPOSITORY = pathlib.Path(__file__).parents[2]
CONFIGS = [
    path
    for path in sorted((REPOSITORY / "configs").glob("*.toml"))
    # Of another kind; see `tests/passive/test_settings.py`.
    if not path.name.startswith("passive_")
]


SHORTEST = """
[data]
source = "pictures"

[training]
images = 1000
"""


@pytest.fixture
def shortest(tmp_path):
    path = tmp_path / "shortest.toml"
    path.write_text(SHORTEST)
    return path


def setting(settings, key):
    section, name = key.split(".")
    return getattr(getattr(settings, section), name)


def read_all(path):
    """The config of a file, or those of its stages."""
    settings = config.read(path)
    if isinstance(settings, config.Staged):
        return [stage.config for stage in settings.stages]
    return [settings]


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_every_config_of_the_repository_reads_and_names_its_command(path):
    assert all(each.training.images > 0 for each in read_all(path))
    comment = path.read_text().partition("\n[")[0]
    assert f"tf-fingerprint train configs/{path.name}" in comment


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_config_written_out_reads_back_equal(path, tmp_path):
    for settings in read_all(path):
        copy = tmp_path / "resolved.toml"
        copy.write_text(config.to_toml(settings))

        assert config.read(copy) == settings
        assert config.digest(config.read(copy)) == config.digest(settings)


@pytest.mark.slow
@given(
    source=st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    ),
    rate=st.floats(min_value=0, exclude_min=True, allow_infinity=False),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_value_survives_being_written(tmp_path_factory, source, rate, seed):
    settings = config.Config(
        data=config.Data(source=f"tfds:{source}"),
        optimizer=config.Optimizer(learning_rate=rate),
        training=config.Training(images=1, seed=seed),
    )
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(config.to_toml(settings), encoding="utf-8", newline="")

    assert config.read(path) == settings


def test_overrides_replace_what_the_file_says(shortest):
    settings = config.read(
        shortest,
        [
            "training.images=5",
            "training.images = 7",
            "networks.noise=none",
            'training.mixed_precision="mixed_bfloat16"',
            "data.mirror=true",
            "networks.modulated_resolutions=[8, 16]",
            "losses.r1=10",
        ],
    )

    assert settings.training.images == 7
    assert settings.networks.noise == "none"
    assert settings.training.mixed_precision == "mixed_bfloat16"
    assert settings.data.mirror is True
    assert settings.networks.modulated_resolutions == (8, 16)
    assert settings.losses.r1 == 10.0
    assert isinstance(settings.losses.r1, float)


@given(
    text=st.text(string.printable, min_size=1),
    key=st.sampled_from(["training.images", "networks.noise", "data.mirror"]),
)
def test_an_override_of_any_text_is_right_or_a_named_error(
    tmp_path_factory, text, key
):
    path = tmp_path_factory.getbasetemp() / "override.toml"
    path.write_text(SHORTEST)

    try:
        value = setting(config.read(path, [f"{key}={text}"]), key)
    except errors.ConfigError as error:
        assert key in str(error)
    else:
        assert value == text.strip() or value == _toml_value(text)


def _toml_value(text):
    return tomllib.loads(f"value = {text.strip()}")["value"]


def test_a_source_in_a_file_is_relative_to_the_file(shortest):
    settings = config.read(shortest)

    assert settings.data.source == str(shortest.parent / "pictures")


def test_a_source_on_the_command_line_is_relative_to_where_one_is(
    shortest, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path.parent)

    settings = config.read(shortest, ["data.source=photos"])

    assert settings.data.source == str(tmp_path.parent / "photos")


@pytest.mark.parametrize(
    "source", ["procedural", "procedural:50", "tfds:celeb_a:train[:9]"]
)
def test_a_source_that_is_a_name_stays_a_name(shortest, source):
    settings = config.read(shortest, [f"data.source={source}"])

    assert settings.data.source == source


def test_a_source_in_the_home_folder_is_found_there(shortest, monkeypatch):
    monkeypatch.setenv("HOME", "/home/someone")

    settings = config.read(shortest, ["data.source=~/photos"])

    assert settings.data.source == "/home/someone/photos"


def test_the_digest_is_of_the_settings_not_of_the_folder(shortest):
    def digest(*overrides):
        return config.digest(config.read(shortest, overrides))

    assert digest() == digest("data.source=/mnt/elsewhere/pictures")
    assert digest() != digest("data.source=others")
    assert digest() != digest("training.seed=1")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            SHORTEST + "batchsize = 3",
            "unknown key `training.batchsize`. "
            "Did you mean `training.batch_size`?",
        ),
        (
            SHORTEST + "[curiculum]",
            "unknown key `curiculum`. Did you mean `curriculum`?",
        ),
        ("batch_size = 3", "Did you mean `training.batch_size`?"),
        (SHORTEST + "zzz = 3", "unknown key `training.zzz`."),
        ("data = 3", "`data` must be a section, `[data]`. Received 3."),
        ("[data\n", "must be TOML."),
        ("", "`data.source` must be set. Add it under `[data]`."),
        ("[data]\nsource = 'a'", "`training.images` must be set."),
    ],
)
def test_a_file_that_is_wrong_is_named_with_what_is_wrong(
    tmp_path, text, message
):
    path = tmp_path / "wrong.toml"
    path.write_text(text)

    with pytest.raises(errors.ConfigError) as raised:
        config.read(path)

    assert str(raised.value).startswith(f"{path}: ")
    assert message in str(raised.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(errors.ConfigError, match="none.toml: can't be read"):
        config.read(tmp_path / "none.toml")


def test_reading_a_config_needs_neither_numpy_nor_tensorflow():
    code = (
        "import sys; from tf_fingerprint import config; "
        "sys.exit(bool({'numpy', 'keras', 'tensorflow'} & set(sys.modules)))"
    )

    subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=True)
