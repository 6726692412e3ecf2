"""Every config of before is read, and says what it said."""

import dataclasses
import os

import pytest

from tf_fingerprint import config

from . import goldens

# Those of before said their kind by the command that read them.
KINDS = {
    "config": None,
    "passive": config.PassiveConfig,
    "visualization": config.VisualizationConfig,
}
CONFIGS = goldens.FOLDER / "configs"


def from_here(settings):
    """As `making_runs.from_here`, so that answers hold no machine's paths."""
    if isinstance(settings, dict):
        return {key: from_here(each) for key, each in settings.items()}
    if isinstance(settings, str) and settings.startswith("/"):
        return os.path.relpath(settings, CONFIGS)
    return list(settings) if isinstance(settings, tuple) else settings


def test_there_is_an_answer_for_each():
    names = {path.name for path in CONFIGS.iterdir()}

    assert names == set(goldens.ANSWERS["configs"])
    assert len(names) >= 22


@pytest.mark.parametrize("name", sorted(goldens.ANSWERS["configs"]))
def test_a_config_says_what_it_said(name):
    answer = goldens.ANSWERS["configs"][name]

    settings = config.read(CONFIGS / name, kind=KINDS[answer["kind"]])

    now = from_here(dataclasses.asdict(settings))
    assert goldens.differences(answer["settings"], now) == []
