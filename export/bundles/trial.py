"""The graph that all bundles share, tried by a stranger: once for all.

A fresh process that can import neither Keras nor this package loads a
SavedModel as bundles have it, with a fingerprint that is issued to nobody,
makes PNG files and reads them with an export of the decoder.
"""

import importlib.util
import pathlib
import tempfile
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

import export
from export.bundles import check as bundle_check
from export.publishing import fresh
from export.publishing import lint
from export.publishing import selftest
from export.servables import random_inputs
from tf_fingerprint import data
from tf_fingerprint import models
from tf_fingerprint.backends import quiet


def figures(
    run,
    generator: models.Generator,
    folder: pathlib.Path,
    fingerprint: npt.NDArray[np.uint8],
    *,
    min_accuracy: float,
) -> dict[str, Any]:
    """Tries a SavedModel.

    `generator`: its open generator, computing in float32 as copies do;
    `fingerprint`: `(num_bits,)`, what is sealed in. `min_accuracy`: share of
    bits that must be read. As many must be as in the open generator's pictures
    of the same seeds, but for rounding.
    """
    with (
        tempfile.TemporaryDirectory() as decoder,
        fresh.started() as process,
    ):
        # Requests to try a graph with come with an extra, which servers have.
        if importlib.util.find_spec("tensorflow_serving") is not None:
            lint.check(folder, process=process)
        reader = export.decoder(run)
        with quiet.only_warnings():
            tf.saved_model.save(
                reader.module, decoder, signatures=dict(reader.signatures)
            )
        of_open = _open_accuracy(run, generator, fingerprint)
        check = selftest.generation_check(
            decoder,
            fingerprint,
            min_accuracy=max(
                min_accuracy, of_open - bundle_check.MAX_LOST_ACCURACY
            ),
            process=process,
        )
        return dict(check(str(folder)))


def _open_accuracy(run, generator, fingerprint):
    """Share of bits read in open pictures of the stranger's very seeds."""
    seeds = tf.constant(selftest.seeds())
    latents, noise = (
        random_inputs.normal_rows(seeds, length, stream).numpy()
        for length, stream in (
            (run.config.networks.latent_dim, random_inputs.LATENTS),
            (generator.num_noise, random_inputs.NOISE),
        )
    )
    pictures = bundle_check.open_pictures(
        run.config, generator, latents, noise
    )(fingerprint)
    _, logits = run.decoder(data.to_unit(pictures), training=False)
    return float(((logits.numpy() > 0) == fingerprint).mean())
