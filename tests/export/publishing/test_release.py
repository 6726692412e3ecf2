"""A model is published after its self-test, or not at all."""

import pytest

import export
from export.publishing import publish
from export.publishing import release
from tf_fingerprint import errors

from ..attributing import published as published

pytestmark = pytest.mark.slow


def test_what_was_measured_stands_in_the_manifest(published, tmp_path):
    path = release.release(
        export.decoder(published.run), published.run, tmp_path, min_accuracy=0.0
    )

    figures = publish.read_manifest(path)["self_test"]
    assert figures["num_bits"] == 32
    assert 0 < figures["bit_accuracy"] < 1


def test_who_reads_too_little_is_not_published(published, tmp_path):
    servable = export.attribution(published.run, published.candidates)

    with pytest.raises(errors.ExportError, match="`attributed` must"):
        release.release(
            servable,
            published.run,
            tmp_path / "attribution",
            min_accuracy=0.9,
            candidates=published.candidates,
        )

    assert list(tmp_path.glob("attribution/[0-9]*")) == []
