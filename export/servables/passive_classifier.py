"""The passive classifier: which generator made this picture?

It goes by the traces that generators leave, not by fingerprints, and knows the
sources that it was trained on; their labels are part of the model.

Signature `serving_default`: picture files.

Request:
    image_bytes: `(n,)`, string. PNG or JPEG files of any size, read as
        `export.servables.images` says.

Response:
    label: `(n,)`, string. The likeliest source, also where `unknown` is true;
        empty for a row that can't be read.
    probability: `(n,)`, `float32`. Its share, given that the picture is of one
        of the sources; 0 for a row that can't be read.
    unknown: `(n,)`, bool. Whether the picture is like those of none of the
        sources: `score` is above the threshold, which a stated share of the
        sources' own pictures exceeds. False for a row that can't be read.
    energy: `(n,)`, `float32`. Minus the logarithm of the sum of the logits'
        exponentials; 0 for a row that can't be read.
    score: `(n,)`, `float32`. What `unknown` is decided by: the energy, the
        distance from the nearest source, or what either exceeds its threshold
        by; 0 for a row that can't be read.
    probabilities: `(n, labels)`, `float32`. Of every source; zeros for a row
        that can't be read.
    labels: `(n, labels)`, string. The sources that these belong to, the same
        in every row.
    status: `(n,)`, string. `ok`, or why the row can't be read: `bad_image`,
        `too_large`, `unsupported_format`. Such a row never fails the others.

Signature `images`: decoded pictures.

Request:
    images: `(n, height, width, c)`, `uint8`. Any size; grey, RGB, or RGB with
        alpha. Cut to the centred square and scaled as files are.

Response:
    label: As above.
    probability: As above.
    unknown: As above.
    energy: As above.
    score: As above.
    probabilities: As above.
    labels: As above.
    status: As above; always `ok`.
"""

import numpy as np
import tensorflow as tf

from export.servables import images
from export.servables import random_inputs
from export.servables import servable
from export.servables import signatures
from tf_fingerprint import errors
from tf_fingerprint.passive import open_set
from tf_fingerprint.passive import run as passive_run

# Largest difference of a probability between the model and what was written.
_TOLERANCE = 1e-3


def passive_classifier(run: passive_run.PassiveRun) -> servable.Servable:
    """A passive classifier as a servable; its contract is this module's.

    Args:
        run: The classifier, with its labels and its threshold.
    """
    module = servable.module_of(run.classifier.weights)
    form = run.settings.data
    known = run.open_set
    return servable.Servable(
        module=module,
        signatures=signatures.two_forms(
            _reading(run, module),
            len(run.labels) + 1,
            _responding(run),
            resolution=form.resolution,
            channels=form.channels,
        ),
        examples=signatures.examples_of(form.resolution, form.channels),
        metadata={
            "kind": "passive_classifier",
            "classifier_digest": run.digest,
            "labels": list(run.labels),
            "unknown": known.to_dict(),
            **signatures.metadata_of(form.resolution, form.channels),
        },
        check=lambda directory: _check(directory, run),
    )


def _reading(run, module):
    """From pixels to the logits, and the score of each row behind them."""
    reader, space = run.classifier.reader, run.open_set.space
    if space is not None:
        module.whitening = tf.Variable(space.whitening, trainable=False)
        module.means = tf.Variable(space.means, trainable=False)

    def read(pixels):
        features, logits = reader(random_inputs.to_unit(pixels), training=False)
        if space is None:
            scores = -tf.reduce_logsumexp(logits, axis=-1)
        else:
            places = tf.matmul(tf.cast(features, tf.float32), module.whitening)
            apart = places[:, None] - module.means[None]
            scores = tf.reduce_min(tf.reduce_sum(apart**2, axis=-1), axis=1)
        return tf.concat([logits, scores[:, None]], axis=-1)

    return read


def _responding(run):
    """From what is read in pictures to the response."""
    threshold = run.open_set.threshold
    kind, scales = run.open_set.score, run.open_set.scales

    def respond(said, status):
        logits, scores = said[:, :-1], said[:, -1]
        is_read = tf.equal(status, images.OK)
        zeros = tf.zeros_like(scores)
        shares = tf.where(
            is_read[:, None], tf.nn.softmax(logits), tf.zeros_like(logits)
        )
        energies = -tf.reduce_logsumexp(logits, axis=-1)
        if kind == open_set.ENERGY:
            scores = energies
        elif kind == open_set.EITHER:
            scores = tf.maximum(
                *(
                    (part - at) / by
                    for part, (at, by) in zip(
                        (energies, scores), scales, strict=True
                    )
                )
            )
        with tf.device("/device:CPU:0"):
            labels = tf.constant(list(run.labels))
            named = tf.gather(labels, tf.argmax(logits, axis=-1))
            rows = tf.tile(labels[None], [tf.shape(status)[0], 1])
            label = tf.where(is_read, named, tf.zeros_like(named))
        return {
            "label": label,
            "probability": tf.reduce_max(shares, axis=-1),
            "unknown": is_read & (scores > threshold),
            "energy": tf.where(is_read, energies, zeros),
            "score": tf.where(is_read, scores, zeros),
            "probabilities": shares,
            "labels": rows,
            "status": status,
        }

    return respond


def _check(directory, run):
    """Compares what was written with the model itself, on noise."""
    side, channels = run.settings.data.resolution, run.settings.data.channels
    noise = np.random.default_rng(0).integers(
        0, 256, (4, side, side, channels), np.uint8
    )
    written = tf.saved_model.load(directory).signatures["images"]
    found = written(images=tf.constant(noise))["probabilities"].numpy()
    _, expected, _ = run.classify(noise)
    difference = float(np.abs(found - expected).max())
    if not difference <= _TOLERANCE:
        raise errors.ExportError(
            f"{directory}: the written classifier must answer as the model "
            f"does. Probabilities differ by {difference:.3g}, and at most "
            f"{_TOLERANCE:g} is tolerated. Nothing was published."
        )
    return {"largest_difference": difference}
