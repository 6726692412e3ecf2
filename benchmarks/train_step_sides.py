"""The sides of `train_step.py`: the same step in different hands.

Each side is a process of its own. It blocks on its standard input while another
side computes, and answers each command with a line of JSON:

    {"steps": 48}     trains so many steps: {"seconds": ...}
    {"product": 1.5}  multiplies matrices for 1.5 seconds: {"gflop_...": ...}
"""

import argparse
import json
import os
import resource
import sys
import time

import train_step_setting as setting

MATRIX_SIZE = 2048
PHOTOGRAPHS = 256


class Conversation:
    """Commands in, one line of JSON out for each."""

    def __init__(self):
        # Libraries print to standard output; their chatter goes to stderr.
        self.answers = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)

    def commands(self):
        for line in sys.stdin:
            yield json.loads(line)

    def answer(self, **figures):
        kibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        figures["peak_memory_mib"] = kibibytes / 1024
        print(json.dumps(figures), file=self.answers, flush=True)


def serve_pytorch_bfloat16(config, threads, conversation):
    import torch

    with torch.autocast("cpu", torch.bfloat16):
        serve_pytorch(config, threads, conversation)


def serve_pytorch(config, threads, conversation):
    import pytorch_step
    import torch

    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)  # TensorFlow does so unasked.
    photographs = torch.from_numpy(procedural(config)).permute(0, 3, 1, 2)
    step = pytorch_step.Step(config)

    def train(steps):
        for _ in range(steps):
            chosen = torch.randint(
                len(photographs), (config.training.batch_size,)
            )
            step(photographs[chosen].float() / 127.5 - 1)

    for command in conversation.commands():
        if "product" in command:
            matrix = torch.randn(MATRIX_SIZE, MATRIX_SIZE)
            rate = product_rate(lambda x=matrix: x @ x, command["product"])
            conversation.answer(gflop_per_second=rate)
            continue
        start = time.perf_counter()
        train(command["steps"])
        conversation.answer(seconds=time.perf_counter() - start)


def serve_tensorflow(config, threads, conversation, compiled=False):
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    serve_keras(config, conversation, compiled)


def serve_xla(config, threads, conversation):
    serve_tensorflow(config, threads, conversation, compiled=True)


def serve_bfloat16(config, threads, conversation):
    import keras

    keras.config.set_dtype_policy("mixed_bfloat16")
    serve_tensorflow(config, threads, conversation)


def serve_jax(config, threads, conversation):
    # XLA takes as many threads as there are processors to run on.
    del threads
    serve_keras(config, conversation)


def serve_keras(config, conversation, compiled=False):
    """Trains by `fit`, on whichever backend Keras has."""
    import keras
    import numpy as np

    from tf_fingerprint import data
    from tf_fingerprint.scalable import training as scalable_training

    class Timekeeper(keras.callbacks.Callback):
        """Holds `fit` until steps are asked for, and times them."""

        steps_left = 0

        def on_train_batch_begin(self, batch, logs=None):
            if self.steps_left:
                return
            for command in conversation.commands():
                if "steps" in command:
                    self.steps_left = command["steps"]
                    self.start = time.perf_counter()
                    return
                matrix = np.random.default_rng(0).standard_normal(
                    (MATRIX_SIZE, MATRIX_SIZE), "float32"
                )
                matrix = keras.ops.convert_to_tensor(matrix)
                rate = product_rate(
                    lambda x=matrix: np.asarray(keras.ops.matmul(x, x)),
                    command["product"],
                )
                conversation.answer(gflop_per_second=rate)
            raise KeyboardInterrupt  # Nobody asks any more.

        def on_train_batch_end(self, batch, logs=None):
            self.steps_left -= 1
            if not self.steps_left:
                conversation.answer(seconds=time.perf_counter() - self.start)

    training = config.training
    is_jax = keras.config.backend() == "jax"
    batches = (data.numpy_batches if is_jax else data.batches)(
        procedural(config), batch_size=training.batch_size, seed=training.seed
    )
    gan = scalable_training.build(config)
    if compiled:
        import tensorflow as tf

        from tf_fingerprint.layers import resampling

        resampling.BY_SHIFTS = True  # What XLA compiles best.
        gan.train_step = tf.function(gan.train_step, jit_compile=True)
    gan.fit(
        batches,
        steps_per_epoch=training.images // training.batch_size,
        shuffle=False,
        verbose=0,
        callbacks=[Timekeeper()],
    )


def procedural(config):
    """Photographs for all sides, `uint8`."""
    from tf_fingerprint import data

    return data.procedural_images(
        PHOTOGRAPHS, resolution=config.data.resolution
    )


def product_rate(multiply, seconds):
    """Of the fastest product of two square matrices, in GFLOP a second."""
    fastest, end = float("inf"), time.perf_counter() + seconds
    while (start := time.perf_counter()) < end:
        multiply()
        fastest = min(fastest, time.perf_counter() - start)
    return 2 * MATRIX_SIZE**3 / fastest / 1e9


SIDES = {
    "tensorflow": serve_tensorflow,
    "xla": serve_xla,
    "jax": serve_jax,
    "pytorch": serve_pytorch,
    "bfloat16": serve_bfloat16,
    "pytorch_bfloat16": serve_pytorch_bfloat16,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("side", choices=SIDES)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--resolution", type=int, default=64)
    arguments = parser.parse_args()
    config = setting.at(arguments.resolution)
    try:
        SIDES[arguments.side](config, arguments.threads, Conversation())
    except KeyboardInterrupt:
        pass
