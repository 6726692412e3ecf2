import pathlib

import pytest

from tf_fingerprint import config
from tf_fingerprint import errors

CONFIGS = pathlib.Path(__file__).parents[2] / "configs"

SHORTEST = """
[data]
source = "pictures"

[perturbations]
names = ["jpeg", "crop", "jpeg"]
jpeg = [90, 50]

[training]
images = 1000
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "shortest.toml"
    path.write_text(SHORTEST)
    return path


def test_kinds_may_be_given_twice_and_ranges_become_numbers(path):
    settings = config.read(path).perturbations

    assert settings.names == ("jpeg", "crop", "jpeg")
    assert settings.jpeg == (90.0, 50.0)
    assert all(isinstance(end, float) for end in settings.jpeg)


def test_the_paper_s_own_training_has_none(path):
    path.write_text(SHORTEST.partition("[perturbations]")[0] + "\n[training]\n")

    settings = config.read(path, ["training.images=5"])

    assert settings.perturbations.names == ()


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            'perturbations.names=["jpg"]',
            "`perturbations.names` must be one of crop, random_crop,",
        ),
        (
            "perturbations.names=jpeg",
            "`perturbations.names` must be a list of names. Received 'jpeg'.",
        ),
        (
            "perturbations.jpeg=80",
            "must be two finite numbers, such as [0.0, 0.1]. Received 80.",
        ),
        (
            'perturbations.jpeg=[90, "low"]',
            "must be two finite numbers, such as [0.0, 0.1].",
        ),
        ("perturbations.clean_share=2", "at least 0 and at most 1"),
    ],
)
def test_what_makes_no_sense_is_named(path, override, message):
    with pytest.raises(errors.ConfigError) as raised:
        config.read(path, [override])

    assert message in str(raised.value)


def test_weights_to_start_from_are_found_beside_the_file(path):
    settings = config.read(
        path, ["training.start=pretrained", "curriculum.initial_bits=128"]
    )

    assert settings.training.start == "pretrained"
    assert settings.training.anchor == ""
    path.write_text(SHORTEST + 'start = "runs/a"\nanchor = "../b"\n')
    training = config.read(path).training
    assert training.start == str(path.parent / "runs" / "a")
    assert training.anchor == str(path.parent.parent / "b")


def test_the_digest_is_the_same_wherever_those_weights_lie(path):
    def digest(start):
        return config.digest(config.read(path, [f"training.start={start}"]))

    assert digest("/here/run") == digest("/there/run")
    assert digest("/here/run") != digest("/here/other")


def test_the_robust_config_begins_with_what_is_shipped():
    settings = config.read(CONFIGS / "cats_64_robust.toml")
    shipped = config.read(
        CONFIGS.parent / "tf_fingerprint" / "pretrained" / "config.toml"
    )

    assert settings.training.start == "pretrained"
    assert settings.networks == shipped.networks
    assert pathlib.Path(settings.training.anchor, "generator.keras").is_file()
