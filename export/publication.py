"""Publishing: a servable appears to a running server whole, or not at all."""

import datetime
import json
import os
import pathlib

import tensorflow as tf

from export import servable as servables
from export import versions
from export import warmup
from tf_fingerprint import __version__
from tf_fingerprint import errors

MANIFEST = "manifest.json"


def publish(
    servable: servables.Servable,
    base_dir: str | os.PathLike,
    *,
    version: int | None = None,
    keep: int | None = None,
) -> pathlib.Path:
    """Writes a servable as the next version of a base directory.

    It is written beside the versions under a name that servers pass over,
    tried, put on the disk to its last byte, and renamed. Whoever kills the
    process leaves no more than a draft, which the next publisher removes.

    Args:
        servable: What to publish.
        base_dir: As in `--model_base_path`; made if need be. Whoever may read
            it may read the version.
        version: Its number, above all earlier ones; the next one if not given.
        keep: How many versions stay, with this one; all if not given.

    Returns:
        Path of the version, `base_dir/number`. What was measured stands in its
        `assets.extra/manifest.json`.

    Raises:
        ValueError: If `version` or `keep` is not a positive integer.
        errors.ExportError: If the number was given away before, the servable
            fails a check, or it can't be written. Nothing is left then.
    """
    _check_positive("version", version)
    _check_positive("keep", keep)
    base = pathlib.Path(base_dir).absolute()
    try:
        base.mkdir(parents=True, exist_ok=True)
        versions.next_number(base, version)
        with versions.draft(base) as draft:
            _write(servable, draft)
            versions.settle(draft, base)
            with versions.locked(base):
                path = versions.give(draft, base, version)
                if keep is not None:
                    versions.retain(base, keep)
    except OSError as error:
        raise errors.ExportError(
            f"{base}: the servable can't be published there. {error}. No "
            "version was left half-written."
        ) from error
    return path


def read_manifest(directory: str | os.PathLike) -> dict:
    """What `publish` wrote down of a version.

    Args:
        directory: The version.

    Returns:
        `metadata`, `signatures`, `self_test` and more.

    Raises:
        errors.ExportError: If there is no manifest, or it can't be read.
    """
    path = pathlib.Path(directory, warmup.EXTRAS, MANIFEST)
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise errors.ExportError(
            f"{path}: the manifest of this version can't be read. {error}. "
            "Was it written by `export.publish`?"
        ) from error


def _write(servable, draft):
    """Everything that the version will hold, tried."""
    tf.saved_model.save(
        servable.module, str(draft), signatures=dict(servable.signatures)
    )
    warmup.write(draft, servable.examples)
    figures = {}
    if servable.check is not None:
        figures |= servable.check(str(draft))
    manifest = {
        "metadata": dict(servable.metadata),
        "self_test": figures,
        "published_at": datetime.datetime.now(datetime.UTC).isoformat(),
        "made_by": f"tf-fingerprint {__version__}",
        "tensorflow": tf.__version__,
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False)
    path = draft / warmup.EXTRAS / MANIFEST
    path.write_text(text + "\n", encoding="utf-8")


def _check_positive(name, value):
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(
            f"`{name}` must be a positive integer. Received: {value!r}"
        )
