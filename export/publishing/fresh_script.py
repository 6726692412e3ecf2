"""What `fresh` starts: a stranger who has TensorFlow and our files.

A script, never imported by the package. Keras and this package can't be
imported here, as at whoever receives a SavedModel. Jobs come in as lines of
JSON, answers go out as lines of JSON.
"""

import functools
import importlib.abc
import importlib.machinery
import json
import os
import pathlib
import sys

ABSENT = ("export", "keras", "tensorflow.keras", "tf_fingerprint", "tf_keras")

PNG_START = b"\x89PNG\r\n\x1a\n"

# Pictures made at a time.
BATCH = 16


class Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Stands before all other finders and finds what can't be loaded.

    TensorFlow looks for Keras when it is imported, and must be able to.
    """

    def find_spec(self, name, path=None, target=None):
        """Takes what must be absent, with all that is inside."""
        parts = name.split(".")
        heads = {".".join(parts[:end]) for end in (1, 2)}
        if heads.isdisjoint(ABSENT):
            return None
        return importlib.machinery.ModuleSpec(name, self)

    def create_module(self, spec):
        """Says that there is none."""
        raise ModuleNotFoundError(
            f"{spec.name} is absent from this process on purpose.",
            name=spec.name,
        )

    def exec_module(self, module):
        """Never called: there is no module to run."""
        raise ModuleNotFoundError(module.__name__)


def isolation():
    """What of `ABSENT` can be imported all the same, or was."""
    importable = []
    for name in ABSENT:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
        importable.append(name)
    loaded = {name.split(".")[0] for name in sys.modules}
    return {"importable": importable, "loaded": sorted(loaded & set(ABSENT))}


def trial(directory):
    """Replays the warm-up requests, then asks in shapes that must be refused.

    Returns `answers`: for each request `signature`, `rows`, and `outputs` or
    `error`. `accepted`: wrong inputs that were answered.
    """
    signatures = load(directory).signatures
    answers, accepted, seen = [], [], set()
    for name, inputs in requests(directory):
        answer = {"signature": name, "rows": len(next(iter(inputs.values())))}
        try:
            outputs = signatures[name](**inputs)
            answer["outputs"] = {
                key: described(value) for key, value in outputs.items()
            }
        except Exception as error:  # Told to whoever asked.
            answer["error"] = in_short(error)
        answers.append(answer)
        if "error" not in answer and name not in seen:
            seen.add(name)
            accepted += accepted_wrongly(signatures[name], name, inputs)
    return {"answers": answers, "accepted": accepted}


def generation(generator, reader, fingerprints, *, pictures, seed, strangers=0):
    """Makes pictures, rounds them to PNG files and reads them.

    `generator`: SavedModel of an open generator or of a sealed instance;
    `reader`: SavedModel of a decoder or of an attribution; `fingerprints`:
    lists of bits; the first picture has the first one, and so on, round and
    round. Returns `matches` of each picture, `statuses`, `not_png`, and what
    the reader says of `verdict` and `recipient_id`, with `strangers`' verdicts.
    """
    import numpy as np

    make = load(generator).signatures["serving_default"]
    read = load(reader).signatures["serving_default"]
    result = {"matches": [], "statuses": [], "not_png": 0}
    says = [
        name
        for name in ("verdict", "recipient_id")
        if name in read.structured_outputs
    ]
    result |= {name: [] for name in says}
    for start in range(0, pictures, BATCH):
        numbers = np.arange(start, min(start + BATCH, pictures))
        bits = np.array(fingerprints, np.int32)[numbers % len(fingerprints)]
        files = made(make, numbers, bits, seed)
        outputs = read(image_bytes=files)
        result["not_png"] += sum(
            not file.startswith(PNG_START) for file in files.numpy()
        )
        if "bits" in outputs:
            is_same = outputs["bits"].numpy() == bits
            result["matches"] += is_same.sum(axis=1).tolist()
        result["statuses"] += texts(outputs["status"])
        for name in says:
            result[name] += texts(outputs[name])
    if strangers:
        outputs = read(image_bytes=noise_pictures(strangers, seed))
        result["strangers"] = texts(outputs["verdict"])
    return result


def made(make, numbers, bits, seed):
    """Picture files, each with the seed's and its own number."""
    import numpy as np
    import tensorflow as tf

    seeds = np.stack([np.full_like(numbers, seed), numbers], axis=1)
    inputs = {
        "seed": tf.constant(seeds, tf.int64),
        "fingerprint": tf.constant(bits, tf.int32),
    }
    taken = make.structured_input_signature[1]
    if "image_bytes" in taken:  # It marks pictures that it is given.
        inputs["image_bytes"] = smooth_pictures(seeds)
    inputs = {name: value for name, value in inputs.items() if name in taken}
    return make(**inputs)["image_bytes"]


