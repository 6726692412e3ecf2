"""Which of Keras's backends computes."""

import keras

from tf_fingerprint import errors


def is_jax() -> bool:
    """Whether JAX computes, and not TensorFlow.

    Raises:
        errors.TrainingError: If another backend does.
    """
    backend = keras.backend.backend()
    if backend not in ("tensorflow", "jax"):
        raise errors.TrainingError(
            "Keras's backend must be `tensorflow` or `jax` to train. Received "
            f"`{backend}`. Set the environment variable KERAS_BACKEND."
        )
    return backend == "jax"
