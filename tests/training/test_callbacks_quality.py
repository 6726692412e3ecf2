"""Figures of photographs that are not trained on, and what is said of them."""

import logging
import types

import pytest

from tf_fingerprint.artificial import Quality
from tf_fingerprint.training import callbacks

from .test_callbacks import make_model
from .test_callbacks import started

pytestmark = pytest.mark.slow


def measured(caplog, psnr, share, floor=30.0):
    """What an epoch's figures hold, and what is said at its end."""
    model = make_model(
        measure=lambda: Quality(0.75, psnr, 0.5, psnr, 5),
        balance=types.SimpleNamespace(share=lambda progress: share),
        progress=None,
    )
    logs = {"images": 8}
    callback = started(callbacks.Quality(1, floor), model)
    with caplog.at_level(logging.ERROR, "absl"):
        callback.on_epoch_end(0, logs)
    return logs, [record.getMessage() for record in caplog.records]


def test_figures_of_what_was_held_out_join_the_others(caplog):
    logs, said = measured(caplog, psnr=31.0, share=1.0)

    assert logs == {"images": 8, "bit_accuracy_png": 0.75, "psnr": 31.0}
    assert said == []


def test_spoiled_pictures_are_reported_once_their_weight_is_there(caplog):
    assert measured(caplog, psnr=29.0, share=0.9)[1] == []

    _, (said,) = measured(caplog, psnr=29.0, share=1.0)

    assert "THE PICTURES ARE SPOILED" in said
    assert "29.0 dB from 5 photographs" in said
