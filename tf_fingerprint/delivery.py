"""What leaves the house: bundles, and pictures as files."""

import pathlib

import numpy as np
import numpy.typing as npt
from PIL import Image

from tf_fingerprint import backends
from tf_fingerprint import errors

INSTANCE = "instance.keras"


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


def bundle_writer(run, **options):
    """What writes bundles of a run's generator; keep it to write several.

    Args:
        run: `runs.Run`.
        **options: See `export.bundle.BundleWriter`.

    Raises:
        errors.RunError: If Keras's backend is not TensorFlow.
    """
    if backends.is_jax():
        raise errors.RunError(
            "Keras's backend must be `tensorflow` to write bundles, which hold "
            "SavedModels. Received `jax`. Do the same with "
            "KERAS_BACKEND=tensorflow: it reads this run too."
        )
    # This function and the next are those with which this package reaches
    # `export`, which imports the package.
    from export import bundle

    return bundle.BundleWriter(run, **options)


def save_instance(instance, folder: pathlib.Path) -> pathlib.Path:
    """Writes a sealed instance as a SavedModel.

    Args:
        instance: `keras.Model` that `models.seal` made.
        folder: Base path of the servable.

    Returns:
        The SavedModel's folder; its contract is that of `export.instance`.
    """
    import export

    return export.publish(export.sealed_instance(instance), folder)
