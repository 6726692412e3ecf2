"""How well a codec does: what is read, and what it costs the picture."""

import dataclasses

import keras
import numpy as np

from tf_fingerprint.artificial import pixels

# Of a picture that did not change at all, which has no finite one.
MAX_PSNR = 100.0


@dataclasses.dataclass(frozen=True)
class Quality:
    """Figures of a codec on some photographs, after rounding to 8 bits.

    Attributes:
        bit_accuracy: Share of bits read right in the fingerprinted pictures.
        psnr: Mean peak signal-to-noise ratio to the photographs, in dB.
        worst_accuracy: The least share in any one picture.
        worst_psnr: That of the picture that changed most, in dB.
        num_images: How many photographs there were.
    """

    bit_accuracy: float
    psnr: float
    worst_accuracy: float
    worst_psnr: float
    num_images: int


def measure(
    encoder,
    decoder,
    images: np.ndarray,
    *,
    strength: float = 1.0,
    seed: int = 0,
    batch_size: int = 64,
) -> Quality:
    """Hides a random fingerprint in each photograph, and reads it back.

    In between the pictures are what a PNG file holds.

    Args:
        encoder: `codec.Encoder`.
        decoder: `codec.Decoder`.
        images: `(images, resolution, resolution, 3)`, `uint8`.
        strength: Of the marks; see `marking.Marking`.
        seed: Of the fingerprints.
        batch_size: Pictures at a time.

    Raises:
        ValueError: If there are no photographs.
    """
    if not len(images):
        raise ValueError(
            "`images` must hold at least one photograph. Received 0."
        )
    random = np.random.default_rng(seed)
    fingerprints = random.integers(0, 2, (len(images), encoder.num_bits))
    accuracies, ratios = [], []
    for start in range(0, len(images), batch_size):
        part = slice(start, start + batch_size)
        bits = fingerprints[part]
        clean = pixels.to_unit(images[part])
        outputs = encoder([clean, bits.astype("float32")], training=False)
        encoded = keras.ops.convert_to_numpy(outputs)
        marked = pixels.to_pixels(pixels.faded(clean, encoded, strength))
        logits = decoder(pixels.to_unit(marked), training=False)
        read = keras.ops.convert_to_numpy(logits) > 0
        accuracies.append(np.mean(read == (bits > 0), axis=1))
        ratios.append(psnr(images[part], marked))
    accuracy, ratio = np.concatenate(accuracies), np.concatenate(ratios)
    return Quality(
        bit_accuracy=float(accuracy.mean()),
        psnr=float(ratio.mean()),
        worst_accuracy=float(accuracy.min()),
        worst_psnr=float(ratio.min()),
        num_images=len(images),
    )


def psnr(images: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Peak signal-to-noise ratio of each picture to another.

        20 log10(255) - 10 log10(mean squared difference)

    Args:
        images: `(images, height, width, channels)`, `uint8`.
        others: The same shape and type.

    Returns:
        `(images,)`, in dB; at most `MAX_PSNR`. 34 dB where pixels differ by
        about five levels of 255.

    Example:

    >>> black = np.zeros((1, 2, 2, 3), "uint8")
    >>> psnr(black, black + np.uint8(5)).round(2).tolist()
    [34.15]
    """
    difference = images.astype("float64") - others
    squares = np.mean(np.square(difference), axis=(1, 2, 3))
    floor = 255**2 / 10 ** (MAX_PSNR / 10)
    return 10 * np.log10(255**2 / np.maximum(squares, floor))
