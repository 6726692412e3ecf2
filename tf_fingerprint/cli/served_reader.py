"""Verdicts of a server on files and folders; without TensorFlow."""

import io
import pathlib
import sys
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import Self

from PIL import Image

from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint.cli import progress
from tf_fingerprint.data import frames
from tf_fingerprint.data import image_kinds

_PART_IMAGES = 64

# Of other kinds, this side makes PNG: servers differ in what they decode.
_SERVED_KINDS = ("PNG", "JPEG")


class Reader:
    """Sends picture files to a server; tells on stderr which can't be read."""

    def __init__(
        self,
        url: str,
        model: str,
        *,
        headers: Mapping[str, str] | None = None,
        ca: pathlib.Path | None = None,
    ):
        # The command line reaches out of the package, and only when needed.
        from export import client

        self._client = client.AttributionClient(
            url, model=model, headers=headers, ca=ca
        )
        self.num_unreadable = 0

    def rows(self, paths: Sequence[pathlib.Path]) -> Iterator[dict[str, Any]]:
        """One verdict a picture, in order.

        Returns an iterator over dicts: `image`, then what the server says, the
        bits in hexadecimal.
        """
        waiting: list[frames.FileFrame] = []
        for each in frames.of_files(progress.of_files(paths)):
            if isinstance(each, errors.DataError):
                yield from self._attributed(waiting)
                waiting = []
                self._tell(each)
                continue
            waiting.append(each)
            if len(waiting) == _PART_IMAGES:
                yield from self._attributed(waiting)
                waiting = []
        yield from self._attributed(waiting)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def _attributed(self, parts):
        """The verdicts on some frames, where the server can read them."""
        if not parts:
            return
        answers = self._client.attribute([_sent(each) for each in parts])
        for each, answer in zip(parts, answers, strict=True):
            if not answer.is_readable:
                self._tell(
                    f"{each.frame.name}: the server can't read it as a "
                    f"picture. It says `{answer.status}`."
                )
                continue
            row = {"image": each.frame.name, **answer.to_dict()}
            bits = row.pop("bits")  # None where verdicts are all that is told.
            row["fingerprint_hex"] = bits and fingerprints.to_hex(bits)
            yield row

    def _tell(self, error):
        self.num_unreadable += 1
        print(f"tf-fingerprint: {error}", file=sys.stderr)


def _sent(each):
    """A file as it is if servers read its kind, or its frame as PNG."""
    kind = image_kinds.kind_of(each.content[: image_kinds.HEAD_BYTES])
    if each.frame.count == 1 and kind in _SERVED_KINDS:
        return each.content
    file = io.BytesIO()
    Image.fromarray(each.frame.pixels).save(file, "PNG")
    return file.getvalue()
