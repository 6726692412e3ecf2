"""What leaves the house: bundles and sealed instances."""

import os
import pathlib
from collections.abc import Collection
from typing import TYPE_CHECKING
from typing import Any

from tf_fingerprint import backends
from tf_fingerprint import errors

if TYPE_CHECKING:
    from export.bundles import writer as bundle_writing

INSTANCE = "instance.keras"


def bundle_writer(
    run: Any,
    formats: Collection[str] = (),
    sign_with: str | os.PathLike[str] | None = None,
) -> "bundle_writing.BundleWriter":
    """What writes a run's bundles: the same one for the same options.

    Returns `BundleWriter`, which shares what it can between bundles.
    """
    if backends.is_jax():
        raise errors.RunError(
            "Keras's backend must be `tensorflow` to write bundles, which hold "
            "SavedModels. Received `jax`. Do the same with "
            "KERAS_BACKEND=tensorflow: it reads this run too."
        )
    # Imported here, as JAX does without it.
    from export.bundles import writer as bundle_writing

    writers = run.kept
    key = ("bundle writer", tuple(formats), sign_with)
    if key not in writers:
        writers[key] = bundle_writing.BundleWriter(
            run, formats=formats, sign_with=sign_with
        )
    return writers[key]


def save_instance(instance, folder: pathlib.Path) -> pathlib.Path:
    """Writes a sealed instance as a SavedModel."""
    import export

    return export.publish(export.sealed_instance(instance), folder)
