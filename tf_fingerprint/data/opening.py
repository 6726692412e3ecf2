"""Opens picture files: of which kinds, and how large."""

import io
import warnings

from PIL import Image

from tf_fingerprint import errors
from tf_fingerprint.data import image_kinds

# Largest picture that is decoded, in pixels: half a gigabyte of memory, twice
# that while it is turned upright. JPEG files beyond it are decoded at a half,
# a quarter or an eighth of their size, which costs no more.
MAX_PIXELS = 2**27


def opened(content: bytes, name: str) -> Image.Image:
    """A picture file, opened by Pillow and not yet decoded."""
    image_kinds.check(bytes(content[: image_kinds.HEAD_BYTES]), name)
    try:
        with warnings.catch_warnings():
            # The size is checked here, where the limit can be told.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(
                io.BytesIO(content), formats=image_kinds.formats()
            )
    except Image.DecompressionBombError as error:
        raise ValueError(_too_large("more than 178 million pixels")) from error
    width, height = image.size
    if width * height > MAX_PIXELS and image.format == "JPEG":
        image.draft(None, (width // 2, height // 2))
    check_size(image)
    return image


def check_size(image: Image.Image) -> None:
    """Raises a `ValueError` if an opened picture is too large to decode."""
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise ValueError(
            _too_large(f"{width:,} x {height:,} pixels, {width * height:,}")
        )


def unreadable(name: str, error: Exception) -> errors.DataError:
    """The error that names a file and says why it can't be read."""
    return errors.DataError(
        f"{name}: can't be read as a picture. {_why(error)}"
    )


def _too_large(received):
    return (
        f"It has {received}; at most {MAX_PIXELS:,} are decoded. Cut out the "
        "part in question, or shrink the whole to half its size, and give that."
    )


def _why(error):
    """What to tell about an error of Pillow's, which may have no text."""
    if isinstance(error, Image.UnidentifiedImageError):
        return "Its contents are of no known format."
    return str(error) or type(error).__name__
