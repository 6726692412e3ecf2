"""The sides of `artificial_codec.py`: one codec in different hands.

Each side is a process of its own. It blocks on its standard input while the
other computes, and answers each command with a line of JSON:

    {"task": "encode", "batches": 8}   {"seconds": ...}
    {"task": "check"}                  {"difference": ...} to what Keras made
"""

import argparse
import json
import os
import pathlib
import sys
import time

import numpy as np

LEARNING_RATE = 1e-3
IMAGE_WEIGHT = 10.0


def serve(tasks):
    """Answers commands until there are no more.

    Args:
        tasks: By name, what does a batch; `check` returns a number.
    """
    # Libraries print to standard output; their chatter goes to stderr.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        command = json.loads(line)
        task = tasks[command["task"]]
        if command["task"] == "check":
            answer = {"difference": float(task())}
        else:
            start = time.perf_counter()
            for _ in range(command["batches"]):
                task()
            answer = {"seconds": time.perf_counter() - start}
        print(json.dumps(answer), file=answers, flush=True)


def serve_keras(folder, exchange, threads, batch_size, precision):
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    import tf_fingerprint
    from tf_fingerprint import config
    from tf_fingerprint.artificial import training

    run = tf_fingerprint.load(folder)
    pixels, bits = inputs(run.config, batch_size)

    settings = config.read(
        folder / "config.toml",
        [
            f"training.batch_size={batch_size}",
            "training.images=1_000_000_000",
            "perturbations.names=[]",
            "curriculum.initial_bits=0",
            "curriculum.exchanged_share=0",
            f"losses.initial_image={IMAGE_WEIGHT}",
            f"losses.image={IMAGE_WEIGHT}",
            f"optimizer.learning_rate={LEARNING_RATE}",
        ],
    )
    keras.config.set_dtype_policy(precision)
    model = training.build(settings)
    step = model.make_train_function()
    batch = tf.constant(pixels / np.float32(127.5) - 1)
    batches = iter(tf.data.Dataset.from_tensors(batch).repeat())

    def check():
        encoded = np.asarray(run.encoder([pixels / np.float32(255), bits]))
        logits = np.asarray(run.decoder(encoded))
        keep(exchange, run, encoded, logits)
        return 0.0

    serve(
        {
            "check": check,
            "encode": lambda: run.encode(pixels, bits, batch_size),
            "decode": lambda: run.decode(pixels, batch_size),
            "train": lambda: step(batches),
        }
    )


def keep(exchange, run, encoded, logits):
    """Writes the networks and what they made, for the other side."""
    arrays = {"encoded": encoded, "logits": logits}
    for name in ("encoder", "decoder"):
        network = getattr(run, name)
        for number, weight in enumerate(network.get_weights()):
            arrays[f"{name}_{number:03d}"] = weight
    np.savez(exchange / "arrays.npz", **arrays)
    settings = {
        name: getattr(run, name).arguments for name in ("encoder", "decoder")
    }
    (exchange / "settings.json").write_text(json.dumps(settings))


def serve_pytorch(folder, exchange, threads, batch_size, precision):
    del folder  # All it needs is what Keras leaves.
    import contextlib

    import pytorch_codec
    import torch
    from torch.nn import functional

    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)  # TensorFlow does so unasked.
    settings = json.loads((exchange / "settings.json").read_text())
    with np.load(exchange / "arrays.npz") as kept:
        arrays = dict(kept)
    codec = pytorch_codec.Codec(settings["encoder"], settings["decoder"])
    codec.take(
        *(
            [arrays[key] for key in sorted(arrays) if key.startswith(name)]
            for name in ("encoder_", "decoder_")
        )
    )
    pixels, bits = inputs(settings["encoder"], batch_size)
    pixels = torch.from_numpy(pixels).permute(0, 3, 1, 2)
    bits = torch.from_numpy(bits)
    optimizer = torch.optim.Adam(codec.parameters(), LEARNING_RATE)
    low = contextlib.nullcontext
    if precision == "mixed_bfloat16":

        def low():
            return torch.autocast("cpu", torch.bfloat16)

    def unit():
        return (pixels.float() / 255).contiguous(
            memory_format=torch.channels_last
        )

    def check():
        with torch.inference_mode():
            encoded = codec.encoder(unit(), bits)
            logits = codec.decoder(encoded).numpy()
        encoded = encoded.permute(0, 2, 3, 1).numpy()
        return max(
            np.abs(encoded - arrays["encoded"]).max(),
            np.abs(logits - arrays["logits"]).max()
            / np.abs(arrays["logits"]).max(),
        )

    def encode():
        with torch.inference_mode():
            encoded = codec.encoder(unit(), bits)
            return (encoded * 255).round().to(torch.uint8).numpy()

    def decode():
        with torch.inference_mode():
            return codec.decoder(unit()).numpy()

    def train():
        images = unit()
        drawn = (torch.rand(bits.shape) > 0.5).float()
        with low():
            encoded = codec.encoder(images, drawn).float()
            logits = codec.decoder(encoded).float()
        loss = IMAGE_WEIGHT * functional.mse_loss(encoded, images)
        loss += functional.binary_cross_entropy_with_logits(logits, drawn)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.item()

    serve({"check": check, "encode": encode, "decode": decode, "train": train})


def inputs(settings, batch_size):
    """The same photographs and bits for both sides."""
    if isinstance(settings, dict):
        side, num_bits = settings["resolution"], settings["num_bits"]
    else:
        side, num_bits = settings.data.resolution, settings.networks.num_bits
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (batch_size, side, side, 3), np.uint8)
    bits = random.integers(0, 2, (batch_size, num_bits)).astype("float32")
    return pixels, bits


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("side", choices=("keras", "pytorch"))
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("exchange", type=pathlib.Path)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--batch-size", type=int, required=True)
    parser.add_argument("--precision", default="float32")
    arguments = parser.parse_args()
    {"keras": serve_keras, "pytorch": serve_pytorch}[arguments.side](
        arguments.folder,
        arguments.exchange,
        arguments.threads,
        arguments.batch_size,
        arguments.precision,
    )
