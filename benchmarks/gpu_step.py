"""How fast the training step is on one GPU, beside what its products can do.

Under JAX, in bfloat16 with float32 masters, at the paper's widths. Neither
TensorFlow nor PyTorch is needed. The share is that of the measured rate of a
square bfloat16 matrix product that the step's products reach, by count; nothing
that is done per pixel counts, nor what the optimizers do.

    KERAS_BACKEND=jax PYTHONPATH=. python3 benchmarks/gpu_step.py
"""

import argparse
import dataclasses
import json
import os
import pathlib
import time

import train_step_setting as setting

WARM_STEPS = 2  # One with the penalty and one without.


def main():
    args = parse()
    import jax
    import keras

    if keras.config.backend() != "jax":
        raise SystemExit("Set KERAS_BACKEND=jax.")
    peak = product_rate(args.matrix)
    config = paper_config(args.resolution, args.batch, args.width)
    seconds = step_seconds(config, args.steps, args.trace)
    rate = args.batch / seconds
    gflop = setting.gflop_per_image(config)
    memory = jax.local_devices()[0].memory_stats() or {}
    figures = {
        "gpu_images_per_second": round(rate, 1),
        "gpu_share_of_bf16_peak": round(rate * gflop / peak, 4),
        "gpu_bf16_gflop_per_second": round(peak),
        "gpu_gflop_per_image": round(gflop, 2),
        "gpu_peak_memory_mib": memory.get("peak_bytes_in_use", 0) >> 20,
        "gpu_resolution": args.resolution,
        "gpu_batch_size": args.batch,
    }
    for name, figure in figures.items():
        print(f"{name:28} {figure}")
    figures["gpu_device"] = jax.devices()[0].device_kind
    args.to.mkdir(parents=True, exist_ok=True)
    path = args.to / "gpu_step.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    print(path)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--resolution", type=int, default=128)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--width", type=int, default=512, help="512: paper's")
    parser.add_argument(
        "--steps", type=int, default=64, help="timed, a multiple of 16"
    )
    parser.add_argument("--matrix", type=int, default=8192, help="its side")
    parser.add_argument(
        "--trace",
        type=pathlib.Path,
        help="folder for a profile of 16",
    )
    parser.add_argument(
        "--to", type=pathlib.Path, default=os.environ.get("OUT", ".")
    )
    args = parser.parse_args()
    if args.steps % setting.SHIPPED.optimizer.r1_interval:
        parser.error("`--steps` must be a multiple of 16, the R1 interval.")
    return args


def paper_config(resolution, batch_size, width):
    """The benchmark's losses on networks of the paper's widths."""
    config = setting.at(resolution)
    widths = {
        f"{owner}{name}": value
        for owner in ("", "decoder_")
        for name, value in (
            ("channel_base", 16 * width),
            ("max_channels", width),
        )
    }
    return dataclasses.replace(
        config,
        networks=dataclasses.replace(
            config.networks, latent_dim=width, **widths
        ),
        training=dataclasses.replace(
            config.training,
            batch_size=batch_size,
            mixed_precision="mixed_bfloat16",
        ),
    )


def product_rate(side, repetitions=20):
    """Of the fastest bfloat16 product of two such matrices, in GFLOP/s."""
    import jax
    import jax.numpy as jnp

    key = jax.random.key(0)
    matrix = jax.random.normal(key, (side, side), jnp.bfloat16)
    multiply = jax.jit(lambda x: x @ x)
    multiply(matrix).block_until_ready()
    fastest = float("inf")
    for _ in range(repetitions):
        start = time.perf_counter()
        multiply(matrix).block_until_ready()
        fastest = min(fastest, time.perf_counter() - start)
    return 2 * side**3 / fastest / 1e9


def step_seconds(config, steps, trace):
    """Mean time of a step, as `fit` takes them, penalties included."""
    import keras

    from tf_fingerprint import data
    from tf_fingerprint.scalable import training as scalable_training

    class Clock(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch + 1 == WARM_STEPS:
                self.start = time.perf_counter()
            self.end = time.perf_counter()

    training = config.training
    images = data.procedural_images(
        4 * training.batch_size, resolution=config.data.resolution
    )
    batches = data.numpy_batches(
        images, batch_size=training.batch_size, seed=training.seed
    )
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(training.mixed_precision)
    try:
        gan = scalable_training.build(config)
    finally:
        keras.config.set_dtype_policy(before)
    clock, options = Clock(), {"verbose": 0, "callbacks": []}
    options["callbacks"].append(clock)
    gan.fit(batches, steps_per_epoch=steps + WARM_STEPS, **options)
    if trace:
        import jax

        options["callbacks"] = []
        with jax.profiler.trace(str(trace)):
            gan.fit(batches, steps_per_epoch=16, **options)
    return (clock.end - clock.start) / steps


if __name__ == "__main__":
    main()
