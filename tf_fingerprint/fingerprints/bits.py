"""Bit strings: drawn at random, packed into bytes, written as hexadecimal."""

import secrets

import numpy as np
import numpy.typing as npt

MIN_NUM_BITS = 8
MAX_NUM_BITS = 512


def random_bits(num_bits: int) -> npt.NDArray[np.uint8]:
    """Draws a fingerprint from the operating system's random source.

    Every rate in `statistics` rests on this draw being fair, independent and
    unpredictable, so it takes no seed.

    Args:
        num_bits: Length of the fingerprint, from 8 to 512.

    Returns:
        `(num_bits,)` of 0 and 1.

    Raises:
        ValueError: If `num_bits` is out of range.

    Example:

    >>> random_bits(128).shape
    (128,)
    """
    check_num_bits(num_bits)
    drawn = np.frombuffer(secrets.token_bytes(_num_bytes(num_bits)), np.uint8)
    return unpack(drawn, num_bits)


def pack(bits: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """Packs eight bits into a byte, the first bit highest.

    Args:
        bits: `(..., num_bits)` of 0 and 1.

    Returns:
        `(..., ceil(num_bits / 8))`, the last byte filled up with zeros.

    Raises:
        ValueError: If anything but 0 and 1 is among the bits.

    Example:

    >>> pack([1, 0, 0, 0, 0, 0, 0, 1, 1]).tolist()
    [129, 128]
    """
    return np.packbits(check_bits(bits), axis=-1)


def unpack(packed: npt.ArrayLike, num_bits: int) -> npt.NDArray[np.uint8]:
    """Takes packed bytes apart again.

    Args:
        packed: `(..., ceil(num_bits / 8))`, of `uint8`.
        num_bits: Length of the fingerprint; what fills the last byte is
            dropped.

    Returns:
        `(..., num_bits)` of 0 and 1.

    Raises:
        ValueError: If the number of bytes does not fit `num_bits`.

    Example:

    >>> unpack([129, 128], num_bits=9).tolist()
    [1, 0, 0, 0, 0, 0, 0, 1, 1]
    """
    packed = np.asarray(packed, dtype=np.uint8)
    num_bytes = packed.shape[-1] if packed.ndim else 0
    if num_bytes != _num_bytes(num_bits):
        raise ValueError(
            f"`packed` must hold {_num_bytes(num_bits)} bytes for {num_bits} "
            f"bits. Received {num_bytes}."
        )
    return np.unpackbits(packed, axis=-1, count=num_bits)


def to_hex(bits: npt.ArrayLike) -> str:
    """Writes a fingerprint in hexadecimal digits of four bits, first bit first.

    Where the length is not a multiple of four, zeros fill the last digit.

    Args:
        bits: `(num_bits,)` of 0 and 1.

    Returns:
        `ceil(num_bits / 4)` lower-case digits.

    Raises:
        ValueError: If `bits` is not one string of 0 and 1.

    Example:

    >>> to_hex([1, 1, 1, 1, 0, 0, 0, 1, 1])
    'f18'
    """
    bits = check_bits(bits)
    if bits.ndim != 1:
        raise ValueError(
            "`bits` must be one fingerprint, an array with one axis. Received "
            f"{bits.ndim} axes. Convert the fingerprints one by one."
        )
    return np.packbits(bits).tobytes().hex()[: _num_digits(bits.size)]


def from_hex(text: str, num_bits: int) -> npt.NDArray[np.uint8]:
    """Reads a fingerprint that `to_hex` wrote.

    Args:
        text: `ceil(num_bits / 4)` lower-case digits.
        num_bits: Length of the fingerprint, which the digits alone don't tell.

    Returns:
        `(num_bits,)` of 0 and 1.

    Raises:
        ValueError: If `text` is not the hexadecimal form of `num_bits` bits.

    Example:

    >>> from_hex("f18", num_bits=9).tolist()
    [1, 1, 1, 1, 0, 0, 0, 1, 1]
    """
    num_digits = _num_digits(num_bits)
    if len(text) != num_digits or set(text) - set("0123456789abcdef"):
        raise ValueError(
            f"A fingerprint of {num_bits} bits must have {num_digits} "
            "lower-case hexadecimal digits. Received "
            f"{len(text)} characters, not shown."
        )
    digits = bytes.fromhex(text + "0" * (len(text) % 2))
    bits = np.unpackbits(np.frombuffer(digits, np.uint8))
    if bits[num_bits:].any():
        raise ValueError(
            f"The last digit must hold zeros beyond bit {num_bits}. It does "
            "not. Is this a fingerprint of another length?"
        )
    return bits[:num_bits]


def check_num_bits(num_bits: int) -> None:
    """Raises a `ValueError` unless fingerprints can have this length."""
    if not MIN_NUM_BITS <= num_bits <= MAX_NUM_BITS:
        raise ValueError(
            f"`num_bits` must lie between {MIN_NUM_BITS} and {MAX_NUM_BITS}. "
            f"Received {num_bits}."
        )


def check_bits(bits: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """Turns booleans or numbers that are all 0 or 1 into `uint8`.

    Args:
        bits: `(..., num_bits)`, of any type.

    Returns:
        The same, as `uint8`.

    Raises:
        ValueError: If anything but 0 and 1 is among the bits.
    """
    bits = np.asarray(bits)
    if bits.dtype != bool:
        strange = bits[(bits != 0) & (bits != 1)]
        if strange.size:
            raise ValueError(
                "Bits must be 0 or 1. Received "
                f"{strange.flat[0]!s}. If these are logits, pass `logits > 0`."
            )
    return bits.astype(np.uint8)


def _num_bytes(num_bits: int) -> int:
    return -(-num_bits // 8)


def _num_digits(num_bits: int) -> int:
    return -(-num_bits // 4)
