"""Verdicts on files and folders, in parts that fit into memory."""

import pathlib
import sys
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import numpy as np
import tqdm

from tf_fingerprint import attribution
from tf_fingerprint import errors
from tf_fingerprint import evidence
from tf_fingerprint.cli import second_opinions
from tf_fingerprint.data import sources
from tf_fingerprint.scalable import run as scalable_run

_PART_IMAGES = 64


class Reader:
    """Attributes picture files; tells on stderr which it can't read.

    Args:
        run: Whose decoder reads them.
        judge: Says whom they may be attributed to.
        keep: Takes each file with its verdict, and the one on all together;
            None to keep nothing.
        combine: Whether to add a verdict on all pictures together.
        passive: Who is asked besides, and knows of no fingerprints.

    Attributes:
        num_unreadable: Files and folders told about so far.
    """

    def __init__(
        self,
        run: scalable_run.Run,
        judge: attribution.Judge,
        *,
        keep: evidence.Evidence | None = None,
        combine: bool = False,
        passive: second_opinions.SecondOpinion | None = None,
    ):
        self.run = run
        self.judge = judge
        self.keep = keep
        self.combine = combine
        self.passive = passive
        self.num_unreadable = 0

    def rows(self, paths: Sequence[pathlib.Path]) -> Iterator[dict[str, Any]]:
        """One verdict a picture, in order.

        Args:
            paths: Pictures, and folders of pictures.

        Returns:
            An iterator over dicts: `image`, then what the verdict says.
        """
        files = [file for path in paths for file in self._files(path)]
        read = []
        with tqdm.tqdm(
            total=len(files), desc="attributing", unit="image", disable=None
        ) as bar:
            for start in range(0, len(files), _PART_IMAGES):
                part = files[start : start + _PART_IMAGES]
                for row, logits in self._judged(part):
                    if self.combine:
                        read.append(logits)
                    yield row
                bar.update(len(part))
        if read:
            verdict = self.judge.combine(np.stack(read))
            if self.keep is not None:
                self.keep.add_together(verdict)
            row = row_of(f"({len(read)} together)", verdict)
            if self.passive is not None:
                row |= second_opinions.row_of(None)
            yield row

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

    def _judged(self, files):
        """Rows and logits of those files that can be read."""
        readable, contents, images = [], [], []
        for file in files:
            try:
                image, content = self._read(file)
            except errors.DataError as error:
                self._tell(error)
            else:
                readable.append(file)
                contents.append(content)
                images.append(image)
        if not readable:
            return
        read = self.run.decode(np.concatenate(images))
        verdicts = self.judge.judge(read)
        for file, content, logits, verdict in zip(
            readable, contents, read, verdicts, strict=True
        ):
            row = row_of(str(file), verdict)
            opinion = None
            if self.passive is not None:
                opinion = self.passive.on(content, verdict)
                row |= second_opinions.row_of(opinion)
            if self.keep is not None:
                self.keep.add(file, content, logits, verdict, passive=opinion)
            yield row, logits

    def _read(self, file):
        """A file's pixels, and its contents if they are to be kept."""
        image = self.run.read_images(file)
        if self.keep is None and self.passive is None:
            return image, b""
        # The evidence must be on the very bytes that are kept.
        content = file.read_bytes()
        return self.run.read_images(content), content

    def _tell(self, error):
        self.num_unreadable += 1
        print(f"tf-fingerprint: {error}", file=sys.stderr)


def row_of(image: str, verdict: attribution.Verdict) -> dict[str, Any]:
    """A verdict as one row; what is nested has names joined by `_`.

    Args:
        image: What the verdict is on.
        verdict: The verdict.

    Returns:
        Dict of text, numbers and None, with the same keys for all verdicts.
    """
    row = {"image": image, **verdict.to_dict()}
    measured, soft = (row.pop(name) or {} for name in ("measured", "soft"))
    accused = row.pop("accused")
    for name in ("hits", "trials", "rate", "low", "high"):
        row[f"measured_{name}"] = measured.get(name)
    for name in ("log10_p_corrected", "missed", "total", "recipient"):
        row[f"soft_{name}"] = soft.get(name)
    for name in ("recipient", "p_value"):
        parts = ", ".join(str(each[name]) for each in accused)
        row[f"accused_{name}s"] = parts or None
    return row
