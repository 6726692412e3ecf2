"""Publishing a model of a run, once it has shown that it still works.

Half of the self-test is the model's counterpart: who reads needs pictures, who
makes them needs a reader. It is written to a closed temporary folder, used, and
thrown away.
"""

import dataclasses
import os
import pathlib
import tempfile
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from export.publishing import fresh
from export.publishing import publish
from export.publishing import selftest
from export.servables import decoder
from export.servables import encoder
from export.servables import open_generator
from export.servables import servable as servables
from tf_fingerprint import artificial
from tf_fingerprint import attribution
from tf_fingerprint import registry
from tf_fingerprint.scalable import run as scalable_run


def release(
    servable: servables.Servable,
    run: scalable_run.Run,
    base_dir: str | os.PathLike[str],
    *,
    min_accuracy: float,
    candidates: attribution.Candidates | None = None,
    keep: int | None = None,
) -> pathlib.Path:
    """Publishes a servable of a run after its self-test.

    `min_accuracy`: share of bits that must be read right in a fresh process; of
    an attribution, of pictures that must be traced to the right recipient,
    while nobody may be named wrongly. Raises `errors.ExportError` if the
    self-test fails, or it can't be published. Nothing is left then.
    """
    if servable.metadata["kind"] in ("open_generator", "encoder"):
        counterpart = decoder.decoder(run)
    elif isinstance(run, artificial.CodecRun):
        counterpart = encoder.encoder(run, allow_open=True)
    else:
        counterpart = open_generator.open_generator(run, allow_open=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        fresh.started() as process,
    ):
        other = publish.publish(counterpart, folder, process=process)
        check = _check(
            servable, other, min_accuracy, candidates, process=process
        )
        return publish.publish(
            dataclasses.replace(servable, check=check),
            base_dir,
            keep=keep,
            process=process,
        )


def _check(servable, other, min_accuracy, candidates, *, process):
    """The self-test of this kind of servable, if there is one to make."""
    kind = servable.metadata["kind"]
    if kind == "attribution":
        issued = _issued(servable.metadata, candidates)
        if not issued:
            return None
        return selftest.attribution_check(
            other, issued, min_attributed=min_accuracy, process=process
        )
    making = {
        "open_generator": selftest.open_generation_check,
        "encoder": selftest.open_generation_check,
        "decoder": selftest.decoding_check,
    }
    num_bits = servable.metadata["num_bits"]
    return making[kind](
        other, num_bits, min_accuracy=min_accuracy, process=process
    )


def _issued(
    metadata: Mapping[str, object], candidates: attribution.Candidates
) -> dict[str, npt.NDArray[np.uint8]]:
    """Some whom the attribution must name, as it calls them."""
    as_names = metadata["recipients_as"] == "names"
    named = [
        record
        for record in candidates.records
        if record.state is not registry.State.REVOKED
    ]
    return {
        record.recipient if as_names else record.id: record.bits
        for record in named[: selftest.PICTURES]
    }
