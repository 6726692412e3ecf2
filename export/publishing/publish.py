"""Publishing: a servable appears to a running server whole, or not at all."""

import datetime
import json
import os
import pathlib

import tensorflow as tf

from export.publishing import fresh
from export.publishing import lint
from export.publishing import versions
from export.publishing import warmup
from export.servables import servable as servables
from tf_fingerprint import errors
from tf_fingerprint.version import __version__

MANIFEST = "manifest.json"


def publish(
    servable: servables.Servable,
    base_dir: str | os.PathLike,
    *,
    version: int | None = None,
    keep: int | None = None,
    process: fresh.Process | None = None,
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
        process: Where to try it; a new one if not given. Whoever publishes
            often saves the seconds in which TensorFlow starts.

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
        return versions.add(
            base,
            lambda draft: _write(servable, draft, process),
            wanted=version,
            keep=keep,
        )
    except (OSError, tf.errors.OpError) as error:
        raise errors.ExportError(
            f"{base}: the servable can't be published there. {error}. No "
            "version was left half-written."
        ) from error


def read_manifest(directory: str | os.PathLike) -> dict:
    """What `publish` wrote down of a version."""
    path = pathlib.Path(directory, warmup.EXTRAS, MANIFEST)
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise errors.ExportError(
            f"{path}: the manifest of this version can't be read. {error}. "
            "Was it written by `export.publish`?"
        ) from error


def _write(servable, draft, process):
    """Everything that the version will hold, tried."""
    tf.saved_model.save(
        servable.module, str(draft), signatures=dict(servable.signatures)
    )
    warmup.write(draft, servable.examples)
    lint.check(draft, process=process)
    figures = {}
    if servable.check is not None:
        figures |= servable.check(str(draft))
    manifest = {
        "metadata": dict(servable.metadata),
        "signatures": _signatures(servable),
        "self_test": figures,
        "published_at": datetime.datetime.now(datetime.UTC).isoformat(),
        "made_by": f"tf-fingerprint {__version__}",
        "tensorflow": tf.__version__,
    }
    text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False)
    path = draft / warmup.EXTRAS / MANIFEST
    path.write_text(text + "\n", encoding="utf-8")


def _signatures(servable):
    """From each signature to types and shapes of what goes in and out."""
    described = {}
    for name, function in servable.signatures.items():
        concrete = function.get_concrete_function()
        inputs = {spec.name: spec for spec in function.input_signature}
        described[name] = {
            kind: {
                key: {"dtype": spec.dtype.name, "shape": spec.shape.as_list()}
                for key, spec in sorted(specs.items())
            }
            for kind, specs in [
                ("inputs", inputs),
                ("outputs", concrete.structured_outputs),
            ]
        }
    return described


def _check_positive(name, value):
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(
            f"`{name}` must be a positive integer. Received: {value!r}"
        )
