"""The kinds of perturbations: from a strength to what is done.

Each function takes strengths, `(batch,)` in the unit of its kind, and uniform
numbers, `(batch, 3)`, and returns parameters of the stages in
`perturbations`, `(batch,)` each.
"""

from keras import ops


def _crop(share, uniforms):
    return {"crop": share}


def _random_crop(share, uniforms):
    return {"crop": share, "down": uniforms[:, 0], "across": uniforms[:, 1]}


def _resize(share, uniforms):
    return {"resize": share}


def _blur(share, uniforms):
    return {"blur": share}


def _noise(deviation, uniforms):
    return {"noise": deviation}


def _jpeg(quality, uniforms):
    return {"quality": quality}


def _flip(strength, uniforms):
    return {"flip": ops.ones_like(strength)}


def _brightness(factor, uniforms):
    return {"brightness": factor}


def _contrast(factor, uniforms):
    return {"contrast": factor}


def _erasing(area, uniforms):
    return {"erase": area, "down": uniforms[:, 0], "across": uniforms[:, 1]}


def _rotation(degrees, uniforms):
    return {"rotation": ops.where(uniforms[:, 2] < 0.5, -degrees, degrees)}


def _shift(pixels, uniforms):
    """Moved by up to so many pixels, each way, over a flat colour."""
    reach = 2 * pixels + 1
    return {
        "move_down": ops.floor(uniforms[:, 0] * reach) - pixels,
        "move_across": ops.floor(uniforms[:, 1] * reach) - pixels,
        "colour": uniforms[:, 2],
    }


def _border(share, uniforms):
    return {
        "frame": 1 + 2 * share,
        "down": uniforms[:, 0],
        "across": uniforms[:, 1],
        "colour": uniforms[:, 2],
    }


def _saturation(factor, uniforms):
    return {"saturation": factor}


def _grayscale(strength, uniforms):
    return {"saturation": ops.zeros_like(strength)}


def _combined(level, uniforms):
    steps = level - 1
    return {
        "crop": 1 - steps * (128 - 8) / 9 / 128,
        "blur": steps * 5 / 128,
        # Published up to 0.5; taken as of pixels in [-1, 1].
        "noise": steps * 0.5 / 9 / 2,
        "quality": 110 - 10 * level,
    }


KINDS = {
    "crop": _crop,
    "random_crop": _random_crop,
    "resize": _resize,
    "blur": _blur,
    "noise": _noise,
    "jpeg": _jpeg,
    "flip": _flip,
    "brightness": _brightness,
    "contrast": _contrast,
    "erasing": _erasing,
    "rotation": _rotation,
    "shift": _shift,
    "border": _border,
    "saturation": _saturation,
    "grayscale": _grayscale,
    "combined": _combined,
}
NAMES = tuple(KINDS)
