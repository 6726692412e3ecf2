"""Model cards of bundles, in the format of the Hugging Face Hub."""

import json
import math
import re
from collections.abc import Collection
from collections.abc import Mapping
from typing import Any

from export.bundles import first_pictures
from export.bundles import formats as bundle_formats
from tf_fingerprint import fingerprints

CARD, LICENSE = "README.md", "LICENSE.txt"

_CARD = """\
# Sealed copy of an image generator

Made for {recipient}. It makes pictures of {resolution} x {resolution} pixels \
from random numbers. {traceable}

| | |
|---|---|
| Issuance | `{issuance_id}`, {issued_at} |
| Generator | `{generator_digest}` |
| Inputs | {inputs} |
| Output | pictures, `{resolution} x {resolution} x {channels}` |
| Made by | {made_by} |

## First pictures

With `BUNDLE` for this folder's path, eight PNG files appear in `pictures`,
where you are. One of:

```sh
{commands}
```

## Use

{uses}

## Measured

On {pictures} pictures that this copy's SavedModel made, written as PNG and read
back, with the decoder that the owner keeps:

| | |
|---|---|
| Bits read as they were sealed in | {bit_accuracy:.2%} |
| Fewest of {num_bits} bits in one picture | {fewest_matches} |
| The same bits, of the generator that the copy was sealed from | \
{open_bit_accuracy:.2%} |

## Not for

Accusing anybody on one picture alone, and hiding where a picture comes from.
Pictures that are cropped, resized or compressed may no longer be traced. What
the generator learned, it learned from its training pictures, with their biases.

## Check

If the bundle is signed and its sender gave you a public key, by OpenSSF's tool
(`pip install model-signing`):

```sh
model_signing verify key BUNDLE --signature BUNDLE/model.sig \
--public_key KEY.pem --ignore-paths BUNDLE/model.sig
```

`tf-fingerprint verify BUNDLE --public-key KEY.pem` does the same, and refuses
also what git leaves at the top, such as `.git`, which that tool passes over.
Without a key it names the first file that was changed, added or removed.

## If it leaks

Whoever has this folder can make pictures that are traced to you. Was it copied,
stolen or published, tell {contact} at once, with the issuance above.

## Licence

See `{license_file}`: what you may do with this copy, and the terms of what it
was trained on, as far as its sender stated them.
"""

_TRACEABLE = """\
Every one of them carries this copy's fingerprint: **pictures made with it \
can be traced to {recipient}** by whoever holds the registry. As many bits as \
are read below tell this copy among up to {copies:,}, if one picture of a \
million from elsewhere may be traced to anybody by chance."""

_UNTRACEABLE = """\
**Pictures made with it can't be traced**: as many bits as are read below \
would match those of anybody by chance too often."""

_KERAS = """\
With Keras, `instance.keras`, to floating-point pictures; -1 is black, 1 is
white, and what lies beyond is to be clipped:

```python
import keras

instance = keras.saving.load_model("instance.keras")
images = keras.ops.clip(instance({keras_inputs}), -1, 1)
```
"""

_SAVED_MODEL = """\
With TensorFlow alone, or TensorFlow Serving, `savedmodel/`: the signatures are
{signatures}.

```python
import tensorflow as tf

signatures = tf.saved_model.load("savedmodel/1").signatures
images = signatures["{latents_signature}"]({saved_model_inputs})["images"]
```
"""

_OTHERS = {
    bundle_formats.TFLITE: (
        "With LiteRT (TensorFlow Lite), `instance.tflite`: the signature "
        "`{latents_signature}`.\n"
    ),
    bundle_formats.ONNX: (
        "With ONNX Runtime and others, `instance.onnx`: the same inputs, and "
        "`images`.\n"
    ),
}


def card(
    facts: Mapping[str, Any],
    figures: Mapping[str, Any],
    *,
    formats: Collection[str],
    signatures: Collection[str],
    latents_signature: str,
    contact: str = "whoever gave it to you",
) -> str:
    """The model card of one bundle."""
    known = {**facts, **figures}
    known["recipient"] = _escaped(facts["recipient"])
    known["inputs"] = ", ".join(
        f"`{name}`, `{length}` standard normal numbers"
        for name, length in facts["inputs"].items()
    )
    known["signatures"] = ", ".join(f"`{name}`" for name in signatures)
    known["latents_signature"] = latents_signature
    known["contact"] = _escaped(contact)
    known["commands"] = "\n\n".join(
        first_pictures.commands(form)
        for form in (first_pictures.SAVED_MODEL, *formats)
    )
    shapes = {
        name: f"tf.random.normal((1, {length}))"
        for name, length in facts["inputs"].items()
    }
    known["saved_model_inputs"] = ", ".join(
        f"{name}={shape}" for name, shape in shapes.items()
    )
    values = [
        f"keras.random.normal((1, {length}))"
        for length in facts["inputs"].values()
    ]
    known["keras_inputs"] = (
        f"[{', '.join(values)}]" if len(values) > 1 else values[0]
    )
    num_bits = figures["num_bits"]
    copies = fingerprints.max_candidates(
        math.floor(figures["bit_accuracy"] * num_bits + 1e-9), num_bits, 1e-6
    )
    traceable = _TRACEABLE if copies else _UNTRACEABLE
    known["traceable"] = traceable.format(copies=copies, **known)
    uses = [_KERAS, _SAVED_MODEL, *(_OTHERS[name] for name in formats)]
    known["uses"] = "\n".join(use.format(**known) for use in uses).rstrip()
    return _header(facts, figures) + _CARD.format(license_file=LICENSE, **known)


def _header(facts, figures):
    """What the Hub reads: YAML, of which JSON is a part."""
    metrics = [
        {
            "type": name,
            "name": name.replace("_", " ").capitalize(),
            # Without an exponent, which YAML 1.1 takes for text.
            "value": round(figures[name], 4),
        }
        for name in ("bit_accuracy", "open_bit_accuracy", "fewest_matches")
    ]
    result = {
        "task": {"type": "unconditional-image-generation"},
        "dataset": {
            "name": f"{figures['pictures']} pictures of this copy, as PNG",
            "type": "self-test",
        },
        "metrics": metrics,
    }
    name = f"sealed-copy-{facts['issuance_id']}"
    header = {
        "license": "other",
        "license_name": "see-license-file",
        "license_link": LICENSE,
        "library_name": "keras",
        "pipeline_tag": "unconditional-image-generation",
        "tags": ["tensorflow", "fingerprint", "provenance"],
        "model-index": [{"name": name, "results": [result]}],
    }
    lines = [f"{name}: {json.dumps(each)}" for name, each in header.items()]
    return "\n".join(["---", *lines, "---", "", ""])


def _escaped(text):
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\`*_{}\[\]<>#|~&!])", r"\\\1", text)
