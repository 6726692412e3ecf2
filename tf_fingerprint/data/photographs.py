"""A whole source of pictures, decoded into one array."""

import concurrent.futures
import dataclasses
import functools
import hashlib
import itertools
import os
from collections.abc import Mapping

import numpy as np
from absl import logging

from tf_fingerprint import errors
from tf_fingerprint.data import listings
from tf_fingerprint.data import reading
from tf_fingerprint.data import sources

GIBIBYTE = 2**30

# Pictures read at a time: bounds what lies in memory undecoded.
CHUNK_IMAGES = 256


@dataclasses.dataclass(frozen=True, eq=False)
class Photographs:
    """Pictures as training and evaluation use them.

    Args:
        images: `(images, resolution, resolution, channels)`, `uint8`.
        names: Each image's path within its source.
        broken: Name and reason of each file that was skipped.
        digest: SHA-256 of the images' shape and pixels; equal digests, equal
            training data.
        left_out: How many files of which kinds were no pictures.
    """

    images: np.ndarray
    names: tuple[str, ...]
    broken: tuple[tuple[str, str], ...]
    digest: str
    left_out: Mapping[str, int] = dataclasses.field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.images)


def load(
    source: str | os.PathLike,
    *,
    resolution: int,
    channels: int = 3,
    crop: str = "center",
    max_images: int | None = None,
    max_broken_share: float = 0.01,
    max_bytes: int = 16 * GIBIBYTE,
    progress: bool = False,
) -> Photographs:
    """Decodes a folder, a zip, a tensorflow-dataset or the built-in pictures.

    Args:
        source: A folder (searched with its sub-folders, in sorted order), a
            `.zip`, `tfds:NAME[/CONFIG][:SPLIT]`, or `procedural[:N]` for the
            first N built-in pictures (10,000).
        resolution: Height and width, in pixels.
        channels: 3 for RGB, 1 for grey.
        crop: How pictures become square; see `read_image`.
        max_images: Take only the first so many. `None` or 0 takes all.
        max_broken_share: Share of files that may be broken; they are skipped
            and named in `broken`. More is an error.
        max_bytes: Most memory that the decoded images may take.
        progress: Whether to draw a progress bar, if on a terminal.

    Raises:
        DataError: If the source doesn't exist, holds no pictures, is too
            large for `max_bytes`, or too many files are broken.
    """
    reading.check_form(resolution, channels, crop)
    listing = listings.list_pictures(source, resolution, max_images or None)
    _check_memory(source, listing, resolution, channels, max_bytes)
    images = np.empty(
        (listing.num_pictures, resolution, resolution, channels), "uint8"
    )
    names: list[str] = []
    broken: list[tuple[str, str]] = []
    decode_one = functools.partial(
        decode, resolution=resolution, channels=channels, crop=crop
    )
    for name, image in _decoded(listing, decode_one, progress):
        if isinstance(image, errors.DataError):
            broken.append((name, str(image)))
            if len(broken) > max_broken_share * listing.num_pictures:
                break
        else:
            images[len(names)] = image
            names.append(name)
    if not names or len(broken) > max_broken_share * listing.num_pictures:
        raise _too_many_broken(source, broken, listing, max_broken_share)
    images = images[: len(names)]
    if listing.left_out:
        _tell_left_out(source, listing.left_out)
    return Photographs(
        *(images, tuple(names), tuple(broken)),
        *(_digest(images), listing.left_out),
    )


def _tell_left_out(source, left_out):
    logging.warning(
        "%s: left out %d files that are no pictures: %s",
        *(source, sum(left_out.values()), sources.described(left_out)),
    )


def held_out(num_images: int, share: float) -> np.ndarray:
    """Which photographs of a set to keep from training, evenly spread.

    Args:
        num_images: How many there are.
        share: The part to hold out, 0 to 1.

    Returns:
        `(num_images,)` of bool; at least one is True, and one False.

    Raises:
        errors.DataError: If there are fewer than two.

    Example:

    >>> held_out(5, 0.4).tolist()
    [True, False, True, False, False]
    """
    if num_images < 2:
        raise errors.DataError(
            "There must be at least two pictures, one to train on and one to "
            f"hold out. Received {num_images}. Add pictures to `data.source`."
        )
    count = min(max(round(share * num_images), 1), num_images - 1)
    chosen = np.zeros(num_images, bool)
    chosen[np.arange(count) * num_images // count] = True
    return chosen


def _check_memory(source, listing, resolution, channels, max_bytes):
    """Raises before anything is decoded that wouldn't fit into memory."""
    bytes_per_image = resolution**2 * channels
    if listing.num_pictures * bytes_per_image > max_bytes:
        raise errors.DataError(
            f"{source}: {listing.num_pictures:,} pictures at {resolution} x "
            f"{resolution} take "
            f"{listing.num_pictures * bytes_per_image / GIBIBYTE:.1f} GiB of "
            f"memory, and {max_bytes / GIBIBYTE:.1f} GiB are allowed. Set "
            f"`max_images` to at most {max_bytes // bytes_per_image}."
        )


def _decoded(listing, decode, progress):
    """Yields each picture's name and its image or error, in order."""
    # Pillow and NumPy leave the interpreter's lock while they work.
    workers = min(8, os.cpu_count() or 1)
    pictures = iter(listing.pictures)
    with (
        _progress_bar(listing.num_pictures, progress) as bar,
        concurrent.futures.ThreadPoolExecutor(workers) as executor,
    ):
        while chunk := list(itertools.islice(pictures, CHUNK_IMAGES)):
            yield from executor.map(decode, chunk)
            bar.update(len(chunk))


def decode(picture, resolution: int, channels: int, crop: str):
    """Decodes one picture of a listing.

    `resolution`: height and width, in pixels.
    """
    name, read = picture
    try:
        content = read()
    except Exception as error:  # A zip's members fail in a dozen ways.
        return name, errors.DataError(f"{name}: can't be read. {error}")
    try:
        if isinstance(content, np.ndarray):
            return name, reading.from_array(
                content, resolution, channels, crop, name
            )
        return name, reading.read_image(
            content,
            resolution=resolution,
            channels=channels,
            crop=crop,
            name=name,
        )
    except errors.DataError as error:
        return name, error


def _progress_bar(total, progress):
    """A bar on standard error, hidden unless wanted and on a terminal."""
    import tqdm

    return tqdm.tqdm(
        total=total,
        desc="decoding",
        unit="picture",
        disable=None if progress else True,
    )


def _too_many_broken(source, broken, listing, max_broken_share):
    """The error that names the first broken files."""
    reasons = "; ".join(reason for _, reason in broken[:3])
    return errors.DataError(
        f"{source}: at most {max_broken_share:.2%} of {listing.num_pictures:,} "
        f"pictures may be broken, but already {len(broken)} are: {reasons} "
        "Remove them, or raise `max_broken_share`."
    )


def _digest(images):
    """SHA-256 of an array's shape and contents."""
    digest = hashlib.sha256(repr(images.shape).encode())
    digest.update(np.ascontiguousarray(images))
    return digest.hexdigest()
