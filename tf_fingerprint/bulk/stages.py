"""What workers do with each picture: read, decode, attribute."""

import hashlib
import pathlib
import posixpath
import struct
import tempfile
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import BinaryIO

import apache_beam as beam
import google_crc32c
import numpy as np
from apache_beam.io import filesystems
from apache_beam.ml.inference import base

from tf_fingerprint import attribution
from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint.attribution import places
from tf_fingerprint.bulk import snapshot
from tf_fingerprint.data import frames

UNREADABLE = "unreadable"

# What stands around each record: its length and a checksum; one more.
_HEAD, _TAIL = struct.Struct("<QI"), struct.Struct("<I")

# A picture's name and its contents' SHA-256, then its pixels.
Picture = tuple[tuple[str, str], np.ndarray]

# How far a logit may be from what it is when a picture is decoded alone: sums
# are rounded in another order in larger batches. Measured on 64 pictures: 5e-5.
_NEAR = 1e-3


def read_picture(
    name: str, content: bytes, form: Mapping[str, Any]
) -> Iterator[Any]:
    """Reads one picture as the single-image path does."""
    digest = hashlib.sha256(content).hexdigest()
    try:
        for frame in frames.frames(content, name, channels=form["channels"]):
            square = places.plan(
                frame.pixels, form["resolution"], places.Search.NONE
            ).places[0]
            pixels = square.pixels(frame.pixels, form["resolution"])
            yield (frame.name, digest), pixels
    except errors.DataError as error:
        yield unreadable(name, str(error), digest)


def read_file(path: str, form: Mapping[str, Any]) -> Iterator[Any]:
    """Reads a picture's file; yields what `read_picture` does."""
    try:
        # As it is: a picture called .gz is none.
        with filesystems.FileSystems.open(
            path,
            compression_type=filesystems.CompressionTypes.UNCOMPRESSED,
        ) as file:
            content = file.read()
    except OSError as error:
        yield unreadable(path, f"{path}: can't be read. {error}")
    else:
        yield from read_picture(path, content, form)


def read_records(
    path: str, form: Mapping[str, Any], feature: str | None
) -> Iterator[Any]:
    """Reads the pictures in a TFRecord file; yields what `read_picture` does.

    Each is called by the file and its number there, from 0 on. Behind a broken
    record there is no telling where the next begins: one row says so.

    `feature`: of each `tf.train.Example`, the one that holds the picture's
    file. If None, each record is a picture's file itself.
    """
    number = 0
    try:
        with filesystems.FileSystems.open(path) as file:
            for record in records(file):
                name = f"{path}#{number}"
                number += 1
                try:
                    content = _content(record, feature)
                except ValueError as error:
                    yield unreadable(name, f"{name}: {error}")
                else:
                    yield from read_picture(name, content, form)
    # Streams that end or do not decompress raise errors of many types.
    except Exception as error:
        reason = f"{path}: can't be read from record {number} on. {error}"
        yield unreadable(f"{path}#{number}", reason)


def records(file: BinaryIO) -> Iterator[bytes]:
    """The records of an opened TFRecord file.

    Raises `ValueError` if a record is cut off, or a sum is wrong.

    Reference:
        https://www.tensorflow.org/tutorials/load_data/tfrecord
    """
    while head := file.read(_HEAD.size):
        if len(head) < _HEAD.size:
            raise ValueError("The file ends within a record.")
        length, checksum = _HEAD.unpack(head)
        # Before as many bytes are read.
        if checksum != _masked_checksum(head[:8]):
            raise ValueError("The checksum of a record's length is wrong.")
        record, tail = file.read(length), file.read(_TAIL.size)
        if len(record) < length or len(tail) < _TAIL.size:
            raise ValueError("The file ends within a record.")
        if _TAIL.unpack(tail)[0] != _masked_checksum(record):
            raise ValueError("The checksum of a record is wrong.")
        yield record


