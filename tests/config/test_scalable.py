import dataclasses

import pytest

from tf_fingerprint import config
from tf_fingerprint import errors

SHORTEST = """
[data]
source = "pictures"

[training]
images = 1000
"""


# What the paper and its authors' code say, entered a second time by hand.
PAPER = {
    "networks.num_bits": 128,
    "networks.latent_dim": 512,
    "networks.style_dim": 512,
    "networks.embedding_layers": 8,
    "networks.embedding_learning_rate_multiplier": 0.01,
    "networks.signed_bits": False,
    "networks.channel_base": 8192,
    "networks.max_channels": 512,
    "networks.modulated_resolutions": (4, 128),
    "losses.adversarial": 1,
    "losses.latent": 1,
    "losses.fingerprint": 2,
    "losses.consistency": 2,
    "losses.r1": 100,
    "losses.path_length": 2,
    "optimizer.learning_rate": 0.002,
    "optimizer.beta_1": 0,
    "optimizer.beta_2": 0.99,
    "optimizer.r1_interval": 16,
    "optimizer.path_length_interval": 4,
    "optimizer.ema_half_life_images": 10_000,
    "curriculum.initial_bits": 128,
    "curriculum.picture_images": 0,
    "training.batch_size": 16,
    "training.seed": 1000,
    "data.resolution": 128,
    "data.mirror": False,
}


@pytest.fixture
def shortest(tmp_path):
    path = tmp_path / "shortest.toml"
    path.write_text(SHORTEST)
    return path


def setting(settings, key):
    section, name = key.split(".")
    return getattr(getattr(settings, section), name)


@pytest.mark.parametrize(("key", "value"), PAPER.items())
def test_what_a_file_leaves_out_is_as_in_the_paper(shortest, key, value):
    assert setting(config.read(shortest), key) == value


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "training.batch_size=0",
            "`training.batch_size` must be at least 1. Received 0.",
        ),
        (
            "training.batch_size=1.5",
            "`training.batch_size` must be a whole number. Received 1.5.",
        ),
        (
            "training.batch_size=true",
            "`training.batch_size` must be a whole number. Received True.",
        ),
        (
            "data.mirror=1",
            "`data.mirror` must be true or false. Received 1.",
        ),
        (
            "optimizer.learning_rate=inf",
            "`optimizer.learning_rate` must be a finite number. Received inf.",
        ),
        (
            "optimizer.learning_rate=0",
            "`optimizer.learning_rate` must be above 0. Received 0.",
        ),
        (
            "optimizer.beta_1=1",
            "`optimizer.beta_1` must be at least 0 and below 1. Received 1.",
        ),
        (
            "data.crop=middle",
            "`data.crop` must be one of center, celeba, none. "
            "Received 'middle'.",
        ),
        (
            "data.resolution=100",
            "`data.resolution` must be one of 16, 32, 64, 128, 256. "
            "Received 100.",
        ),
        (
            "data.channels=3.0",
            "`data.channels` must be one of 1, 3. Received 3.0.",
        ),
        (
            "networks.num_bits=4",
            "`networks.num_bits` must be at least 8 and at most 512.",
        ),
        (
            "networks.num_bits=64",
            "`curriculum.initial_bits` must be at most `networks.num_bits`, "
            "64. Received 128.",
        ),
        (
            "networks.modulated_resolutions=[4]",
            "must be two whole numbers, such as [4, 128]. Received [4].",
        ),
        (
            "networks.modulated_resolutions=[16, 4]",
            "must be two powers of two from 4 on, the smaller first. "
            "Received [16, 4].",
        ),
        ("data.source=[1]", "`data.source` must be a string. Received [1]."),
        (
            "training.seed=4294967296",
            "must be at least 0 and at most 4294967295.",
        ),
        ("training.imgs=3", "Did you mean `training.images`?"),
        ("images=3", "must be `section.key=value`"),
        ("training.images", "must be `section.key=value`"),
        ("training.images.x=3", "unknown key `training.images.x`."),
    ],
)
def test_a_value_that_makes_no_sense_is_named_with_its_range(
    shortest, override, message
):
    with pytest.raises(errors.ConfigError) as raised:
        config.read(shortest, [override])

    assert message in str(raised.value)


def test_a_wrong_argument_in_python_is_a_value_or_type_error():
    with pytest.raises(ValueError, match="`losses.r1` must be at least 0"):
        config.Losses(r1=-1)
    with pytest.raises(TypeError, match="`losses.r1` must be a finite number"):
        config.Losses(r1="much")


def test_a_config_cannot_be_changed(shortest):
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.read(shortest).training.images = 3


def test_every_field_is_documented():
    for section in dataclasses.fields(config.Config):
        for field in dataclasses.fields(section.type):
            assert f"        {field.name}: " in section.type.__doc__
