import pathlib

import pytest

from tf_fingerprint import config
from tf_fingerprint import errors

CONFIGS = pathlib.Path(__file__).parents[2] / "configs"

SHORTEST = """
method = "artificial"

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


def test_a_config_is_of_the_method_that_it_says(shortest, tmp_path):
    first = tmp_path / "first.toml"
    text = SHORTEST.replace('method = "artificial"', "")
    first.write_text(text)
    named = tmp_path / "named.toml"
    named.write_text('method = "scalable"' + text)

    assert isinstance(config.read(shortest), config.CodecConfig)
    assert isinstance(config.read(first), config.Config)
    assert config.read(first) == config.read(named)
    assert config.to_toml(config.read(named)).startswith("[data]")
    assert config.to_toml(config.read(shortest)).startswith("method = ")


@pytest.mark.parametrize("method", ['"pasive"', "3", "[]"])
def test_an_unknown_method_is_named(shortest, method):
    shortest.write_text(SHORTEST.replace('"artificial"', method))

    with pytest.raises(errors.ConfigError) as raised:
        config.read(shortest)

    assert "`method` must be one of scalable, artificial" in str(raised.value)


def test_what_is_not_said_is_as_in_the_paper(shortest):
    settings = config.read(shortest)

    assert settings.networks.num_bits == 100
    assert settings.networks.encoder_width == 32
    assert not settings.networks.residual
    assert settings.losses.image == 10
    assert (settings.losses.await_steps, settings.losses.ramp_steps) == (
        *(1000, 3000),
    )
    assert settings.optimizer.learning_rate == 1e-4
    assert settings.training.batch_size == 64
    assert settings.curriculum.initial_bits == 0
    assert settings.perturbations.names == ()


def test_the_papers_config_changes_nothing_of_that(shortest):
    paper = config.read(CONFIGS / "codec_128.toml")
    default = config.read(shortest)

    for section in ("networks", "losses", "optimizer", "curriculum"):
        assert getattr(paper, section) == getattr(default, section)
    assert paper.data.resolution == 128


def test_keys_of_the_other_method_are_unknown(shortest):
    with pytest.raises(errors.ConfigError, match="`losses.r1`"):
        config.read(shortest, ["losses.r1=3"])
    with pytest.raises(
        errors.ConfigError, match="Did you mean `losses.await_steps`"
    ):
        config.read(shortest, ["losses.await_step=3"])


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("networks.num_bits=31", "at least 32 and at most 256. Received 31"),
        ("networks.num_bits=257", "at least 32 and at most 256. Received 257"),
        ("networks.initializer=best", "one of torch, he. Received 'best'"),
        ("curriculum.initial_bits=101", "at most `networks.num_bits`, 100"),
        ("data.channels=1", "`data.channels` must be 3 with `method`"),
        ("data.resolution=16", "`data.resolution` must be at least 32"),
        ("training.held_out_share=1", "must be below 1, or nothing is left"),
        ("networks.mark_resolution=2", "`data.resolution` halved down to 4"),
        ("networks.mark_resolution=128", "Received 128 with a resolution of"),
        ("networks.mark_resolution=16", "`networks.residual` must be true"),
    ],
)
def test_values_that_no_codec_has_are_refused(shortest, override, message):
    with pytest.raises(errors.ConfigError) as raised:
        config.read(shortest, [override])

    assert message in str(raised.value)


def test_the_digest_is_of_the_method_too(shortest):
    settings = config.read(shortest)

    moved = config.read(shortest, ["data.source=/elsewhere/pictures"])
    other = config.read(shortest, ["losses.image=20"])

    assert config.digest(moved) == config.digest(settings)
    assert config.digest(other) != config.digest(settings)
