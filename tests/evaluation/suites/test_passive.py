import dataclasses

import numpy as np
import pytest

from tf_fingerprint import errors
from tf_fingerprint.evaluation.suites import passive as passive_suite
from tf_fingerprint.passive import sources

from ...tiny_passive import of_sources
from ...tiny_passive import passive_dir as passive_dir
from ...tiny_passive import passive_run as passive_run
from ...tiny_passive import sources_dir as sources_dir
from ...tiny_passive import tiny_config
from ...tiny_passive import write_sources


def test_nothing_is_measured_on_what_was_learned_from(passive_run, sources_dir):
    found = passive_suite.evaluate(passive_run, sources_dir)

    shares = found.unknown
    learned = len(passive_run.learned)
    assert found.left_out == learned > 0
    assert shares["striped"].images == 40  # Nothing was learned from these.
    held_out = shares["bright"].images + shares["dark"].images
    assert held_out == 80 - learned == found.confusion.sum()


def test_figures_are_those_of_the_run_itself(passive_run, sources_dir):
    found = passive_suite.evaluate(passive_run, sources_dir)

    files = sorted((sources_dir / "striped").iterdir())
    _, _, unknown = passive_run.classify(files)
    assert found.unknown["striped"].hits == unknown.sum()
    assert found.detected.hits == unknown.sum()
    assert found.detected.images == 40
    right = found.confusion[0, 0] + found.confusion[1, 1]
    assert found.accuracy.hits == right > 0.8 * found.confusion.sum()
    figures = found.to_dict()
    assert figures["accuracy"]["low"] < figures["accuracy"]["value"]
    assert list(found.unknown) == ["bright", "dark", "striped"]


def test_an_attack_comes_before_the_classifier(passive_run, sources_dir):
    files = sorted((sources_dir / "striped").iterdir())
    scores = [each.score for each in passive_run.judge(files)]
    middle = dataclasses.replace(
        passive_run.open_set, threshold=float(np.median(scores))
    )
    run = dataclasses.replace(passive_run, open_set=middle)

    plain = passive_suite.evaluate(run, sources_dir)
    found = passive_suite.evaluate(run, sources_dir, attack="noise")

    assert found.confusion.sum() == plain.confusion.sum()
    assert plain.unknown["striped"].hits == 20
    assert found.unknown != plain.unknown


def test_only_tests_count_where_there_are_some(passive_run, tmp_path):
    for part, count in (("train", 3), ("test", 60)):
        write_sources(tmp_path / part, ("bright", "dark"), count)

    found = passive_suite.evaluate(passive_run, tmp_path)

    # Forty of each were seen before, in part; none is unknown.
    assert found.left_out == len(passive_run.learned)
    assert found.confusion.sum() == 120 - found.left_out
    assert found.detected is None
    assert found.to_dict()["unknown_detected"] is None


def test_sources_that_all_are_unknown_are_refused(passive_run, tmp_path):
    write_sources(tmp_path, ("cats", "dogs"), count=2)

    with pytest.raises(errors.DataError, match="bright, dark. Found cats, d"):
        passive_suite.evaluate(passive_run, tmp_path)


def test_a_source_that_was_learned_from_as_a_whole_is_refused(
    passive_run, sources_dir, tmp_path
):
    config = of_sources(tiny_config(), sources_dir)
    read = sources.read(config.data)
    for label in ("bright", "dark"):
        (tmp_path / label).mkdir()
        for name in read.parts["train"].names[:2]:
            (tmp_path / label / name).write_bytes(
                (sources_dir / label / name).read_bytes()
            )

    with pytest.raises(errors.DataError, match="none of bright, dark"):
        passive_suite.evaluate(passive_run, tmp_path)
