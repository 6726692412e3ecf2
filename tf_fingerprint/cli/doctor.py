"""The command `doctor`: has this machine what it takes?"""

import argparse
import importlib.util
import pathlib
import tempfile
import time
from typing import Any

from tf_fingerprint.cli import info
from tf_fingerprint.cli import output
from tf_fingerprint.cli import starting

# What each extra brings, by the names that it is imported by, and what for.
EXTRAS = {
    "serving": (
        ("tensorflow_serving", "grpc", "grpc_health", "starlette", "uvicorn")
        + ("prometheus_client", "httpx", "tenacity"),
        "`serve`, and `attribute --server`",
    ),
    "signing": (
        ("model_signing", "OpenSSL"),
        "signatures: `--sign-with` and `--public-key`",
    ),
    "formats": (
        ("onnx", "tf2onnx", "onnxruntime"),
        "copies in ONNX: `issue --formats onnx`",
    ),
    "postgresql": (("psycopg",), "registries in PostgreSQL"),
    "search": (("faiss",), "search among millions of issuances"),
    "jax": (("jax",), "training without TensorFlow: KERAS_BACKEND=jax"),
    "pictures": (("pillow_heif", "pillow_jxl"), "HEIC and JPEG XL pictures"),
    "hub": (("huggingface_hub",), "runs on the Hugging Face hub"),
    "completion": (("shtab",), "`completion`"),
    "docs": (
        ("mkdocs", "material", "mkdocstrings")
        + ("nbclient", "nbformat", "ipykernel"),
        "this documentation as a site: `mkdocs serve`",
    ),
    "bulk": (("apache_beam", "pyarrow", "google_crc32c"), "`bulk`"),
}

# Tolerated chance that the self-test's picture reads as it does by luck.
_RATE = 1e-6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what `doctor` takes."""
    output.add_format(parser)


def run(args: argparse.Namespace) -> int:
    """Prints what is there and whether it works; 1 if something is wrong."""
    known: dict[str, Any] = {"versions": info.versions()}
    test: dict[str, Any] = {"ok": False}
    try:
        starting.import_tensorflow()
        import keras

        known["keras_backend"] = keras.backend.backend()
        known["accelerators"] = _accelerators(known["keras_backend"]) or "none"
        test |= _read_back()
    # Whatever is broken, saying so is what this command is for.
    except Exception as error:
        test["problem"] = f"{type(error).__name__}: {error}"
    known["extras"] = {name: _of_extra(name) for name in EXTRAS}
    known["self_test"] = test
    output.write_facts(known, args.format)
    return 0 if test["ok"] else 1


def _accelerators(backend: str) -> list[str]:
    """What Keras's backend computes on, but for the processor."""
    if backend == "jax":
        import jax

        found = jax.devices()
        return [str(each) for each in found if each.platform != "cpu"]
    import tensorflow as tf

    found = tf.config.list_physical_devices()
    return [each.name for each in found if each.device_type != "CPU"]


def _read_back() -> dict[str, Any]:
    """Makes a picture with the shipped weights, and reads it from its file."""
    from tf_fingerprint import files
    from tf_fingerprint import fingerprints
    from tf_fingerprint import methods

    begun = time.perf_counter()
    run = methods.load("pretrained")
    num_bits = run.config.networks.num_bits
    bits = fingerprints.from_hex("5a" * (num_bits // 8), num_bits)
    images = run.generate(1, fingerprints=bits, seed=0)
    with tempfile.TemporaryDirectory() as folder:
        [path] = files.write_pictures(images, pathlib.Path(folder))
        [logits] = run.decode(path)
    matches = int(((logits > 0) == bits).sum())
    return {
        "ok": matches >= fingerprints.match_threshold(num_bits, _RATE, 1),
        "bits_read": f"{matches} of {num_bits}",
        "seconds": time.perf_counter() - begun,
    }


def _of_extra(name: str) -> str:
    """Whether an extra is there, and what it gives."""
    modules, gives = EXTRAS[name]
    missing = [each for each in modules if not importlib.util.find_spec(each)]
    if missing:
        return f"no: {gives}. Install `tf-fingerprint[{name}]`"
    return f"yes: {gives}"
