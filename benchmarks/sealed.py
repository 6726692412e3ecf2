"""How much faster a sealed instance makes images than the open generator.

Both take latents only, through `tf.function` with one signature; the open
generator's fingerprint is a constant, and noise, where drawn, is the same for
both. They are timed in turns, pair by pair, so that whatever else the machine
does slows both alike; a ratio is the median over the pairs. Before that, both
must make the same images.

    python benchmarks/sealed.py
"""

import argparse
import statistics
import time

import numpy as np
import results_file
import tensorflow as tf

import tf_fingerprint
from tf_fingerprint import models

BATCH_SIZES = (1, 16)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=60)
    parser.add_argument("--images-per-timing", type=int, default=128)
    args = parser.parse_args()
    run = tf_fingerprint.load()
    generator, noise = run.generator, run.config.networks.noise
    bits = np.random.default_rng(0).integers(0, 2, generator.num_bits)
    opened = open_function(generator, bits, noise)
    sealed = sealed_function(generator, bits, noise)
    figures = {"largest_difference": largest_difference(opened, sealed)}
    for batch_size in BATCH_SIZES:
        calls = max(args.images_per_timing // batch_size, 1)
        latents = tf.random.normal((batch_size, generator.latent_dim))
        pairs = timed_pairs((opened, sealed), latents, args.pairs, calls)
        figures |= figures_of(pairs, batch_size, calls)
    figures["ratio_to_open"] = figures["ratio_to_open_batch_16"]
    figures["pairs"] = args.pairs
    for name, figure in figures.items():
        print(f"{name:34} {figure:10.4g}")
    print(results_file.write("sealed", figures))


def figures_of(pairs, batch_size, calls):
    ratios = [seconds / seconds_sealed for seconds, seconds_sealed in pairs]
    figures = {f"ratio_to_open_batch_{batch_size}": statistics.median(ratios)}
    for index, name in enumerate(("open", "sealed")):
        seconds = statistics.median(pair[index] for pair in pairs)
        figures[f"{name}_images_per_second_batch_{batch_size}"] = (
            batch_size * calls / seconds
        )
    return {name: round(figure, 3) for name, figure in figures.items()}


def open_function(generator, bits, noise):
    @tf.function(input_signature=[signature(generator)])
    def generate(latents):
        batch_size = tf.shape(latents)[0]
        copies = (batch_size, 1)
        fingerprints = tf.tile(tf.constant(bits[None], tf.float32), copies)
        if noise == "random":
            maps = random_noise(generator, batch_size)
        elif noise == "fixed":
            maps = models.fixed_noise(generator.output_shape[1])
            maps = tf.tile(maps[None], copies)
        else:
            maps = tf.zeros((batch_size, generator.num_noise))
        return generator([latents, fingerprints, maps], training=False)

    return generate


def sealed_function(generator, bits, noise):
    instance = models.seal(generator, bits, noise=noise)

    @tf.function(input_signature=[signature(generator)])
    def generate(latents):
        inputs = latents
        if noise == "random":
            maps = random_noise(generator, tf.shape(latents)[0])
            inputs = [latents, maps]
        return instance(inputs, training=False)

    return generate


def signature(generator):
    return tf.TensorSpec((None, generator.latent_dim), tf.float32)


def random_noise(generator, batch_size):
    shape = (batch_size, generator.num_noise)
    return tf.random.stateless_normal(shape, seed=(0, 0))


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
