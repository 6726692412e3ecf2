"""The built-in pictures: shaded, textured bodies over a landscape.

Nothing has to be downloaded to try the package, and tests are the same on
every machine. Each picture is a function of seed and index; its resolution
only says how finely it is drawn.
"""

import numpy as np

from tf_fingerprint import errors
from tf_fingerprint.data import sources

DEFAULT_IMAGES = 10_000
MAX_BODIES = 4
NUM_WAVES = 6

# Random numbers per picture: background, then one row for each body.
BACKGROUND_DRAWS = 10 + 3 * NUM_WAVES
BODY_DRAWS = 13

# Pixels drawn at a time; keeps the intermediate arrays in the cache's reach.
CHUNK_PIXELS = 2**18

# From the upper left and front, with unit length: x right, y down, z to us.
LIGHT = np.array([-0.48, -0.6, 0.64], "float32")


def procedural_images(
    num_images: int, *, resolution: int, seed: int = 0, first_image: int = 0
) -> np.ndarray:
    """Pictures `first_image` onwards of the endless built-in set.

    Args:
        num_images: How many pictures.
        resolution: Height and width, in pixels.
        seed: Another seed, another set.
        first_image: Index of the first picture.

    Returns:
        `(num_images, resolution, resolution, 3)`, `uint8`.
    """
    images = np.empty((num_images, resolution, resolution, 3), "uint8")
    step = max(1, CHUNK_PIXELS // resolution**2)
    for start in range(0, num_images, step):
        chunk = images[start : start + step]
        draws = _draws(seed, first_image + start, len(chunk))
        chunk[...] = _paint(draws, resolution)
    return images


def list_procedural(
    count: str, resolution: int, max_images: int | None
) -> sources.Listing:
    """The first pictures of the built-in set; `count` as after the colon."""
    if not (count == "" or (count.isdecimal() and int(count) > 0)):
        raise errors.DataError(
            f"procedural:{count}: what follows the colon must be the number of "
            f"pictures. Write `procedural:{DEFAULT_IMAGES}`."
        )
    num_images = int(count or DEFAULT_IMAGES)
    num_images = min(num_images, max_images or num_images)
    return sources.Listing(num_images, _pictures(num_images, resolution))


def _pictures(num_images, resolution):
    """Yields names and functions that return the picture, drawn in chunks."""
    step = max(1, CHUNK_PIXELS // resolution**2)
    for start in range(0, num_images, step):
        images = procedural_images(
            min(step, num_images - start),
            resolution=resolution,
            first_image=start,
        )
        for index, image in enumerate(images, start):
            yield f"procedural[{index}]", lambda image=image: image


def _draws(seed, first_image, num_images):
    """Each picture's random numbers in [0, 1), from a generator of its own."""
    num_draws = BACKGROUND_DRAWS + MAX_BODIES * BODY_DRAWS
    keys = np.full((num_images, 2), seed, "uint64")
    keys[:, 1] = np.arange(first_image, first_image + num_images)
    draws = [np.random.Philox(key=key).random_raw(num_draws) for key in keys]
    return (np.stack(draws) >> 40).astype("float32") / 2**24


def _paint(draws, resolution):
    """Pictures of shape `(b, h, w, 3)`, 0 to 255, farthest body first."""
    axis = (np.arange(resolution, dtype="float32") + 0.5) * 2 / resolution - 1
    x, y = axis[None, None, :], axis[None, :, None]
    # Colours are the outermost axis, so that every array is contiguous.
    colors = _background(draws[:, :BACKGROUND_DRAWS], x, y)  # (3, b, h, w)
    rows = draws[:, BACKGROUND_DRAWS:].reshape(len(draws), MAX_BODIES, -1)
    for index in range(MAX_BODIES):
        _add_body(colors, rows[:, index], index, x, y, 2 / resolution)
    return np.rint(np.clip(colors, 0, 1) * 255).transpose(1, 2, 3, 0)


def _background(draws, x, y):
    """Sky above ground, both of one hue to the next, under a soft texture."""
    u = draws.T[:, :, None, None]  # (draws, b, 1, 1)
    horizon = 0.8 * u[0] - 0.3 + 0.3 * (u[1] - 0.5) * x
    ground = _step((y - horizon) / 0.08)
    sky = _palette(u[2], 0.45 + 0.5 * u[3], 0.5)
    earth = _palette(u[4], 0.2 + 0.4 * u[5], 0.5)
    texture = _texture(u[10:], x, y) * (0.03 + 0.12 * u[6])
    # Brighter towards a point beside the picture, darker at the bottom.
    shade = 0.15 * (u[7] - 0.5) * x - 0.12 * y
    return np.stack(
        [
            above + (below - above) * ground + texture * (0.4 + ground) + shade
            for above, below in zip(sky, earth, strict=True)
        ]
    )


def _texture(u, x, y):
    """A sum of waves between 1 and 6 periods a picture: band-limited noise."""
    total = np.float32(0)
    for wave in range(NUM_WAVES):
        angle, frequency, phase = u[3 * wave : 3 * wave + 3]
        frequency = np.pi * (1 + 5 * frequency**2)
        along = np.cos(2 * np.pi * angle) * x + np.sin(2 * np.pi * angle) * y
        total = total + np.sin(frequency * along + 2 * np.pi * phase)
    return total / np.float32(NUM_WAVES**0.5)


def _add_body(colors, draws, index, x, y, pixel):
    """Paints one ellipsoid with stripes and a highlight into each picture."""
    u = draws.T[:, :, None, None]
    size = 0.18 + 0.3 * u[2]
    # The first body is always there; each further one in fewer pictures.
    size = np.where(u[0] < 1 - 0.25 * index, size, np.float32(-1))
    width, height = size * (0.7 + 0.6 * u[3]), size * (0.7 + 0.6 * u[4])
    angle = np.pi * u[5]
    cosine, sine = np.cos(angle), np.sin(angle)
    right, down = x - 1.4 * (u[6] - 0.5), y - 1.2 * (u[7] - 0.35)
    # Coordinates in which the body is a unit ball seen from the front.
    across = (cosine * right + sine * down) / width
    along = (cosine * down - sine * right) / height
    radius = np.sqrt(across**2 + along**2)
    front = np.sqrt(np.clip(1 - radius**2, 0, 1))
    normal_x, normal_y = (
        cosine * across - sine * along,
        sine * across + cosine * along,
    )
    light = LIGHT[0] * normal_x + LIGHT[1] * normal_y + LIGHT[2] * front
    light = np.clip(light, 0, 1)
    stripes = np.sin(np.pi * (2 + 6 * u[8]) * across + 2 * np.pi * u[9])
    brightness = (0.35 + 0.75 * light) * (1 + 0.35 * u[10] * stripes)
    highlight = 0.5 * light**24
    # One pixel wide, however finely the picture is drawn.
    cover = _step((1 - radius) * np.abs(size) / pixel) * (size > 0)
    for color, base in zip(
        colors, _palette(u[11], 0.65, 0.3 + 0.6 * u[12]), strict=True
    ):
        color += (base * brightness + highlight - color) * cover


def _palette(hue, lightness, saturation):
    """Red, green and blue of a hue from 0 to 1, on a smooth colour wheel."""
    return [
        lightness * (1 + saturation * np.cos(2 * np.pi * (hue - third / 3)))
        for third in range(3)
    ]


def _step(position):
    """0 below -1/2, 1 above 1/2, a straight ramp between."""
    return np.clip(position + np.float32(0.5), 0, 1)