def smooth_pictures(seeds):
    """PNG files of soft colours under fine grain, as photographs have them."""
    import tensorflow as tf

    files = []
    for seed in seeds:
        coarse = tf.random.stateless_uniform((6, 6, 3), seed, 40, 216)
        grain = tf.random.stateless_normal((256, 256, 3), seed + 1, 0, 4)
        image = tf.image.resize(coarse, (256, 256), "bicubic") + grain
        levels = tf.clip_by_value(tf.round(image), 0, 255)
        files.append(tf.io.encode_png(tf.cast(levels, tf.uint8)))
    return tf.stack(files)


def noise_pictures(number, seed):
    """PNG files that no generator made."""
    import tensorflow as tf

    shape = (number, 64, 64, 3)
    levels = tf.random.stateless_uniform(
        shape, (seed, number), 0, 256, tf.int32
    )
    levels = tf.cast(levels, tf.uint8)
    return tf.stack([tf.io.encode_png(each) for each in levels])


def accepted_wrongly(function, name, inputs):
    """Inputs of other shapes than the signature says that were answered."""
    import tensorflow as tf

    wrong = []
    for key, spec in function.structured_input_signature[1].items():
        value = inputs[key]
        shapes = {"one axis more": value[..., None]}
        if value.shape.rank:
            shapes["one axis less"] = tf.reshape(value, (-1,))
        if value.shape.rank == 1:
            shapes["one axis less"] = value[0]
        for axis, length in enumerate(spec.shape):
            if length is not None:
                twice = tf.concat([value, value], axis)
                shapes[f"axis {axis} twice as long"] = twice
        for change, other in shapes.items():
            try:
                function(**{**inputs, key: other})
            except (tf.errors.OpError, ValueError, TypeError):
                continue
            wrong.append({"signature": name, "input": key, "change": change})
    return wrong


def described(tensor):
    """Type and shape of an output, and whether it is text."""
    known = {"dtype": tensor.dtype.name, "shape": tensor.shape.as_list()}
    if known["dtype"] == "string":
        known["is_text"] = all(map(is_text, tensor.numpy().flatten()))
    return known


def is_text(value):
    """Whether bytes can stand in JSON as they are."""
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def texts(tensor):
    """Strings of a tensor."""
    return [value.decode("utf-8") for value in tensor.numpy()]


def requests(directory):
    """Signature and inputs of each warm-up request."""
    import tensorflow as tf
    from tensorflow_serving.apis import prediction_log_pb2

    path = pathlib.Path(directory, "assets.extra", "tf_serving_warmup_requests")
    for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
        log = prediction_log_pb2.PredictionLog.FromString(record)
        request = log.predict_log.request
        yield (
            request.model_spec.signature_name,
            {
                key: tf.io.parse_tensor(
                    proto.SerializeToString(), tf.as_dtype(proto.dtype)
                )
                for key, proto in request.inputs.items()
            },
        )


@functools.lru_cache(2)
def load(directory):
    """A SavedModel; the last ones are kept."""
    import tensorflow as tf

    return tf.saved_model.load(directory)


def in_short(error):
    """Kind and first line of an error."""
    first = (str(error).strip() or "no text").splitlines()[0]
    return f"{type(error).__name__}: {first}"


def main():
    """Answers jobs until there are no more."""
    # What libraries print must not come between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.meta_path.insert(0, Absent())
    jobs = {each.__name__: each for each in (isolation, trial, generation)}
    for line in sys.stdin:
        job = json.loads(line)
        try:
            answer = {"result": jobs[job.pop("job")](**job)}
        except Exception as error:  # Told to whoever asked.
            answer = {"error": in_short(error)}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
