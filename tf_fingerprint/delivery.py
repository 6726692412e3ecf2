"""What leaves the house: sealed instances, and pictures as files."""

import json
import os
import pathlib
import secrets
import shutil

import keras
import numpy as np
import numpy.typing as npt
from PIL import Image

from tf_fingerprint import __version__
from tf_fingerprint import config
from tf_fingerprint import errors
from tf_fingerprint import registry

INSTANCE, SAVED_MODEL, MANIFEST = (
    "instance.keras",
    "savedmodel",
    "manifest.json",
)


def check_new(folder: pathlib.Path, what: str) -> None:
    """Raises a `RunError` unless the folder is new or empty.

    Args:
        folder: Where to write.
        what: What is to be written, such as "an instance".
    """
    try:
        is_free = not folder.exists() or not any(folder.iterdir())
    except OSError:  # A file, or a folder that is closed to us.
        is_free = False
    if not is_free:
        raise errors.RunError(
            f"{folder}: {what} must go into a new or empty folder. There is "
            "something already. Choose another."
        )


def write_pictures(
    images: npt.NDArray[np.uint8],
    folder: pathlib.Path,
    *,
    extension: str = ".png",
    **settings: int,
) -> list[pathlib.Path]:
    """Writes pictures as numbered files.

    Args:
        images: `(images, height, width, channels)`.
        folder: Where to; made if need be.
        extension: Says the format, such as `.png`.
        **settings: For Pillow, such as `quality=90`.

    Returns:
        The files, in order.

    Raises:
        errors.RunError: If they can't be written.
    """
    digits = max(2, len(str(len(images) - 1)))
    paths = [
        folder / f"{number:0{digits}}{extension}"
        for number in range(len(images))
    ]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, pixels in zip(paths, images, strict=True):
            # Of grey pictures Pillow wants no axis for channels.
            grey = pixels.shape[-1] == 1
            image = Image.fromarray(pixels[..., 0] if grey else pixels)
            image.save(path, **settings)
    except OSError as error:
        raise errors.RunError(
            f"{folder}: the pictures can't be written. {error}."
        ) from error
    return paths


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

    check_new(folder, "an instance")
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
