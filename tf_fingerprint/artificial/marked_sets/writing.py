"""Marks the pictures of a source, lot by lot, in constant memory."""

import concurrent.futures
import dataclasses
import functools
import hashlib
import itertools
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_fingerprint import errors
from tf_fingerprint.artificial import marking as markings
from tf_fingerprint.artificial.marked_sets import picture_files
from tf_fingerprint.data import photographs
from tf_fingerprint.data import sources

Pixels = npt.NDArray[np.uint8]


@dataclasses.dataclass(frozen=True)
class _Picture:
    """A picture of the source: its pixels, or why there are none."""

    name: str
    pixels: Pixels | None
    digest: str = ""
    reason: str = ""


@dataclasses.dataclass(frozen=True, eq=False)
class Written:
    """A lot that has been written.

    `images`: what is in the files, `(files, height, width, channels)`.
    """

    lot: dict[str, Any]
    images: Pixels


class Writer:
    """Marks pictures and writes them."""

    def __init__(
        self,
        run,
        marking: markings.Marking,
        files: picture_files.Files,
        *,
        batch_size: int = 64,
    ):
        self._run, self._marking, self._files = run, marking, files
        self._batch_size = batch_size
        form = run.config.data
        self._read = functools.partial(
            _read,
            resolution=form.resolution,
            channels=form.channels,
            crop=form.crop,
        )

    def lots(
        self, listing: sources.Listing, done: set[int]
    ) -> Iterator[tuple[int, Written | None]]:
        """Writes all lots but those that are done.

        Yields how many pictures of the source a lot is, broken ones counted;
        and what was written, or None if it was done.
        """
        pictures = iter(listing.pictures)
        # Pillow and NumPy leave the interpreter's lock while they work.
        workers = min(8, os.cpu_count() or 1)
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            for number in itertools.count():
                part = list(itertools.islice(pictures, self._files.lot_size))
                if not part:
                    return
                written = None
                if number not in done:
                    written = self._write(number, part, pool)
                yield len(part), written

    def _write(self, number, part, pool):
        read = list(pool.map(self._read, part))
        good = [each for each in read if each.pixels is not None]
        names = [each.name for each in good]
        originals = _stacked(good, self._run.config.data)
        images = self._marked(names, originals)
        contents = list(pool.map(picture_files.to_png, images))
        places = self._files.write(number, names, contents)
        files = [
            {
                "name": each.name,
                **place,
                "source_sha256": each.digest,
                "sha256": hashlib.sha256(content).hexdigest(),
                "marked": self._marking.marks(each.name),
                "psnr": _psnr(each.pixels, image),
            }
            for each, place, content, image in zip(
                good, places, contents, images, strict=True
            )
        ]
        broken = [
            [each.name, each.reason] for each in read if each.pixels is None
        ]
        lot = {"lot": number, "files": files, "broken": broken}
        return Written(lot, images)

    def _marked(self, names, originals):
        """The pictures, with a fingerprint in those that are to have one."""
        images = originals.copy()
        chosen = [
            place
            for place, name in enumerate(names)
            if self._marking.marks(name)
        ]
        if chosen:
            bits = np.stack([self._marking.bits(names[p]) for p in chosen])
            images[chosen] = self._run.encode(
                originals[chosen],
                bits,
                batch_size=self._batch_size,
                strength=self._marking.strength,
            )
        return images


def _read(picture, **form) -> _Picture:
    """Reads and decodes one picture; whatever fails becomes its reason."""
    name, read = picture
    try:
        content = read()
    except Exception as error:  # A zip's members fail in a dozen ways.
        return _Picture(name, None, reason=f"{name}: can't be read. {error}")
    _, image = photographs.decode((name, lambda: content), **form)
    if isinstance(image, errors.DataError):
        return _Picture(name, None, reason=str(image))
    return _Picture(name, image, _digest(content))


def _digest(content):
    """SHA-256 of a file, or of what a source without files gives."""
    if isinstance(content, np.ndarray):
        digest = hashlib.sha256(repr(content.shape).encode())
        digest.update(np.ascontiguousarray(content))
        return digest.hexdigest()
    return hashlib.sha256(content).hexdigest()


def _stacked(pictures, form):
    shape = (form.resolution, form.resolution, form.channels)
    pixels = [each.pixels for each in pictures]
    return np.array(pixels, np.uint8).reshape(len(pixels), *shape)


def _psnr(one, other):
    """Signal-to-noise ratio in decibels; None of equal pictures."""
    error = np.square(one.astype(np.float32) - other).mean()
    return round(float(10 * np.log10(255**2 / error)), 2) if error else None
