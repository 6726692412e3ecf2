"""Whether fingerprints are still read after export: measured, or not exported.

Networks that read 99 % of the bits in training have read 50 % when exported:
rounded pixels, another range, weights of another step. So every export is
loaded in a fresh process, makes pictures, rounds them to PNG files, reads
them, and fails below a stated accuracy.
"""

import collections
import os
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from export.publishing import fresh
from tf_fingerprint import errors

Check = Callable[[str], Mapping[str, Any]]

PICTURES = 32

_SEED = 20


def generation_check(
    decoder_dir: str | os.PathLike,
    bits: npt.NDArray[np.integer],
    *,
    min_accuracy: float,
    pictures: int = PICTURES,
    process: fresh.Process | None = None,
) -> Check:
    """For `Servable.check` of a sealed instance.

    `bits`: `(num_bits,)`, what is sealed in; `min_accuracy`: share of bits that
    must be read right. Returns what takes the directory of the instance and
    returns `pictures`, `num_bits`, `bit_accuracy`, `fewest_matches` in one
    picture, and `min_accuracy`. Raises an `errors.ExportError` where fewer bits
    are read.
    """

    return _reading_check(
        {"reader": str(decoder_dir)},
        [_as_list(bits)],
        min_accuracy=min_accuracy,
        pictures=pictures,
        process=process,
    )


def open_generation_check(
    decoder_dir: str | os.PathLike,
    num_bits: int,
    *,
    min_accuracy: float,
    pictures: int = PICTURES,
    process: fresh.Process | None = None,
) -> Check:
    """For `Servable.check` of an open generator: a fingerprint a picture.

    `min_accuracy`: share of bits that must be read right.
    """

    return _reading_check(
        {"reader": str(decoder_dir)},
        _drawn(pictures, num_bits),
        min_accuracy=min_accuracy,
        pictures=pictures,
        process=process,
    )


def decoding_check(
    generator_dir: str | os.PathLike,
    num_bits: int,
    *,
    min_accuracy: float,
    pictures: int = PICTURES,
    process: fresh.Process | None = None,
) -> Check:
    """For `Servable.check` of a decoder: it reads an open generator's pictures.

    `min_accuracy`: share of bits that must be read right.
    """

    return _reading_check(
        {"generator": str(generator_dir)},
        _drawn(pictures, num_bits),
        min_accuracy=min_accuracy,
        pictures=pictures,
        process=process,
    )


def attribution_check(
    generator_dir: str | os.PathLike,
    issued: Mapping[str, npt.NDArray[np.integer]],
    *,
    min_attributed: float,
    pictures: int = PICTURES,
    process: fresh.Process | None = None,
) -> Check:
    """For `Servable.check` of an attribution: is the right one named?

    Pictures of noise, which nobody made, are asked about as well. Neither for
    them nor for pictures may anybody be named wrongly.

    `issued`: from `recipient_id`, as the answers call them, to fingerprints;
    some of those that are to be attributed. `min_attributed`: share of pictures
    whose recipient must be named. Returns what takes the directory of the
    attribution and returns what `generation_check` does, with `attributed`, the
    share named rightly, `named_wrongly`, `strangers_named` and `verdicts`.
    Raises an `errors.ExportError` where too few are.
    """
    if not issued:
        raise ValueError(
            "`issued` must name somebody whose pictures are made. Received "
            "nobody."
        )

    def check(directory):
        answer = _made_and_read(
            {"generator": str(generator_dir), "reader": directory},
            [_as_list(bits) for bits in issued.values()],
            pictures=pictures,
            process=process,
            strangers=pictures,
        )
        figures = _of_attribution(answer, list(issued))
        figures["min_attributed"] = min_attributed
        _require(figures, "attributed", min_attributed)
        for name in ("named_wrongly", "strangers_named"):
            if figures[name]:
                raise errors.ExportError(
                    f"`{name}` must be 0 after export. It is {figures[name]} "
                    f"of {pictures} pictures. Nothing was published."
                )
        return figures

    return check


def _reading_check(
    other, fingerprints, *, min_accuracy, pictures, process
) -> Check:
    """How many bits are read, by or from the other, held against the limit."""
    [role] = {"generator", "reader"} - other.keys()

    def check(directory):
        answer = _made_and_read(
            {**other, role: directory},
            fingerprints,
            pictures=pictures,
            process=process,
        )
        figures = _of_bits(answer)
        figures["min_accuracy"] = min_accuracy
        _require(figures, "bit_accuracy", min_accuracy)
        return figures

    return check


def _made_and_read(
    directories, fingerprints, *, pictures, process, strangers=0
):
    """What the fresh process measures."""
    job = {
        **directories,
        "fingerprints": fingerprints,
        "pictures": pictures,
        "seed": _SEED,
        "strangers": strangers,
    }
    if process is not None:
        answer = process.run("generation", **job)
    else:
        with fresh.started() as process:
            answer = process.run("generation", **job)
    unread = [status for status in answer["statuses"] if status != "ok"]
    if unread or answer["not_png"]:
        raise errors.ExportError(
            "Pictures made after export must be PNG files that the decoder "
            f"reads. {answer['not_png']} of {pictures} are no PNG files, and "
            f"of {len(unread)} the status is not `ok`, such as "
            f"{unread[:1]}. Nothing was published."
        )
    return answer | {"num_bits": len(fingerprints[0])}


def _of_bits(answer):
    """How many bits are read right."""
    matches, num_bits = answer["matches"], answer["num_bits"]
    return {
        "pictures": len(matches),
        "num_bits": num_bits,
        "bit_accuracy": sum(matches) / (len(matches) * num_bits),
        "fewest_matches": min(matches),
    }


def _of_attribution(answer, recipients):
    """How many are named, and rightly."""
    named = [name or None for name in answer["recipient_id"]]
    due = [recipients[n % len(recipients)] for n in range(len(named))]
    right = sum(one == other for one, other in zip(named, due, strict=True))
    # One that tells verdicts only tells no bits.
    bits = _of_bits(answer) if answer["matches"] else {"pictures": len(named)}
    return bits | {
        "attributed": right / len(named),
        "named_wrongly": sum(name is not None for name in named) - right,
        "strangers_named": sum(
            verdict != "nobody" for verdict in answer["strangers"]
        ),
        "verdicts": dict(collections.Counter(answer["verdict"])),
    }


def _require(figures, name, least):
    """Raises if a figure is below what was stated, or no number."""
    if not figures[name] >= least:
        raise errors.ExportError(
            f"`{name}` must be at least {least} after export. It is "
            f"{figures[name]:.4f} over {figures['pictures']} pictures. Nothing "
            "was published."
        )


def _drawn(number, num_bits) -> Sequence[list[int]]:
    """As many fingerprints, the same every time."""
    random = np.random.default_rng(_SEED)
    return random.integers(0, 2, (number, num_bits)).tolist()


def seeds(pictures: int = PICTURES) -> npt.NDArray[np.int64]:
    """What pictures are made from in a fresh process, `(pictures, 2)`."""
    numbers = np.arange(pictures)
    return np.stack([np.full_like(numbers, _SEED), numbers], axis=1)


def _as_list(bits):
    return np.asarray(bits, np.int64).tolist()
