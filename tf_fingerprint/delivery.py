"""What a recipient is handed: a folder with a sealed instance."""

import json
import os
import pathlib
import secrets
import shutil

import keras

from tf_fingerprint import __version__
from tf_fingerprint import config
from tf_fingerprint import errors
from tf_fingerprint import registry

INSTANCE, SAVED_MODEL, MANIFEST = (
    "instance.keras",
    "savedmodel",
    "manifest.json",
)


def check_new(folder: pathlib.Path) -> None:
    """Raises a `RunError` if there is something at the folder's place."""
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise errors.RunError(
            f"{folder}: an instance must go into a new or empty folder. This "
            "one holds something already. Choose another."
        )


def deliver(
    instance: keras.Model,
    record: registry.IssuanceRecord,
    settings: config.Config,
    folder: pathlib.Path,
) -> None:
    """Writes a sealed instance as `.keras` and as SavedModel: all or nothing.

    Args:
        instance: The sealed instance.
        record: Its issuance. `manifest.json` names all of it but the
            fingerprint.
        settings: What its generator was trained with.
        folder: Where to; must be new or empty.

    Raises:
        errors.RunError: If the folder holds something, or can't be written.
    """
    # The one place where this package imports `export`, which imports it.
    from export import savedmodel

    check_new(folder)
    folder = folder.absolute()
    draft = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    try:
        draft.mkdir(parents=True)
        instance.save(draft / INSTANCE)
        savedmodel.export_instance(instance, draft / SAVED_MODEL)
        manifest = _manifest(record, settings)
        text = json.dumps(manifest, indent=2, ensure_ascii=False)
        (draft / MANIFEST).write_text(text + "\n", encoding="utf-8")
        os.rename(draft, folder)
    except OSError as error:
        raise errors.RunError(
            f"{folder}: the instance can't be written. {error}. Nothing was "
            "left there."
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _manifest(record, settings):
    """What a recipient is told: all but the fingerprint."""
    return {
        "issuance_id": record.id,
        "recipient": record.recipient,
        "issued_at": record.issued_at.isoformat(),
        "generator_digest": record.generator.digest,
        "resolution": settings.data.resolution,
        "channels": settings.data.channels,
        "latent_dim": settings.networks.latent_dim,
        "noise": settings.networks.noise,
        "made_by": f"tf-fingerprint {__version__}",
    }
