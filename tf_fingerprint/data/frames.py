"""All frames and pages of a picture file, each as pixels."""

import dataclasses
import hashlib
from collections.abc import Iterable
from collections.abc import Iterator

import numpy as np

from tf_fingerprint import errors
from tf_fingerprint.data import found_files
from tf_fingerprint.data import opening
from tf_fingerprint.data import reading

# Frames of one file that are looked at.
MAX_FRAMES = 256

# Formats whose frames are pictures of their own; those of others are layers,
# or the same picture in other sizes.
_OF_FRAMES = ("GIF", "WEBP", "PNG", "AVIF", "TIFF", "MPO", "HEIF", "JXL")


@dataclasses.dataclass(frozen=True, eq=False)
class Frame:
    """One frame or page.

    `name`: of the file; of one with several frames with the frame's number,
    such as `x.gif#2`. `number`: from 1 on; `pixels`:
    `(height, width, channels)`, `uint8`, upright.
    """

    name: str
    number: int
    count: int
    pixels: np.ndarray


def frames(
    content: bytes,
    name: str,
    *,
    channels: int = 3,
    max_frames: int = MAX_FRAMES,
) -> Iterator[Frame]:
    """Decodes a picture file, one frame at a time; equal frames once.

    Yields the frames, in order.
    """
    number, seen = 1, set()
    try:
        with opening.opened(content, name) as image:
            count = 1
            if image.format in _OF_FRAMES:
                count = getattr(image, "n_frames", 1)
            for number in range(1, min(count, max_frames) + 1):
                if number > 1:
                    image.seek(number - 1)
                    opening.check_size(image)
                pixels = reading.upright(image, channels)
                digest = hashlib.sha256(pixels.data).digest() + bytes(
                    str(pixels.shape), "ascii"
                )
                if digest not in seen:
                    seen.add(digest)
                    title = name if count == 1 else f"{name}#{number}"
                    yield Frame(title, number, count, pixels)
    # Pillow's decoders meet broken files with errors of a dozen types.
    except Exception as error:
        where = name if number == 1 else f"{name}#{number}"
        raise opening.unreadable(where, error) from error
    if count > max_frames:
        raise errors.DataError(
            f"{name}: it has {count:,} frames; the first {max_frames} were "
            "looked at. Save the others as files of their own (`magick FILE "
            "frame-%05d.png`) and give those."
        )


@dataclasses.dataclass(frozen=True, eq=False)
class FileFrame:
    """A frame with the file that it is of: its name, and its contents."""

    file: str
    content: bytes
    frame: Frame


def of_files(
    files: Iterable[found_files.FoundFile], *, channels: int = 3
) -> Iterator[FileFrame | errors.DataError]:
    """All frames of all files: read once, decoded once.

    Args:
        files: What was found.
        channels: 3 for RGB, 1 for grey.

    Yields:
        The frames, and in their place an error for what can't be read.
    """
    for file in files:
        try:
            content = file.read()
            for frame in frames(content, file.name, channels=channels):
                yield FileFrame(file.name, content, frame)
        except errors.DataError as error:
            yield error
