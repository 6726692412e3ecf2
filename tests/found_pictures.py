"""Pictures as they are found: within others, in colours, frames and files.

A fingerprint here is a chequered pattern, which a decoder of three lines
reads; what is tested is where it is looked for. Written with Pillow.
"""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image
from PIL import ImageDraw
from PIL import ImageOps

from tf_fingerprint import attribution
from tf_fingerprint import fingerprints
from tf_fingerprint.attribution import files

from .attribution.test_matching import make_candidates

# Pillow reads and writes it from 11.3 on, if it was built so.
Image.init()
NEEDS_AVIF = pytest.mark.skipif(
    "AVIF" not in Image.SAVE, reason="Pillow has no AVIF"
)

SIDE = 64
ROWS, COLUMNS = 8, 16


class PatternRun:
    """Reads 128 bits as the brightness of 8 x 16 cells."""

    form = (SIDE, 3)
    generator_digest = "1" * 64
    calibration = None

    def __init__(self, **abilities):
        self.abilities = abilities
        self.num_decoded = 0

    def decode(self, images, batch_size=64):
        """Logits, `(images, 128)`."""
        self.num_decoded += len(images)
        cells = np.asarray(images, np.float32).reshape(
            len(images), ROWS, SIDE // ROWS, COLUMNS, SIDE // COLUMNS, 3
        )
        means = cells.mean(axis=(2, 4, 5)).reshape(len(images), -1)
        return (means - means.mean(axis=1, keepdims=True)) / 16


def picture(bits, seed=0):
    """A picture that carries bits, with colours of its own."""
    cells = np.where(bits.reshape(ROWS, COLUMNS), 160, 80).astype("uint8")
    pattern = Image.fromarray(cells).resize(
        (SIDE, SIDE), Image.Resampling.BICUBIC
    )
    # Without edges of their own: those would be seams.
    colours = np.asarray(photograph(seed), np.float32)
    colours = 0.4 * (colours - colours.mean(axis=2, keepdims=True))
    levels = np.asarray(pattern, np.float32)[..., None] + colours
    return Image.fromarray(np.clip(levels, 0, 255).astype("uint8"))


def photograph(seed, size=(SIDE, SIDE)):
    """A picture that carries nothing: blurred noise."""
    generator = np.random.default_rng(seed)
    small = generator.integers(0, 256, (6, 6, 3), dtype="uint8")
    return Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)


def screenshot(image, top, width=160, height=340):
    """A telephone's screen that shows a picture at full width."""
    screen = Image.new("RGB", (width, height), (250, 250, 250))
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, width, 7), fill=(32, 32, 32))
    draw.rectangle((4, 12, 60, 18), fill=(0, 0, 0))
    screen.paste(
        image.resize((width, width), Image.Resampling.BICUBIC), (0, top)
    )
    draw.rectangle((0, height - 10, width, height), fill=(225, 225, 225))
    return screen


def together(rows, gap=0):
    """Pictures beside and below each other."""
    side = rows[0][0].width + gap
    size = (len(rows[0]) * side + gap, len(rows) * side + gap)
    sheet = Image.new("RGB", size, "white")
    for y, row in enumerate(rows):
        for x, image in enumerate(row):
            sheet.paste(image, (gap + x * side, gap + y * side))
    return sheet


def bordered(image, width, colour="white"):
    """The picture within a frame of one colour."""
    return ImageOps.expand(image, width, colour)


def desktop(image, place=(60, 40), size=(320, 200)):
    """The picture at its own size on a screen of one colour."""
    screen = Image.new("RGB", size, (60, 90, 120))
    screen.paste(image, place)
    return screen


def saved(image, kind="PNG", **options):
    """A picture's file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def zipped(contents, path):
    """A zip archive of files by their names."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


def reader_of(*bits, run=None, **options):
    """A reader that knows some recipients, and 96 others."""
    generator = np.random.default_rng(1)
    others = [generator.integers(0, 2, 128, dtype="uint8") for _ in range(96)]
    candidates = make_candidates(*bits, *others)
    judge = attribution.Judge(candidates)
    return files.FileReader(run or PatternRun(), judge, **options)


def random_bits(count):
    """Fingerprints of as many recipients."""
    return [fingerprints.random_bits(128) for _ in range(count)]
