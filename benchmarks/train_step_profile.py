"""Where the time of a TensorFlow training step goes, by kind of operation.

Profiles a whole period of steps of the shipped weights' networks on one thread,
so that operations don't overlap. Needs JAX, to read TensorFlow's profile.

    python benchmarks/train_step_profile.py
"""

import argparse
import collections
import os
import pathlib
import re
import tempfile
import time

import train_step_setting as setting

# The first that a name or kind fits; names are `place/of/layer:Kind`.
KINDS = {
    "Adam": r"^(adam\w*/|.*:ResourceApplyAdam)",
    "convolutions": r":\w*(Conv2D|Conv2DBackprop\w+|FusedConv2D)$",
    "low-pass filters": r":\w*DepthwiseConv2dNative\w*$",
    "dense layers": r":\w*MatMul\w*$",
    "rectifiers": r":LeakyRelu\w*$",
    "padding, slices, copies": (
        r":(\w*Pad|Slice|StridedSlice\w*|ConcatV2|Tile|Split\w*|_Mkl\w*Transpose"
        r"|Transpose|BroadcastTo)$"
    ),
    "sums over axes": r":(Sum|Mean|BiasAddGrad)$",
    "products and sums by element": (
        r":(Mul|Add\w*|Sub|RealDiv|Sqrt|Rsqrt\w*|Square|BiasAdd|Neg|SelectV2"
        r"|Assign\w+|SquaredDifference|_Fused\w+)$"
    ),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--resolution", type=int, default=64)
    parser.add_argument("--steps", type=int, default=16, help="profiled")
    args = parser.parse_args()
    os.environ["KERAS_BACKEND"] = "tensorflow"
    step = a_step(setting.at(args.resolution))
    for _ in range(3):
        step()  # Compiles both kinds, then runs one.
    begun, used = time.perf_counter(), time.process_time()
    for _ in range(args.steps):
        step()
    seconds = (time.perf_counter() - begun) / args.steps
    used = (time.process_time() - used) / args.steps
    print(f"{seconds:.3f} s a step, {used:.3f} s of them computing")
    with tempfile.TemporaryDirectory() as folder:
        spent, counts = profiled(step, args.steps, folder)
    total = sum(spent.values())
    print(f"{'kind':<30}{'ms a step':>10}{'share':>8}{'operations':>12}")
    for kind, nanoseconds in spent.most_common():
        print(
            f"{kind:<30}{nanoseconds / 1e6 / args.steps:>10.2f}"
            f"{nanoseconds / total:>8.1%}{counts[kind] / args.steps:>12.1f}"
        )


def a_step(config):
    """A function that trains one step, as `fit` would."""
    import numpy as np
    import tensorflow as tf

    from tf_fingerprint.scalable import training as scalable_training

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    gan, compiled = scalable_training.build(config), {}
    size = config.data.resolution
    images = tf.constant(
        np.random.default_rng(0).uniform(
            -1, 1, (config.training.batch_size, size, size, 3)
        ),
        "float32",
    )

    def step():
        plan = gan.plan()
        if plan not in compiled:
            compiled[plan] = tf.function(
                lambda images, settings: gan.train_step(images, settings, plan)
            )
        values = compiled[plan](images, gan.settings())
        gan.advance({name: float(value) for name, value in values.items()})

    return step


def profiled(step, steps, folder):
    """Nanoseconds and operations, by kind."""
    import jax
    import tensorflow as tf

    tf.profiler.experimental.start(folder)
    for _ in range(steps):
        step()
    tf.profiler.experimental.stop()
    (path,) = pathlib.Path(folder).rglob("*.xplane.pb")
    profile = jax.profiler.ProfileData.from_file(str(path))
    spent, counts = collections.Counter(), collections.Counter()
    for plane in profile.planes:
        for line in plane.lines if plane.name.startswith("/host:CPU") else ():
            for event in line.events:
                # Operations alone; what calls them has other names.
                if re.fullmatch(r"[\w./<>-]+:_?[A-Z]\w*", event.name):
                    kind = kind_of(event.name)
                    spent[kind] += event.duration_ns
                    counts[kind] += 1
    return spent, counts


def kind_of(name):
    """The kind of an operation, by the name that TensorFlow gives it."""
    for kind, pattern in KINDS.items():
        if re.search(pattern, name):
            return kind
    return "other"


if __name__ == "__main__":
    main()
