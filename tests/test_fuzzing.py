import os

import hypothesis
import pytest

from . import fuzzing


@pytest.mark.skipif(
    bool(os.environ.get("FUZZ_ANEW")), reason="new inputs are asked for"
)
def test_the_same_inputs_are_tried_at_every_run():
    for settings in (hypothesis.settings(), fuzzing.fuzzed(7)):
        assert settings.derandomize
        assert settings.database is None
    assert fuzzing.fuzzed(7).max_examples == 7
