"""SavedModels of a few operations, for what a server does with any model.

    python -m tests.serving.tiny_models FOLDER

writes them with a `models.config`, for the suite to run against another
server.
"""

import pathlib
import sys

import tensorflow as tf
from tensorflow_serving.apis import model_pb2
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_log_pb2

WARMUP = pathlib.Path("assets.extra", "tf_serving_warmup_requests")

NAMES = {
    "f": tf.float32,
    "d": tf.float64,
    "i": tf.int32,
    "l": tf.int64,
    "u": tf.uint8,
    "b": tf.bool,
    "s": tf.string,
}

CONFIG = """model_config_list {
  config {
    name: 'plus' base_path: '%(folder)s/plus' model_platform: 'tensorflow'
    model_version_policy { specific { versions: 1 versions: 2 } }
    version_labels { key: 'stable' value: 1 }
  }
  config {
    name: 'types' base_path: '%(folder)s/types' model_platform: 'tensorflow'
  }
  config {
    name: 'shapes' base_path: '%(folder)s/shapes' model_platform: 'tensorflow'
  }
}
"""


class Plus(tf.Module):
    """One float in and out; what is added tells versions apart."""

    def __init__(self, number):
        super().__init__()
        self.number = tf.Variable(float(number))

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, "x")])
    def add(self, x):
        return {"y": tf.ensure_shape(x, [None]) + self.number}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, "x")])
    def slow(self, x):
        _, waste = tf.while_loop(
            lambda step, _: step < 20000,
            lambda step, total: (step + 1, tf.sin(total)),
            [0, x],
        )
        return {"y": x + self.number + 0.0 * waste}

    def signatures(self):
        return {"serving_default": self.add, "slow": self.slow}


class Types(tf.Module):
    """Every type that JSON can hold, each in and out, and all together."""

    def signatures(self):
        together = {
            name: tf.TensorSpec([None], dtype, name)
            for name, dtype in NAMES.items()
        }
        return {
            "serving_default": self.echo(together),
            "half": self.echo({"h": tf.TensorSpec(None, tf.float16, "h")}),
        } | {
            name: self.echo({name: tf.TensorSpec(None, dtype, name)})
            for name, dtype in NAMES.items()
        }

    def echo(self, specs):
        return tf.function(
            lambda **inputs: {
                f"{name}_out": tf.identity(inputs[name]) for name in inputs
            }
        ).get_concrete_function(**specs)


class Shapes(tf.Module):
    """Outputs and refusals of every kind; `x` is a list of numbers."""

    def signatures(self):
        numbers = tf.TensorSpec([None], tf.float32, "x")
        unchecked = tf.TensorSpec([None, 2], tf.float32, "x")
        files = tf.TensorSpec([None], tf.string, "image_bytes")
        outputs = {
            "serving_default": (numbers, lambda x: {"y": x}),
            "scalar": (numbers, lambda x: {"y": tf.reduce_sum(x)}),
            "unequal": (
                numbers,
                lambda x: {"y": x, "z": tf.concat([x, x], 0)},
            ),
            "several": (
                numbers,
                lambda x: {"pair": tf.stack([x, x], 1), "whole": x},
            ),
            "half": (numbers, lambda x: {"y": tf.cast(x, tf.float16)}),
            "unchecked": (unchecked, lambda x: {"rank": tf.shape(x)[:1]}),
            "binary": (
                files,
                lambda image_bytes: {"same_bytes": image_bytes},
            ),
            "text": (files, lambda image_bytes: {"same": image_bytes}),
            "decoded": (
                files,
                lambda image_bytes: {
                    "size": tf.map_fn(
                        lambda one: tf.shape(tf.io.decode_png(one)),
                        image_bytes,
                        fn_output_signature=tf.int32,
                    )
                },
            ),
        }
        return {
            name: tf.function(function, input_signature=[spec])
            for name, (spec, function) in outputs.items()
        } | {"refusing": tf.function(refuse, input_signature=[numbers])}


def refuse(x):
    with tf.control_dependencies([tf.debugging.assert_positive(x, "not so")]):
        return {"y": tf.identity(x)}


def save(module, folder, warmups=()):
    """Writes a module as a version, at once, with requests to warm it up."""
    folder = pathlib.Path(folder)
    draft = folder.with_name(f".draft-{folder.name}")
    tf.saved_model.save(module, str(draft), signatures=module.signatures())
    if warmups:
        (draft / WARMUP).parent.mkdir()
        with tf.io.TFRecordWriter(str(draft / WARMUP)) as writer:
            for request in warmups:
                log = prediction_log_pb2.PredictionLog()
                log.predict_log.request.CopyFrom(request)
                writer.write(log.SerializeToString())
    draft.rename(folder)
    return folder


def request(name="plus", signature_name="", **inputs):
    """A request to predict, with arrays by the names of the inputs."""
    spec = model_pb2.ModelSpec(name=name, signature_name=signature_name)
    return predict_pb2.PredictRequest(
        model_spec=spec,
        inputs={
            alias: tf.make_tensor_proto(array)
            for alias, array in inputs.items()
        },
    )


def write_all(folder):
    """All models of the conformance suite and their configuration."""
    folder = pathlib.Path(folder)
    for number in (1, 2):
        save(Plus(number), folder / "plus" / str(number))
    save(Types(), folder / "types" / "1")
    save(Shapes(), folder / "shapes" / "1")
    (folder / "models.config").write_text(CONFIG % {"folder": folder})
    return folder


if __name__ == "__main__":
    write_all(sys.argv[1])
