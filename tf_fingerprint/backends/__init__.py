"""What computes: TensorFlow or JAX, on one device or on several."""

from tf_fingerprint.backends.choice import alone as alone
from tf_fingerprint.backends.choice import is_jax as is_jax
