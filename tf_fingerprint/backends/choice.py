"""Which of Keras's backends computes."""

import contextlib
import sys

from tf_fingerprint import errors


def is_jax() -> bool:
    """Whether JAX computes, and not TensorFlow.

    Raises:
        errors.TrainingError: If another backend does.
    """
    import keras  # Not at the head: it brings TensorFlow, which has remarks.

    backend = keras.backend.backend()
    if backend not in ("tensorflow", "jax"):
        raise errors.TrainingError(
            "Keras's backend must be `tensorflow` or `jax` to train. Received "
            f"`{backend}`. Set the environment variable KERAS_BACKEND."
        )
    return backend == "jax"


@contextlib.contextmanager
def alone():
    """Keeps Keras from importing TensorFlow where JAX computes.

    Where TensorFlow is installed, Keras 3.15 imports it to seed it, and to ask
    of what it saves whether it is TensorFlow's.
    """
    if not is_jax() or "tensorflow" in sys.modules:
        yield
        return
    # Python's way to say that there is no such module.
    sys.modules["tensorflow"] = None
    try:
        yield
    finally:
        del sys.modules["tensorflow"]
