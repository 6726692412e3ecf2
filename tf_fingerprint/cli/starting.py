"""TensorFlow's start and runs; what paths lead nowhere is told before."""

import os
import sys
from collections.abc import Iterable

from tf_fingerprint.backends import quiet


def import_tensorflow() -> None:
    """Imports TensorFlow; what it says meanwhile is shown only if it fails.

    Its remarks on the processor go to stderr whatever the log level is. Whoever
    sets `TF_CPP_MIN_LOG_LEVEL` sees them.
    """
    if "tensorflow" in sys.modules or "TF_CPP_MIN_LOG_LEVEL" in os.environ:
        return
    if os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow":
        return  # Keras does without.
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
    with quiet.stderr_unless_it_fails():
        import tensorflow  # noqa: F401


def check_sources(run: str, sources: Iterable[str]) -> None:
    """Raises unless a run and sources of pictures are there, as they should."""
    from tf_fingerprint import methods
    from tf_fingerprint.data import listings

    methods.find(run)
    for source in sources:
        listings.check_exists(source)


def load_run(run: str):
    """Opens a run, or the weights that come with the package."""
    from tf_fingerprint import errors
    from tf_fingerprint import methods

    methods.find(run)
    import_tensorflow()
    opened = methods.load(run)
    if not hasattr(opened, "decoder"):
        raise errors.RunError(
            f"{run}: the run must read fingerprints. It is of the method "
            f"`{opened.settings.method}`, which has none. Use `tf-fingerprint "
            "attribute` without a registry, `evaluate`, or `passive`."
        )
    return opened


def check_generator(run) -> None:
    """Raises a `RunError` unless a run makes pictures itself."""
    from tf_fingerprint import errors

    if not hasattr(run, "generator"):
        raise errors.RunError(
            f"{run.folder}: the run must have a generator. It is a codec's, "
            "which marks pictures that there are. Use `tf-fingerprint embed`."
        )


def check_codec(run) -> None:
    """Raises a `RunError` unless a run marks pictures that there are."""
    from tf_fingerprint import errors

    if not hasattr(run, "encoder"):
        raise errors.RunError(
            f"{run.folder}: the run must be a codec's, to mark pictures. It is "
            "a generator's, which marks what it makes itself. Train one whose "
            'config says `method = "artificial"`.'
        )
