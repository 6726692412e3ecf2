"""The devices that share a step, on TensorFlow or JAX.

TensorFlow runs a step once on each device: every replica has its share of the
batch, and optimizers add up what the replicas found. JAX compiles one program
for the whole batch, which is then shared out: whatever the number of devices,
there is one replica, and means, groups of pictures and draws are those of the
whole batch.
"""

import contextlib
import contextvars
import json
import os

import numpy as np

from tf_fingerprint import backends
from tf_fingerprint import errors

_DEVICES = contextvars.ContextVar("devices", default=None)


class Devices:
    """JAX's counterpart of `tf.distribute.Strategy`: data in parallel.

    `devices`: from `jax.devices()`; all of them if not given.
    """

    def __init__(self, devices=None):
        import jax

        mesh = jax.sharding.Mesh(np.array(devices or jax.devices()), ("batch",))
        parts = jax.sharding.PartitionSpec
        self.num_devices = mesh.size
        # On every device the whole; on every device its share of the rows.
        self.whole = jax.sharding.NamedSharding(mesh, parts())
        self.rows = jax.sharding.NamedSharding(mesh, parts("batch"))

    @contextlib.contextmanager
    def scope(self):
        """Models made inside train on these devices."""
        token = _DEVICES.set(self)
        try:
            yield
        finally:
            _DEVICES.reset(token)

    def place(self, batch: np.ndarray):
        """Gives each device its rows of a batch.

        `batch`: the whole batch, also where several processes share it.
        """
        import jax

        if len(batch) % self.num_devices:
            raise errors.TrainingError(
                "`training.batch_size` must be a multiple of the number of "
                f"devices. Received {len(batch)} for {self.num_devices}. "
                "Choose another, or hide devices, for example by "
                "CUDA_VISIBLE_DEVICES."
            )
        return jax.make_array_from_callback(
            batch.shape, self.rows, lambda index: batch[index]
        )


def current() -> Devices:
    """The devices in whose scope this is; outside any, JAX's first."""
    devices = _DEVICES.get()
    if devices is not None:
        return devices
    import jax

    return Devices(jax.local_devices()[:1])


def count() -> int:
    """In how many parts a step is run; each has its own share of the batch."""
    if backends.is_jax():
        return 1
    import tensorflow as tf

    return tf.distribute.get_strategy().num_replicas_in_sync


def number():
    """Which of these parts this is, from 0."""
    if backends.is_jax():
        return 0
    import tensorflow as tf

    return tf.distribute.get_replica_context().replica_id_in_sync_group


def mean(value):
    """Mean over all parts, on each of them."""
    if backends.is_jax():
        return value
    import tensorflow as tf

    context = tf.distribute.get_replica_context()
    return context.all_reduce(tf.distribute.ReduceOp.MEAN, value)


def share(rows):
    """Shares rows out that a compiled step has made, where it is all devices'.

    `rows`: a tensor, batch axis first. Returns the same tensor. Without this,
    every device might do all the work.
    """
    devices = _DEVICES.get()
    if devices is None or devices.num_devices == 1:
        return rows
    if rows.shape[0] % devices.num_devices:
        return rows
    import jax

    return jax.lax.with_sharding_constraint(rows, devices.rows)


def choose_strategy():
    """All GPUs of this machine, or the CPU; all workers of `TF_CONFIG`.

    Returns `tf.distribute.MultiWorkerMirroredStrategy` where `TF_CONFIG` names
    a cluster of several workers, `MirroredStrategy` otherwise. Under JAX
    `Devices`.
    """
    if backends.is_jax():
        return Devices()
    import tensorflow as tf

    cluster = json.loads(os.environ.get("TF_CONFIG", "{}")).get("cluster", {})
    if len(cluster.get("worker", [])) > 1:
        return tf.distribute.MultiWorkerMirroredStrategy()
    return tf.distribute.MirroredStrategy()
