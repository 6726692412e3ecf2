"""Whether the same bits are read from pictures of all forms of one copy.

One bundle is written with every format. Keras instance, SavedModel, TFLite and
ONNX make pictures of the same latents, each picture goes through PNG, the
decoder reads it, and the registry gives a verdict. Bits may differ where a
logit is next to 0: a pixel that rounds the other way moves it across.

    python benchmarks/formats.py
"""

import argparse
import pathlib
import tempfile
import warnings

import keras
import numpy as np
import results_file
import tensorflow as tf

from export.bundles import check as bundle_check
from export.bundles import writer as bundle_writer
from tf_fingerprint import attribution
from tf_fingerprint import data
from tf_fingerprint import methods
from tf_fingerprint import registry
from tf_fingerprint.models import sampling
from tf_fingerprint.registry import commitments
from tf_fingerprint.scalable import run as scalable_run

# Logits as close to 0 as this may change sign by rounding.
NEAR_ZERO = 0.05
BATCH = 50


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--run", default=scalable_run.PRETRAINED)
    parser.add_argument("--recipients", type=int, default=100)
    args = parser.parse_args()
    run = methods.load(args.run)
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(run, args, pathlib.Path(folder))
    for name, figure in figures.items():
        print(f"{name}: {figure:,.4g}")
    print(results_file.write("formats", figures))


def measure(run, args, folder):
    with registry.open_store(folder / "registry.db", create=True) as store:
        records = [
            registry.issue(store, f"Recipient {number}", generator=run.record)
            for number in range(args.recipients)
        ]
        candidates = attribution.Candidates.load(store, run.generator_digest)
    writer = bundle_writer.BundleWriter(run, formats=["tflite", "onnx"])
    salt = commitments.salt(bytes(32), records[0].id)
    writer.write(records[0], folder / "copy", salt=salt)
    forms = makers(folder / "copy")
    inputs = list(drawn(run, args.pictures))
    figures = {"pictures": args.pictures, "recipients": args.recipients}
    expected = None
    for name, make in forms.items():
        logits = np.concatenate(
            [
                run.decode(bundle_check.through_png(make(request)))
                for request in inputs
            ]
        )
        verdicts = [
            verdict.recipient
            for verdict in attribution.attribute_many(logits > 0, candidates)
        ]
        figures[f"{name}_attributed_rightly"] = verdicts.count(
            records[0].recipient
        )
        if expected is None:
            expected, first_verdicts = logits, verdicts
            near = np.abs(logits) < NEAR_ZERO
            figures["bits"] = logits.size
            figures["logits_near_zero"] = int(near.sum())
            continue
        differ = (logits > 0) != (expected > 0)
        figures[f"{name}_bits_different"] = int(differ.sum())
        figures[f"{name}_rounding_near_zero"] = int((differ & near).sum())
        figures[f"{name}_largest_logit_change"] = float(
            np.abs(logits - expected).max()
        )
        figures[f"{name}_verdicts_different"] = sum(
            one != other
            for one, other in zip(verdicts, first_verdicts, strict=True)
        )
    return figures


def drawn(run, count):
    """Requests, as dicts from an input's name to its values."""
    takes_noise = run.config.networks.noise == "random"
    for latents, noise in sampling.sample_inputs(
        count,
        latent_dim=run.config.networks.latent_dim,
        num_noise=run.generator.num_noise if takes_noise else 0,
        seed=7,
        batch_size=BATCH,
    ):
        yield {"latents": latents} | ({"noise": noise} if takes_noise else {})


def makers(folder):
    """From a format's name to its function from requests to pictures.

    Keras comes first: the others are held against it.
    """
    import onnxruntime

    instance = keras.saving.load_model(folder / "instance.keras")
    loaded = tf.saved_model.load(str(folder / "savedmodel" / "1"))
    serve = loaded.signatures["latents"]
    with warnings.catch_warnings():
        # TensorFlow announces the package that its interpreter moves to.
        warnings.simplefilter("ignore", UserWarning)
        interpreter = tf.lite.Interpreter(str(folder / "instance.tflite"))
    lite = interpreter.get_signature_runner("latents")
    session = onnxruntime.InferenceSession(folder / "instance.onnx")

    def of_keras(request):
        values = list(request.values())
        images = instance(values if len(values) > 1 else values[0])
        return data.to_pixels(keras.ops.convert_to_numpy(images))

    def of_saved_model(request):
        tensors = {name: tf.constant(v) for name, v in request.items()}
        return serve(**tensors)["images"].numpy()

    return {
        "keras": of_keras,
        "savedmodel": of_saved_model,
        "tflite": lambda request: lite(**request)["images"],
        "onnx": lambda request: session.run(["images"], request)[0],
    }


if __name__ == "__main__":
    main()
