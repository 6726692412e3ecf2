"""What the heads on features see of a picture: other colours, other places.

Photographs and fakes alike. Without it, heads that know pictures so well win
at once, and colours run away.

Reference:
    Zhao et al., 2020 (https://arxiv.org/abs/2006.10738).
"""

from keras import ops

from tf_fingerprint.backends import randomness
from tf_fingerprint.backends import replicas

BRIGHTNESS = 0.3
SATURATION = (0.2, 1.8)
CONTRAST = (0.6, 1.4)
SHIFT = 1 / 8

NUM_UNIFORMS = 5


def draws(seed, batch_size):
    """Uniform numbers for so many pictures, `(batch, NUM_UNIFORMS)`."""
    return replicas.share(randomness.uniform(seed, (batch_size, NUM_UNIFORMS)))


def augment(images, uniforms):
    """Changes colours and moves pictures, differently for each.

    `images`: `(batch, height, width, channels)` in [-1, 1]; `uniforms`:
    `(batch, NUM_UNIFORMS)` in [0, 1), from `draws`. Returns that shape, with
    grey where a picture was moved away from.
    """
    parts = [uniforms[:, number, None, None, None] for number in range(3)]
    images = images + BRIGHTNESS * (2 * parts[0] - 1)
    grey = ops.mean(images, axis=-1, keepdims=True)
    images = grey + (images - grey) * _between(SATURATION, parts[1])
    middle = ops.mean(images, axis=(1, 2, 3), keepdims=True)
    images = middle + (images - middle) * _between(CONTRAST, parts[2])
    for axis in (1, 2):
        images = _moved(images, uniforms[:, 2 + axis], axis)
    return images


def _between(ends, share):
    return ends[0] + (ends[1] - ends[0]) * share


def _moved(images, share, axis):
    """Moves each picture along an axis by a whole number of pixels."""
    size = images.shape[axis]
    most = int(size * SHIFT)
    shifts = ops.cast(ops.floor(share * (2 * most + 1)), "int32") - most
    places = ops.arange(size)[None] - shifts[:, None]
    inside = ops.cast((places >= 0) & (places < size), images.dtype)
    places = ops.clip(places, 0, size - 1)
    shape = [-1, 1, 1, 1]
    shape[axis] = size
    return ops.take_along_axis(
        images, ops.reshape(places, shape), axis=axis
    ) * ops.reshape(inside, shape)
