"""What can go wrong in the world around this package.

Wrong arguments raise `ValueError` or `TypeError`. Files, registries and runs
that are not as they should be raise one of these, which the command line
prints without a traceback.
"""

from collections.abc import Sequence


class FingerprintError(Exception):
    """Anything outside the program that must be put right before going on."""


class ConfigError(FingerprintError):
    """A configuration that can't be read or doesn't make sense."""


class DataError(FingerprintError):
    """Training or test images that can't be found or read."""


class RunError(FingerprintError):
    """A run directory that is missing, incomplete or of another run."""


class UntraceableError(RunError):
    """A run that reads too few bits for its copies to be told apart."""


class TrainingError(FingerprintError):
    """A training that can't go on, such as one whose loss is not a number."""


class RegistryError(FingerprintError):
    """A registry that can't be opened, or a record that isn't there."""


class FingerprintTakenError(RegistryError):
    """A fingerprint that another recipient already holds, or one too like it.

    `places`: which of the fingerprints received were taken, where known.
    """

    def __init__(self, message: str, places: Sequence[int] = ()):
        super().__init__(message)
        self.places = places


class BatchTakenError(RegistryError):
    """A line of a list of recipients that was issued for already."""


class AuditError(RegistryError):
    """A registry whose records or history were changed past its audit log."""


class TooFewBitsError(FingerprintError, ValueError):
    """Fingerprints so short that not even a perfect match would be evidence.

    Also a `ValueError`: whoever chose the rate, the length and the number of
    candidates can choose others.
    """


class CalibrationError(FingerprintError):
    """A calibration that can't be made or read, or is another decoder's."""


class EvidenceError(FingerprintError):
    """A report that can't be written or read, or that does not hold."""


class EvaluationError(FingerprintError):
    """A figure that can't be measured on what was given."""


class ExportError(FingerprintError):
    """A servable or bundle that can't be written, or that failed its check."""


class ServingError(FingerprintError):
    """A server that can't be started or reached, or that refused a request."""