class DecoderHandler(base.ModelHandler[np.ndarray, base.PredictionResult, Any]):
    """Decodes batches of pixels with a servable of `export.servables.decoder`.

    What it reads in a picture does not depend on the batch: where a logit is
    so near to 0 that rounding might decide, the picture is decoded again,
    alone.
    """

    def __init__(self, folder: str, *, batch_size: int):
        super().__init__()
        self._folder = folder
        self._batch_size = batch_size

    def load_model(self) -> Any:
        """The loaded SavedModel."""
        import tensorflow as tf

        with tempfile.TemporaryDirectory() as folder:
            copy_folder(self._folder, folder)
            return tf.saved_model.load(folder)

    def run_inference(
        self,
        batch: Sequence[np.ndarray],
        model: Any,
        inference_args: Mapping[str, Any] | None = None,
    ) -> Iterator[base.PredictionResult]:
        """The bits of each picture, packed."""
        images = np.stack(batch)
        logits = _logits(model, images)
        for place in np.flatnonzero((np.abs(logits) < _NEAR).any(axis=1)):
            logits[place] = _logits(model, images[place : place + 1])[0]
        for bits in logits > 0:
            # Without the pixels, which nobody needs any more.
            yield base.PredictionResult(None, fingerprints.pack(bits))

    def batch_elements_kwargs(self) -> Mapping[str, Any]:
        """For Beam's `BatchElements`."""
        return {"min_batch_size": 1, "max_batch_size": self._batch_size}

    def get_metrics_namespace(self) -> str:
        """Under which Beam counts."""
        return "tf_fingerprint"


def attribute(
    batch: Sequence[tuple[tuple[str, str], base.PredictionResult]],
    candidates_path: str,
    max_false_positive_rate: float,
) -> Iterator[dict[str, Any]]:
    """Judges what was read in some pictures.

    Yields a row for each: `image`, `sha256`, `bits` in hexadecimal, and what
    `Attribution.to_dict` says.
    """
    candidates = snapshot.read(candidates_path)
    num_bits = candidates.generator.num_bits
    read: list[Any] = [result.inference for _, result in batch]
    bits = fingerprints.unpack(np.stack(read), num_bits)
    verdicts = attribution.attribute_many(
        bits, candidates, max_false_positive_rate=max_false_positive_rate
    )
    for (key, _), read, verdict in zip(batch, bits, verdicts, strict=True):
        name, digest = key
        yield {
            "image": name,
            "sha256": digest,
            "bits": fingerprints.to_hex(read),
            **verdict.to_dict(),
        }


def unreadable(
    name: str, reason: str, digest: str = ""
) -> beam.pvalue.TaggedOutput:
    """A row for the output of what can't be read."""
    row = {"image": name, "sha256": digest, "reason": reason}
    return beam.pvalue.TaggedOutput(UNREADABLE, row)


def copy_folder(source: str, target: str) -> None:
    """Copies a folder from and to wherever Beam can read and write.

    `target`: path or URL of a folder that is new or empty.
    """
    source = source.rstrip("/")
    [found] = filesystems.FileSystems.match([f"{source}/**"])
    for each in found.metadata_list:
        inner = each.path[len(source) + 1 :]
        path = posixpath.join(target, inner)
        if "://" not in target:
            pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
        with (
            filesystems.FileSystems.open(each.path) as original,
            filesystems.FileSystems.create(path) as copy,
        ):
            copy.write(original.read())


def _logits(model, images):
    return model.signatures["images"](images=images)["logits"].numpy()


def _masked_checksum(content):
    """As TFRecord files hold it."""
    checksum = google_crc32c.value(content)
    rotated = checksum >> 15 | checksum << 17
    return (rotated + 0xA282EAD8) & 0xFFFFFFFF


def _content(record, feature):
    """The picture's file in a record."""
    if feature is None:
        return record
    import tensorflow as tf

    try:
        example = tf.train.Example.FromString(record)
    except Exception as error:  # protobuf's class differs by its version.
        raise ValueError(f"Is no `tf.train.Example`. {error}") from error
    values = example.features.feature[feature].bytes_list.value
    if len(values) != 1:
        raise ValueError(
            f"Must have one value of bytes in the feature `{feature}`. "
            f"Received {len(values)}."
        )
    return values[0]
