"""Picture files of every kind, also such as no program would write."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

PNG_START = b"\x89PNG\r\n\x1a\n"
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
SAMPLES = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}

# Of Adam7: first row, first column, step down, step right.
PASSES = [
    (0, 0, 8, 8),
    (0, 4, 8, 8),
    (4, 0, 8, 4),
    (0, 2, 4, 4),
    (2, 0, 4, 2),
    (0, 1, 2, 2),
    (1, 0, 2, 1),
]


def encoded(image, kind="PNG", **options):
    """The file that a Pillow image or an array makes."""
    if isinstance(image, np.ndarray):
        image = Image.fromarray(image)
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def noise(height=16, width=16, channels=3, seed=0):
    """Levels without any pattern."""
    shape = (height, width, channels) if channels else (height, width)
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def chunk(kind, content=b""):
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check


def png_header(width, height, depth=8, color=RGB, interlaced=False):
    fields = struct.pack(
        ">IIBBBBB", width, height, depth, color, 0, 0, interlaced
    )
    return PNG_START + chunk(b"IHDR", fields)


def png(levels, depth, color, *, parts=b"", interlaced=False):
    """A PNG of samples `(height, width, samples)` in any depth."""
    height, width, _ = levels.shape
    passes = PASSES if interlaced else [(0, 0, 1, 1)]
    rows = b"".join(
        b"\0" + _row(row, depth)
        for top, left, down, right in passes
        for row in levels[top::down, left::right]
        if row.size
    )
    return (
        png_header(width, height, depth, color, interlaced)
        + parts
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND")
    )


def bomb(side=16384):
    """A small PNG of very many black pixels."""
    packer = zlib.compressobj(9)
    rows = bytes(64 * (side + 1))
    packed = b"".join(packer.compress(rows) for _ in range(side // 64))
    return (
        png_header(side, side, color=GREY)
        + chunk(b"IDAT", packed + packer.flush())
        + chunk(b"IEND")
    )


def tiff(orientation, order="<", tag=0x0112, kind=3, before=0):
    """An EXIF block that says how to turn the picture."""
    start = b"II*\0" if order == "<" else b"MM\0*"
    others = b"".join(
        struct.pack(f"{order}HHIHH", 0x0100 + place, 3, 1, 7, 0)
        for place in range(before)
    )
    entry = struct.pack(f"{order}HHIHH", tag, kind, 1, orientation, 0)
    count = struct.pack(f"{order}H", before + 1)
    return (
        start + struct.pack(f"{order}I", 8) + count + others + entry + bytes(4)
    )


def with_segments(jpeg, *segments):
    """A JPEG with more segments after its first two bytes."""
    parts = b"".join(
        bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content
        for marker, content in segments
    )
    return jpeg[:2] + parts + jpeg[2:]


def _row(row, depth):
    if depth == 16:
        return row.astype(">u2").tobytes()
    if depth == 8:
        return row.astype("u1").tobytes()
    bits = np.unpackbits(row.reshape(-1, 1).astype("u1"), axis=1)
    return np.packbits(bits[:, 8 - depth :].ravel()).tobytes()
