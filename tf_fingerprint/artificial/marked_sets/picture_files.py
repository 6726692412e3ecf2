"""Marked pictures as files without loss: PNG in folders, or TFRecord."""

import io
import pathlib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any
from typing import Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

# Of the `tf.train.Example` in each record, as TensorFlow's tools call them.
ENCODED, FILE_NAME = "image/encoded", "image/filename"

Lot = dict[str, Any]


class Files(Protocol):
    """A way to write pictures."""

    lot_size: int

    def write(
        self, number: int, names: Sequence[str], contents: Sequence[bytes]
    ) -> list[dict[str, Any]]:
        """Writes a lot, over what may lie there."""

    def read(self, lot: Lot) -> Iterator[bytes]:
        """The PNG files of a lot, in order."""


class PngFolder:
    """A file for each picture, under its own name."""

    def __init__(
        self,
        folder: pathlib.Path,
        file_name: Callable[[str], str],
        lot_size: int = 256,
    ):
        self.lot_size = lot_size
        self._folder, self._file_name = folder, file_name

    def write(self, number, names, contents):
        """See `Files`."""
        places = []
        for name, content in zip(names, contents, strict=True):
            file = self._file_name(name)
            path = self._folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            places.append({"file": file})
        return places

    def read(self, lot):
        """See `Files`."""
        for each in lot["files"]:
            yield (self._folder / each["file"]).read_bytes()


class TfRecords:
    """A TFRecord file for each lot; each record is a `tf.train.Example`.

    `file_name`: from a picture's name to one without path that is its own;
    recorded, so that unpacking needs no thought.
    """

    def __init__(
        self,
        folder: pathlib.Path,
        file_name: Callable[[str], str],
        lot_size: int = 512,
    ):
        self.lot_size = lot_size
        self._folder, self._file_name = folder, file_name

    def write(self, number, names, contents):
        """See `Files`."""
        import tensorflow as tf

        file = f"pictures-{number:05}.tfrecord"
        path = self._folder / file
        path.unlink(missing_ok=True)
        if not names:  # All were broken.
            return []
        self._folder.mkdir(parents=True, exist_ok=True)
        with tf.io.TFRecordWriter(str(path)) as writer:
            for name, content in zip(names, contents, strict=True):
                writer.write(_example(name, content))
        return [{"file": file, "record": place} for place in range(len(names))]

    def read(self, lot):
        """See `Files`."""
        import tensorflow as tf

        if not lot["files"]:
            return
        path = self._folder / lot["files"][0]["file"]
        try:
            for record in tf.data.TFRecordDataset(str(path)):
                example = tf.train.Example.FromString(record.numpy())
                yield example.features.feature[ENCODED].bytes_list.value[0]
        except tf.errors.OpError as error:
            raise OSError(f"{path}: {error.message}") from error


KINDS: dict[str, type[PngFolder] | type[TfRecords]] = {
    "png": PngFolder,
    "tfrecord": TfRecords,
}


def to_png(pixels: npt.NDArray[np.uint8]) -> bytes:
    """A picture as the contents of a PNG file.

    `pixels`: `(height, width, 1 or 3)`.
    """
    file = io.BytesIO()
    grey = pixels.shape[-1] == 1
    Image.fromarray(pixels[..., 0] if grey else pixels).save(file, "PNG")
    return file.getvalue()


def from_png(content: bytes) -> npt.NDArray[np.uint8]:
    """What `to_png` was given."""
    with Image.open(io.BytesIO(content)) as image:
        pixels = np.asarray(image)
    return pixels if pixels.ndim == 3 else pixels[..., None]


def _example(name, content):
    import tensorflow as tf

    def feature(value):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))

    with Image.open(io.BytesIO(content)) as image:
        width, height = image.size
    sizes = {
        key: tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))
        for key, value in (("image/height", height), ("image/width", width))
    }
    features = {
        ENCODED: feature(content),
        FILE_NAME: feature(name.encode("utf-8", "surrogateescape")),
        "image/format": feature(b"png"),
        **sizes,
    }
    return tf.train.Example(
        features=tf.train.Features(feature=features)
    ).SerializeToString()
