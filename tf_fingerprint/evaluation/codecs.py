"""A codec as a subject: its pictures are photographs that it marked."""

import functools
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tf_fingerprint import errors
from tf_fingerprint.evaluation.subjects import Subject

if TYPE_CHECKING:
    from tf_fingerprint import artificial


def of_codec(
    run: "artificial.CodecRun",
    photographs: npt.NDArray[np.uint8] | None,
    *,
    photographs_digest: str = "",
    batch_size: int = 64,
) -> Subject:
    """A codec's run as a subject.

    `photographs`: that it was not trained on, of its size, `uint8`; each is
    taken once before any is a second time, the same ones for the same random
    numbers.
    """
    if photographs is None or not len(photographs):
        raise errors.EvaluationError(
            "A codec is measured on photographs that it was not trained on. "
            "Received none. Give some by `--images`."
        )
    form = run.config.data
    shape = (form.resolution, form.resolution, form.channels)
    if photographs.shape[1:] != shape or photographs.dtype != np.uint8:
        raise errors.DataError(
            f"Photographs must be uint8 and {' x '.join(map(str, shape))}, as "
            f"the codec takes them. Received {photographs.dtype} of "
            f"{' x '.join(map(str, photographs.shape[1:]))}."
        )

    def generate(fingerprints, random):
        chosen = draw(photographs, len(fingerprints), random)
        return run.encode(chosen, fingerprints, batch_size=batch_size)

    return Subject(
        generate=generate,
        decode=functools.partial(run.decode, batch_size=batch_size),
        photographs=photographs,
        resolution=form.resolution,
        num_bits=run.record.num_bits,
        codec=run,
        digest=" ".join(
            (run.encoder_digest, run.decoder_digest, photographs_digest)
        ),
    )


def draw(
    photographs: npt.NDArray[np.uint8], count: int, random: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """So many photographs; each once before any comes a second time.

    Returns `(count, height, width, channels)`.
    """
    order = random.permutation(len(photographs))
    return photographs[np.resize(order, count)]
