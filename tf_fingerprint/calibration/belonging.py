"""The calibration that belongs to a run, and what is issued by it."""

import pathlib
from collections.abc import Callable

import numpy.typing as npt

from tf_fingerprint import fingerprints
from tf_fingerprint import registry
from tf_fingerprint.calibration import record
from tf_fingerprint.calibration.record import Calibration

FILE_NAME = "calibration.json.gz"


def of_run(
    folder: pathlib.Path, generator: registry.GeneratorRecord
) -> Calibration | None:
    """The calibration in a run's directory.

    Args:
        folder: The run directory.
        generator: What a registry holds of the run.

    Returns:
        The calibration, or None if there is none.

    Raises:
        errors.CalibrationError: If it can't be read, or is another decoder's.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return None
    found = record.load(path)
    found.check_decoder(generator)
    return found


def drawing(
    calibration: Calibration | None,
) -> Callable[[int], npt.ArrayLike]:
    """What draws fresh fingerprints: fairly, and by a calibration if known.

    Args:
        calibration: Of the decoder that will read them, or None.

    Returns:
        A function of the number of bits, for `registry.issue`.
    """
    return fingerprints.random_bits if calibration is None else calibration.draw
