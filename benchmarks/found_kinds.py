"""Pictures of copies inside other things, as people find them, for `found.py`.

Sizes, places, gaps and colours are drawn anew for every file.
"""

import io

import numpy as np
from PIL import Image
from PIL import ImageDraw
from PIL import ImageFilter
from PIL import ImageOps

GREY = (250, 250, 250)


def border_4(pictures, photograph, random):
    return ImageOps.expand(pictures[0], 4, _colour(random)), 1


def border_8(pictures, photograph, random):
    return ImageOps.expand(pictures[0], 8, _colour(random)), 1


def screenshot(pictures, photograph, random):
    """A telephone's screen with bars and text."""
    screen = Image.new("RGB", (360, 780), GREY)
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, 360, 28), fill=(32, 32, 32))
    draw.text((12, 40), "Gallery", fill="black")
    shown = pictures[0].resize((360, 360), Image.Resampling.BICUBIC)
    screen.paste(shown, (0, int(random.integers(60, 370))))
    draw.rectangle((0, 740, 360, 780), fill=(225, 225, 225))
    return screen, 1


def desktop(pictures, photograph, random):
    """A window somewhere on a plain background, at its own size or twice it."""
    screen = Image.new("RGB", (640, 400), _colour(random))
    side = pictures[0].width * int(random.integers(1, 3))
    shown = pictures[0].resize((side, side), Image.Resampling.BICUBIC)
    place = (int(random.integers(0, 640 - side)), 0)
    screen.paste(shown, (place[0], int(random.integers(0, 400 - side))))
    return screen, 1


def collage(pictures, photograph, random):
    return _together([pictures[:2], pictures[2:4]], random), 4


def strip(pictures, photograph, random):
    return _together([pictures[:3]], random), 3


def sheet(pictures, photograph, random):
    """Nine of one copy."""
    return _together([[pictures[0]] * 3] * 3, random), 1


def photograph_beside(pictures, photograph, random):
    pair = [photograph.resize(pictures[0].size), pictures[0]]
    return _together([pair if random.random() < 0.5 else pair[::-1]], random), 1


def video_frame(pictures, photograph, random):
    """A picture of full height before its own blurred double."""
    picture = pictures[0]
    frame = ImageOps.fit(picture, (640, 360)).filter(
        ImageFilter.GaussianBlur(20)
    )
    frame.paste(picture.resize((360, 360), Image.Resampling.BICUBIC), (140, 0))
    return jpeg(frame, 90), 1


KINDS = {
    each.__name__: each
    for each in (
        *(border_4, border_8, screenshot, desktop, collage, strip, sheet),
        *(photograph_beside, video_frame),
    )
}


def page_like(random, photograph):
    """A page with lines of text and a photograph of nobody's copy."""
    page = Image.new("RGB", (420, 594), "white")
    draw = ImageDraw.Draw(page)
    for y in range(30, 560, 14):
        draw.text((30, y), "lorem ipsum " * int(random.integers(1, 5)), "black")
    side = int(random.integers(120, 260))
    page.paste(
        photograph.resize((side, side)),
        (int(random.integers(20, 150)), int(random.integers(40, 320))),
    )
    return page


def noise(random):
    """Coloured noise of a grain drawn anew."""
    grain = int(random.integers(1, 12))
    pixels = random.integers(0, 256, (240 // grain, 320 // grain, 3), np.uint8)
    return Image.fromarray(pixels).resize((320, 240))


def jpeg(image, quality):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file)


def _colour(random):
    return tuple(int(level) for level in random.integers(0, 256, 3))


def _together(rows, random):
    """Beside and below each other, with a gap of some pixels or none."""
    gap, side = int(random.integers(0, 6)), rows[0][0].width
    size = (
        len(rows[0]) * (side + gap) + gap,
        len(rows) * (side + gap) + gap,
    )
    sheet = Image.new("RGB", size, "white")
    for y, row in enumerate(rows):
        for x, one in enumerate(row):
            sheet.paste(one, (gap + x * (side + gap), gap + y * (side + gap)))
    return sheet
