"""How often the bits are read right: before files, in files, from copies."""

import pathlib
import tempfile
from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from tf_fingerprint import data
from tf_fingerprint import fingerprints as bit_strings
from tf_fingerprint.evaluation import pictures as picture_files
from tf_fingerprint.evaluation import subjects
from tf_fingerprint.evaluation.metrics import accuracy
from tf_fingerprint.evaluation.report.figures import Curve
from tf_fingerprint.evaluation.report.figures import Figure
from tf_fingerprint.evaluation.report.figures import Item
from tf_fingerprint.evaluation.subjects import Options
from tf_fingerprint.evaluation.subjects import Subject
from tf_fingerprint.issuing import delivery
from tf_fingerprint.models import sampling

# Copies written as SavedModels: each takes seconds to write.
SAVED_COPIES = 4

_BATCH = 64


def check(subject: Subject, options: Options) -> None:
    """Raises an `EvaluationError` if pictures are too few."""
    subjects.check_pictures(options, "The accuracy")


def suite(subject: Subject, options: Options) -> Iterator[Item]:
    """Bit accuracy, all bits right, the chance of it, and bit by bit.

    `subject`: what is measured. Without a run there are no float pictures and
    no SavedModels.
    """
    bits = subject.fresh_fingerprints(options.pictures)
    random = options.random("accuracy")
    if subject.run is None:
        made = subject.generate(bits, random)
    else:
        made, logits = _made_as_floats(subject.run, bits, random)
        yield from _figures("float", logits > 0, bits)
    # A picture is what is in its file.
    files = picture_files.encoded(made, "PNG")
    if subject.run is not None:
        read = subject.run.decode(files) > 0
    else:
        channels = made.shape[-1]
        read = subject.decode(picture_files.decoded(files, channels)) > 0
    yield from _figures("png", read, bits)
    yield _p_value(read, bits)
    yield _by_bit(read, bits)
    if subject.run is not None:
        yield _of_saved_models(subject.run, options)


def _made_as_floats(run, bits, random):
    """Pictures as pixels, and the logits read before they were rounded."""
    pixels, logits = [], []
    for images in sampling.open_images(
        run.generator,
        len(bits),
        fingerprints=bits,
        noise=run.config.networks.noise,
        seed=int(random.integers(2**63)),
    ):
        _, read = run.decoder(images, training=False)
        logits.append(keras.ops.convert_to_numpy(read))
        pixels.append(data.to_pixels(images))
    return np.concatenate(pixels), np.concatenate(logits)


def _figures(name, decoded, bits):
    """Share of bits, and of pictures with all of them."""
    matches = accuracy.bit_accuracy_counts(decoded, bits)
    yield Figure.bit_accuracy(
        f"bit_accuracy_{name}", matches, bits.shape[1], fingerprints=len(bits)
    )
    yield Figure.share(
        f"all_bits_right_{name}",
        int((matches == bits.shape[1]).sum()),
        len(bits),
        fingerprints=len(bits),
    )


def _p_value(decoded, bits):
    """How seldom fair coins match as many bits as a picture on average.

    The number of bits that the accuracy rounds to, as the paper has it; its
    interval's ends are those of the accuracy's interval.
    """
    num_bits = bits.shape[1]
    matches = accuracy.bit_accuracy_counts(decoded, bits)
    low, high = accuracy.bit_accuracy_interval(matches, num_bits)

    def log10_p(share):
        return bit_strings.log10_false_positive_rate(
            round(share * num_bits), num_bits
        )

    return Figure(
        "p_value_png",
        log10_p(matches.mean() / num_bits),
        *(log10_p(high), log10_p(low)),
        pictures=len(bits),
        fingerprints=len(bits),
        unit="log10",
    )


def _by_bit(decoded, bits):
    """The share of pictures in which each bit was read right."""
    pictures = len(bits)
    right = (decoded == bits).sum(axis=0)
    points = (
        Figure.share(f"bit_{bit}", int(count), pictures, fingerprints=pictures)
        for bit, count in enumerate(right)
    )
    return Curve(
        "accuracy_by_bit",
        x_label="bit",
        y_label="share of pictures, read right",
        points=tuple(enumerate(points)),
    )


def _of_saved_models(run, options):
    """Bits read in what a few copies make after they were exported."""
    copies = min(SAVED_COPIES, options.pictures // 2)
    each = options.pictures // copies
    random = options.random("saved_model")
    matches = []
    for _ in range(copies):
        bits = bit_strings.random_bits(run.config.networks.num_bits)
        made = _made_by_saved_model(run, bits, each, random)
        read = run.decode(picture_files.encoded(made, "PNG")) > 0
        expected = np.broadcast_to(bits, read.shape)
        matches.append(accuracy.bit_accuracy_counts(read, expected))
    return Figure.bit_accuracy(
        "bit_accuracy_saved_model",
        np.concatenate(matches),
        run.config.networks.num_bits,
        fingerprints=copies,
    )


def _made_by_saved_model(run, bits, count, random):
    """Pictures of a sealed copy, by TensorFlow without Keras."""
    instance = run.seal(bits)
    lengths = [each.shape[-1] for each in instance.inputs]
    names = ("latents", "noise")[: len(lengths)]
    pictures = []
    with tempfile.TemporaryDirectory() as folder:
        path = delivery.save_instance(instance, pathlib.Path(folder))
        loaded = tf.saved_model.load(str(path))
        serve = loaded.signatures["latents"]
        for start in range(0, count, _BATCH):
            size = min(_BATCH, count - start)
            inputs = {
                name: tf.constant(
                    random.standard_normal((size, length), np.float32)
                )
                for name, length in zip(names, lengths, strict=True)
            }
            pictures.append(serve(**inputs)["images"].numpy())
    return np.concatenate(pictures)
