"""Bundles are tried before they go; one that fails leaves nothing."""

import pytest

from export import findings
from export.bundles import check as bundle_check
from export.bundles import trial as bundle_trial
from export.bundles import writer as bundle_writer
from export.publishing import lint
from tf_fingerprint import errors

from ...tiny_run import tiny_run as tiny_run
from ...tiny_run import tiny_run_dir as tiny_run_dir
from ..bundle_writers import SALT
from ..bundle_writers import record_of
from ..bundle_writers import writer_of

pytestmark = pytest.mark.slow


def test_weights_of_anothers_fingerprint_never_leave(
    tiny_run, tmp_path, monkeypatch
):
    writer = writer_of(tiny_run)
    writer.prepare()
    folding = writer._template._folding
    right = folding.vectors
    monkeypatch.setattr(
        folding, "vectors", lambda fingerprints: right(1 - fingerprints)
    )

    with pytest.raises(errors.ExportError, match="levels away on average"):
        writer.write(record_of(tiny_run, 1), tmp_path / "acme", salt=SALT)
    assert not list(tmp_path.iterdir())


def test_what_is_too_inaccurate_is_not_delivered(
    tiny_run, tmp_path, monkeypatch
):
    writer = writer_of(tiny_run)
    monkeypatch.setattr(writer._template.checker, "_min_bit_accuracy", 1.0)

    with pytest.raises(errors.ExportError, match="at least 100.0% must"):
        writer.write(record_of(tiny_run, 1), tmp_path / "acme", salt=SALT)
    assert not list(tmp_path.iterdir())


def test_the_graph_was_tried_by_a_stranger(tiny_run, tmp_path):
    record = record_of(tiny_run, 1)
    written = writer_of(tiny_run).write(record, tmp_path / "acme", salt=SALT)
    tried = written["self_test"]["fresh_process"]

    assert tried["pictures"] == 32
    # What must be read was read in pictures of the same seeds, here: only
    # rounding is between the two, whatever fingerprint was drawn.
    of_open = tried["min_accuracy"] + bundle_check.MAX_LOST_ACCURACY
    assert tried["bit_accuracy"] == pytest.approx(of_open, abs=0.002)


def test_a_graph_that_fails_the_trial_makes_no_bundle(
    tiny_run, tmp_path, monkeypatch
):
    monkeypatch.setattr(bundle_check, "MAX_LOST_ACCURACY", -1.0)
    writer = bundle_writer.BundleWriter(tiny_run)

    with pytest.raises(errors.ExportError, match="`bit_accuracy` must be at"):
        writer.write(record_of(tiny_run, 1), tmp_path / "acme", salt=SALT)
    assert not list(tmp_path.iterdir())


def test_a_graph_that_breaks_a_rule_makes_no_bundle(
    tiny_run, tmp_path, monkeypatch
):
    pytest.importorskip("tensorflow_serving")
    found = [findings.Finding("stateful-random", "a node", "is wrong.")]
    monkeypatch.setattr(lint, "lint", lambda folder, process: found)

    with pytest.raises(errors.ExportError, match="breaks 1 of the rules"):
        bundle_trial.figures(
            tiny_run, tiny_run.generator, tmp_path, None, min_accuracy=0.0
        )
