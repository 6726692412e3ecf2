"""Verdicts on files and folders, in parts that fit into memory."""

import pathlib
import sys
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import numpy as np
import tqdm

from tf_fingerprint import errors
from tf_fingerprint import registry
from tf_fingerprint import runs
from tf_fingerprint.data import sources

_PART_IMAGES = 64


class Reader:
    """Attributes picture files; tells on stderr which it can't read.

    Args:
        run: Whose decoder reads them.
        candidates: Whom they may be attributed to.
        max_false_positive_rate: Tolerated probability per picture.

    Attributes:
        num_unreadable: Files and folders told about so far.
    """

    def __init__(
        self,
        run: runs.Run,
        candidates: registry.Candidates,
        max_false_positive_rate: float,
    ):
        self.run = run
        self.candidates = candidates
        self.max_false_positive_rate = max_false_positive_rate
        self.num_unreadable = 0

    def rows(self, paths: Sequence[pathlib.Path]) -> Iterator[dict[str, Any]]:
        """One verdict a picture, in order.

        Args:
            paths: Pictures, and folders of pictures.

        Returns:
            An iterator over dicts: `image`, then what the verdict says.
        """
        files = [file for path in paths for file in self._files(path)]
        with tqdm.tqdm(
            total=len(files), desc="attributing", unit="image", disable=None
        ) as bar:
            for start in range(0, len(files), _PART_IMAGES):
                part = files[start : start + _PART_IMAGES]
                yield from self._attributed(part)
                bar.update(len(part))

    def _files(self, path):
        """The path itself, or the pictures in it if it is a folder."""
        if not path.is_dir():
            return [path]
        try:
            listing = sources.list_folder(path, None)
        except errors.DataError as error:
            self._tell(error)
            return []
        return [path / name for name, _ in listing.pictures]

    def _attributed(self, files):
        """The verdicts on those files that can be read."""
        readable, images = [], []
        for file in files:
            try:
                images.append(self.run.read_images(file))
                readable.append(file)
            except errors.DataError as error:
                self._tell(error)
        if not readable:
            return
        for file, verdict in zip(
            readable,
            self.run.attribute(
                np.concatenate(images),
                self.candidates,
                max_false_positive_rate=self.max_false_positive_rate,
            ),
            strict=True,
        ):
            yield {"image": str(file), **verdict.to_dict()}

    def _tell(self, error):
        self.num_unreadable += 1
        print(f"tf-fingerprint: {error}", file=sys.stderr)
