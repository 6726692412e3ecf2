"""Sealed instances as SavedModels, for TensorFlow without Keras."""

import os
import pathlib
import shutil
import tempfile

import tensorflow as tf


def export_instance(
    instance, directory: str | os.PathLike, *, version: int = 1
) -> pathlib.Path:
    """Writes a sealed instance as a servable with one signature.

    Its name is `serving_default`.

    Request:  `latents`, `(batch, latent_dim)`, `float32`, standard normal;
              `noise`, `(batch, num_noise)`, `float32`, standard normal, if
              the instance was sealed with random noise.
    Response: `images`, `(batch, resolution, resolution, channels)`, `uint8`.

    Pixels are rounded inside the graph, so that a client can't get the range
    wrong. The directory appears whole or not at all, also to a running server.

    Args:
        instance: `keras.Model` that `models.seal` made.
        directory: Base path of the servable, as in `--model_base_path`.
        version: Positive integer; TensorFlow Serving loads the highest.

    Returns:
        Path of the SavedModel written, `directory/version`.

    Raises:
        ValueError: If `version` is not a positive integer.
        FileExistsError: If this version was exported before. Servers cache by
            version; export under the next one instead.
    """
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise ValueError(
            f"`version` must be a positive integer. Received: {version!r}"
        )
    path = pathlib.Path(directory, str(version))
    _refuse_to_overwrite(path, version)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Servers look for names that are numbers: this one they pass over.
    draft = pathlib.Path(tempfile.mkdtemp(prefix=".draft-", dir=path.parent))
    try:
        module = _servable(instance)
        tf.saved_model.save(
            module, str(draft), signatures={"serving_default": module.serve}
        )
        draft.chmod(0o755)
        try:
            draft.rename(path)
        except OSError:
            # Another process may have been faster.
            _refuse_to_overwrite(path, version)
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return path


def _servable(instance):
    """The instance as a module that knows TensorFlow's variables only.

    `keras.export` would track every variable twice and write it twice.
    """
    module = tf.Module()
    module.variables_of_instance = [weight.value for weight in instance.weights]
    module.serve = tf.function(
        _serve_function(instance),
        input_signature=[
            tf.TensorSpec((None, tensor.shape[-1]), tf.float32, tensor.name)
            for tensor in instance.inputs
        ],
    )
    return module


def _serve_function(instance):
    """From the instance's inputs to images of whole numbers, 0 to 255."""

    def images_of(inputs):
        images = instance(inputs, training=False)
        levels = tf.clip_by_value((images + 1) * 127.5, 0, 255)
        return {"images": tf.cast(tf.round(levels), tf.uint8)}

    # The parameters' names are the request's.
    if len(instance.inputs) == 1:
        return lambda latents: images_of(latents)
    return lambda latents, noise: images_of([latents, noise])


def _refuse_to_overwrite(path, version):
    if path.exists():
        raise FileExistsError(
            f"Version {version} is already exported: {path}. A running server "
            "would keep the old one, so versions are never overwritten. "
            f"Export as version {version + 1}."
        )
