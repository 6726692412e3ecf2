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
from export.publishing import fresh
from export.publishing import lint
from export.publishing import selftest
from tf_fingerprint.backends import quiet

# Pictures differ from those that the limit was measured on.
MAX_LOST_ACCURACY = 0.1


def figures(
    run,
    folder: pathlib.Path,
    fingerprint: npt.NDArray[np.uint8],
    *,
    min_accuracy: float,
) -> dict[str, Any]:
    """Tries a SavedModel.

    `fingerprint`: `(num_bits,)`, what is sealed in; `min_accuracy`: share of
    bits that must be read.
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
        check = selftest.generation_check(
            decoder, fingerprint, min_accuracy=min_accuracy, process=process
        )
        return dict(check(str(folder)))
