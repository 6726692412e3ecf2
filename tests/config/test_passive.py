import pathlib

import pytest

from tf_fingerprint import config
from tf_fingerprint import errors

ROOT = pathlib.Path(__file__).parents[2]
CONFIGS = sorted((ROOT / "configs").glob("passive_[0-9]*.toml"))


def read_with(*overrides):
    return config.read(None, overrides, kind=config.PassiveConfig)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_configs_name_their_command_and_are_written_again(path, tmp_path):
    read = config.read(path)
    comment = path.read_text().partition("\n[")[0]
    assert f"tf-fingerprint train configs/{path.name}" in comment
    (tmp_path / "config.toml").write_text(config.to_toml(read))

    assert config.read(tmp_path / "config.toml") == read
    assert config.digest(read) == config.digest(config.read(path))


def test_without_a_file_everything_is_the_papers():
    read = read_with("training.batch_size=8")

    assert read.data.resolution == 128
    assert read.optimizer.beta_2 == 0.99
    assert read.training.batch_size == 8


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("networks.num_bits=8", "unknown key `networks`. Did you mean `netw"),
        ("network.width=8", "unknown key `network.width`"),
        ("network.variant=mid", "`network.variant` must be one of full"),
        ("attack.name=fire", "`attack.name` must be one of"),
        ("data.calibration_share=0", "`data.calibration_share` must be above"),
        ("data.test_share=0.95", "`data.calibration_share` must be above 0"),
        ("unknown.max_false_positive_rate=0", "`unknown.max_false_positive"),
        ("optimizer.decay_images=2_000_000", "must be at most `training.im"),
    ],
)
def test_settings_that_make_no_sense_are_refused(override, message):
    with pytest.raises(errors.ConfigError, match=message):
        read_with(override)
