"""Files that are the same for all instances but for their weights."""

import io
import os
import pathlib
import zipfile
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from export.bundles import numbering

Vector = npt.NDArray[np.float32]

_WEIGHTS = "model.weights.h5"
_DATE = (1980, 1, 1, 0, 0, 0)


class FileTemplate:
    """A file's bytes, and which weight belongs where in them.

    `content`: the file, made with numbered weights; `parts`: pairs of where an
    array begins, in bytes, and the numbers of the weights in it. Raises
    `errors.ExportError` if a weight is missing or there twice.
    """

    def __init__(
        self,
        content: bytes,
        parts: Sequence[tuple[int, npt.NDArray[np.int64]]],
        *,
        num_weights: int,
        what: str,
    ):
        numbering.check_complete(
            [places for _, places in parts], num_weights, what
        )
        self._content = content
        self._parts = [
            (begin, numbering.shortest(places)) for begin, places in parts
        ]

    def filled(self, vector: Vector) -> bytearray:
        """The file of one instance."""
        content = bytearray(self._content)
        for begin, places in self._parts:
            weights = np.ascontiguousarray(vector[places], "<f4")
            content[begin : begin + weights.nbytes] = weights.data.cast("B")
        return content

    def write(self, path: pathlib.Path, vector: Vector) -> None:
        """Writes the file of one instance."""
        path.write_bytes(self.filled(vector))


class KerasTemplate:
    """A `.keras` file: an archive of which only the weights change.

    `path`: the file, of a network with numbered weights.
    """

    def __init__(self, path: str | os.PathLike[str], num_weights: int):
        with zipfile.ZipFile(path) as archive:
            self._others = {
                name: archive.read(name)
                for name in archive.namelist()
                if name != _WEIGHTS
            }
            weights = archive.read(_WEIGHTS)
        self._weights = FileTemplate(
            weights,
            _hdf5_parts(weights, num_weights),
            num_weights=num_weights,
            what="Keras",
        )

    def write(self, path: pathlib.Path, vector: Vector) -> None:
        """Writes the file of one instance."""
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in self._others.items():
                archive.writestr(zipfile.ZipInfo(name, _DATE), content)
            info = zipfile.ZipInfo(_WEIGHTS, _DATE)
            archive.writestr(info, self._weights.filled(vector))


def _hdf5_parts(content, num_weights):
    """Where the datasets of an HDF5 file lie: it stores them as they are."""
    import h5py

    parts = []

    def visit(unused_name, dataset):
        begin = getattr(dataset, "id", None) and _offset(dataset)
        if begin is None:
            return
        places = numbering.places_of(dataset[()], num_weights)
        if places is not None:
            parts.append((begin, places))

    with h5py.File(io.BytesIO(content), "r") as file:
        file.visititems(visit)
    return parts


def _offset(dataset):
    """Where a dataset of numbers begins; None if it isn't in one piece."""
    is_array = hasattr(dataset, "dtype") and dataset.dtype == np.float32
    return dataset.id.get_offset() if is_array else None
