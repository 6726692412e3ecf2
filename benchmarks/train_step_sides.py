"""The two sides of `train_step.py`: the same step in TensorFlow and PyTorch.

Each side runs in a process of its own. It blocks on its standard input while
the other side computes, and reports on its standard output.
"""

import json
import os
import pathlib
import resource
import sys
import time

import numpy as np

SHIPPED = {
    "resolution": 64,
    "num_bits": 128,
    "latent_dim": 128,
    "affine_gain": 0.5,
    "channel_base": 512,
    "max_channels": 128,
    "batch_size": 8,
    "learning_rate": 0.002,
    "r1_interval": 16,
    "ema_half_life_images": 10_000,
    "loss_weights": {
        "adversarial": 1.0,
        "latent": 1.0,
        "fingerprint": 5.0,
        "consistency": 0.5,
        "r1": 5.0,
        "path_length": 0.0,
    },
}
MATRIX_SIZE = 2048
MATRIX_SECONDS = 1.0


class Conversation:
    """Commands in, one line of JSON out for each."""

    def __init__(self):
        # Libraries print to standard output; their chatter goes to stderr.
        self.answers = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)

    def next_command(self):
        line = sys.stdin.readline()
        return json.loads(line) if line else {"stop": True}

    def answer(self, **figures):
        kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        figures["peak_memory_mib"] = kilobytes / 1024
        print(json.dumps(figures), file=self.answers, flush=True)


def serve_pytorch(setting, images_file, threads, conversation):
    import pytorch_step
    import torch

    torch.set_num_threads(threads)
    photographs = torch.from_numpy(np.load(images_file)).permute(0, 3, 1, 2)
    step = pytorch_step.Step(setting, fixed_noise(setting["resolution"]))

    def run(steps):
        for _ in range(steps):
            chosen = torch.randint(len(photographs), (setting["batch_size"],))
            images = photographs[chosen].float() / 127.5 - 1
            step(images.contiguous(memory_format=torch.channels_last))

    while not (command := conversation.next_command()).get("stop"):
        if "steps" in command:
            start = time.perf_counter()
            run(command["steps"])
            conversation.answer(seconds=time.perf_counter() - start)
        else:
            matrix = torch.randn(MATRIX_SIZE, MATRIX_SIZE)
            conversation.answer(gflop_per_second=peak(lambda: matrix @ matrix))


def serve_tensorflow(setting, images_file, threads, conversation):
    import keras
    import tensorflow as tf

    from tf_fingerprint import data

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)

    class Timekeeper(keras.callbacks.Callback):
        """Holds `fit` until steps are asked for, and times them."""

        steps_left = 0

        def on_train_batch_begin(self, batch, logs=None):
            while not self.steps_left:
                command = conversation.next_command()
                if command.get("stop"):
                    raise StopIteration
                self.steps_left = command.get("steps", 0)
                if not self.steps_left:
                    matrix = tf.random.normal((MATRIX_SIZE, MATRIX_SIZE))
                    rate = peak(lambda: tf.matmul(matrix, matrix).numpy())
                    conversation.answer(gflop_per_second=rate)
                self.start = time.perf_counter()

        def on_train_batch_end(self, batch, logs=None):
            self.steps_left -= 1
            if not self.steps_left:
                elapsed_seconds = time.perf_counter() - self.start
                conversation.answer(seconds=elapsed_seconds)

    batch_size = setting["batch_size"]
    photographs = np.load(images_file)
    dataset = data.batches(photographs, batch_size=batch_size, seed=0)
    gan = build_gan(setting)
    try:
        gan.fit(
            dataset,
            steps_per_epoch=2**31,
            verbose=0,
            callbacks=[Timekeeper()],
        )
    except StopIteration:
        return


def build_gan(setting, optimizer=None):
    """The real thing, compiled.

    Args:
        setting: As `SHIPPED`.
        optimizer: Makes an optimizer for a network; Adam if not given.
    """
    from tf_fingerprint import curriculum
    from tf_fingerprint import gan
    from tf_fingerprint import models
    from tf_fingerprint import schedule

    size, bits = setting["resolution"], setting["num_bits"]
    width = {name: setting[name] for name in ("channel_base", "max_channels")}
    latent_dim = {"latent_dim": setting["latent_dim"]}
    generator = models.Generator(
        size,
        num_bits=bits,
        style_dim=bits,
        embedding_layers=0,
        signed_bits=True,
        affine_gain=setting["affine_gain"],
        **latent_dim,
        **width,
    )
    game = gan.FingerprintGAN(
        generator,
        models.Discriminator(size, **width),
        models.Decoder(size, num_bits=bits, **latent_dim, **width),
        curriculum.Curriculum(bits, initial_bits=bits),
        schedule.Schedule(
            total_images=10**9,
            batch_size=setting["batch_size"],
            ema_half_life_images=setting["ema_half_life_images"],
            r1_interval=setting["r1_interval"],
        ),
        loss_weights=setting["loss_weights"],
        noise="fixed",
    )
    lazy = setting["r1_interval"] / (setting["r1_interval"] + 1)
    optimizer = optimizer or (lambda lazy: adam(setting, lazy))
    game.compile(optimizer(1.0), optimizer(1.0), optimizer(lazy))
    return game


def adam(setting, lazy):
    import keras

    return keras.optimizers.Adam(
        setting["learning_rate"] * lazy,
        beta_1=0.0,
        beta_2=0.99**lazy,
        epsilon=1e-8,
    )


def fixed_noise(resolution):
    """As `models.fixed_noise`, without importing Keras."""
    sizes = [2**level for level in range(3, resolution.bit_length())]
    count = 16 + sum(2 * size**2 for size in sizes)
    return np.random.RandomState(0).standard_normal(count).astype("float32")


def peak(multiply):
    """Fastest product of two square matrices, in GFLOP a second."""
    fastest, end = float("inf"), time.perf_counter() + MATRIX_SECONDS
    while (start := time.perf_counter()) < end:
        multiply()
        fastest = min(fastest, time.perf_counter() - start)
    return 2 * MATRIX_SIZE**3 / fastest / 1e9


if __name__ == "__main__":
    side, setting, images_file, threads = sys.argv[1:]
    sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
    serve = {"pytorch": serve_pytorch, "tensorflow": serve_tensorflow}[side]
    serve(json.loads(setting), images_file, int(threads), Conversation())
