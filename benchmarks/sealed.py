"""How much faster a sealed instance makes images than the open generator.

Both take latents only, through `tf.function` with one signature; the open
generator's fingerprint and noise are constants. They are timed in turns, pair
by pair, so that whatever else the machine does slows both alike; the ratio is
the median over the pairs. Before that, both must make the same images.

    python benchmarks/sealed.py
"""

import argparse
import pathlib
import statistics
import time

import keras
import numpy as np
import results_file
import tensorflow as tf

from tf_fingerprint import models

ROOT = pathlib.Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "tf_fingerprint" / "pretrained" / "generator.keras"
BATCH_SIZES = (1, 16)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=60)
    parser.add_argument("--images-per-timing", type=int, default=128)
    parser.add_argument("--noise", default="fixed", help="of the generator")
    args = parser.parse_args()
    generator = shipped_or_similar()
    bits = np.random.default_rng(0).integers(0, 2, generator.num_bits)
    opened = open_function(generator, bits, args.noise)
    sealed = sealed_function(generator, bits, args.noise)
    figures = {"largest_difference": largest_difference(opened, sealed)}
    for batch_size in BATCH_SIZES:
        calls = max(args.images_per_timing // batch_size, 1)
        latents = tf.random.normal((batch_size, generator.latent_dim))
        pairs = timed_pairs((opened, sealed), latents, args.pairs, calls)
        ratios = [slow / fast for slow, fast in pairs]
        images = batch_size * calls
        for name, seconds in zip(("open", "sealed"), zip(*pairs), strict=True):
            figures[f"{name}_images_per_second_batch_{batch_size}"] = round(
                images / statistics.median(seconds), 1
            )
        figures[f"ratio_to_open_batch_{batch_size}"] = round(
            statistics.median(ratios), 3
        )
        print(f"batch {batch_size}: {figures}", flush=True)
    figures["ratio_to_open"] = figures["ratio_to_open_batch_16"]
    figures["pairs"] = args.pairs
    print(results_file.write("sealed", figures))


def shipped_or_similar():
    """The shipped generator, or one of its size with random weights."""
    if SHIPPED.exists():
        return keras.saving.load_model(SHIPPED, compile=False)
    print(f"No shipped weights at {SHIPPED.relative_to(ROOT)}: random ones.")
    return models.Generator(
        64,
        num_bits=128,
        latent_dim=128,
        style_dim=128,
        embedding_layers=0,
        signed_bits=True,
        channel_base=512,
        max_channels=128,
        affine_gain=0.5,
        noise_strength=0.3,
    )


def open_function(generator, bits, noise):
    maps = np.zeros((1, generator.num_noise), "float32")
    if noise == "fixed":
        maps[0] = models.fixed_noise(generator.output_shape[1])
    elif noise != "none":
        raise SystemExit("Instances are timed with noise fixed or none.")

    @tf.function(
        input_signature=[tf.TensorSpec((None, generator.latent_dim), tf.float32)]
    )
    def generate(latents):
        copies = (tf.shape(latents)[0], 1)
        fingerprints = tf.tile(tf.constant(bits[None], tf.float32), copies)
        inputs = [latents, fingerprints, tf.tile(maps, copies)]
        return generator(inputs, training=False)

    return generate


def sealed_function(generator, bits, noise):
    instance = models.seal(generator, bits, noise=noise)

    @tf.function(
        input_signature=[tf.TensorSpec((None, generator.latent_dim), tf.float32)]
    )
    def generate(latents):
        return instance(latents, training=False)

    return generate


def largest_difference(opened, sealed):
    latents = tf.random.normal((16, opened.input_signature[0].shape[1]))
    difference = np.abs(opened(latents) - sealed(latents)).max()
    if difference > 1e-4:
        raise SystemExit(f"Sealed and open images differ by {difference}.")
    return float(difference)


def timed_pairs(functions, latents, num_pairs, calls):
    """Seconds for `calls` calls of each function, pair by pair."""
    for function in functions:
        seconds_for(function, latents, 3)
    pairs = []
    for index in range(num_pairs):
        order = (0, 1) if index % 2 else (1, 0)
        seconds = [0.0, 0.0]
        for which in order:
            seconds[which] = seconds_for(functions[which], latents, calls)
        pairs.append(tuple(seconds))
    return pairs


def seconds_for(function, latents, calls):
    start = time.perf_counter()
    for _ in range(calls):
        images = function(latents)
    images.numpy()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
