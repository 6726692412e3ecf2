import numpy as np
import pytest

from tf_fingerprint import fingerprints

LENGTHS = range(fingerprints.MIN_NUM_BITS, fingerprints.MAX_NUM_BITS + 1)


def test_every_length_survives_hexadecimal():
    for num_bits in LENGTHS:
        bits = fingerprints.random_bits(num_bits)

        text = fingerprints.to_hex(bits)

        np.testing.assert_array_equal(
            fingerprints.from_hex(text, num_bits), bits
        )


def test_hexadecimal_digits_are_those_of_the_whole_number():
    for num_bits in LENGTHS:
        bits = fingerprints.random_bits(num_bits)
        number = int("".join(map(str, bits)), base=2)
        num_digits = (num_bits + 3) // 4

        expected = f"{number << (-num_bits % 4):0{num_digits}x}"

        assert fingerprints.to_hex(bits) == expected


def test_every_length_survives_packing():
    for num_bits in LENGTHS:
        bits = np.stack([fingerprints.random_bits(num_bits)] * 3)[None]

        packed = fingerprints.pack(bits)

        assert packed.shape == (1, 3, (num_bits + 7) // 8)
        np.testing.assert_array_equal(
            fingerprints.unpack(packed, num_bits), bits
        )


def test_random_bits_are_fair_and_independent():
    drawn = np.stack([fingerprints.random_bits(509) for _ in range(1000)])

    # Six standard deviations: one false alarm in 10^6 runs or so.
    assert abs(drawn.mean() - 0.5) < 6 * 0.5 / np.sqrt(drawn.size)
    each_bit = drawn.mean(axis=0)
    assert np.abs(each_bit - 0.5).max() < 6 * 0.5 / np.sqrt(1000)
    neighbours_agree = (drawn[:, 1:] == drawn[:, :-1]).mean()
    assert abs(neighbours_agree - 0.5) < 6 * 0.5 / np.sqrt(drawn.size)


def test_random_bits_ignore_numpys_seed():
    np.random.seed(0)
    first = fingerprints.random_bits(128)
    np.random.seed(0)
    second = fingerprints.random_bits(128)

    assert not np.array_equal(first, second)


@pytest.mark.parametrize("num_bits", [-1, 0, 7, 513])
def test_lengths_out_of_range_are_refused(num_bits):
    with pytest.raises(ValueError, match=f"between 8 and 512.*{num_bits}"):
        fingerprints.random_bits(num_bits)


@pytest.mark.parametrize(
    "bits", [[0.0, 0.3], [0, 2], [-1, 1], [float("nan"), 1.0]]
)
def test_logits_are_not_taken_for_bits(bits):
    with pytest.raises(ValueError, match="Bits must be 0 or 1"):
        fingerprints.pack(bits)


def test_bits_of_any_type_are_the_same_bits():
    bits = fingerprints.random_bits(100)

    for dtype in (bool, np.int64, np.float32):
        assert fingerprints.to_hex(bits.astype(dtype)) == fingerprints.to_hex(
            bits
        )


def test_hexadecimal_of_a_batch_is_refused():
    with pytest.raises(ValueError, match="Received 2 axes"):
        fingerprints.to_hex(np.zeros((2, 8)))


@pytest.mark.parametrize(
    "text",
    ["", "f", "fff", "0f 1", "F0", "g0", "0x", "ff\n", "٣٣"],
)
def test_text_that_to_hex_never_writes_is_refused(text):
    with pytest.raises(ValueError, match="must have 2 lower-case"):
        fingerprints.from_hex(text, num_bits=8)


def test_ones_beyond_the_last_bit_are_refused():
    with pytest.raises(ValueError, match="beyond bit 9"):
        fingerprints.from_hex("f1c", num_bits=9)


def test_bytes_of_another_length_are_refused():
    with pytest.raises(ValueError, match="must hold 2 bytes.*Received 1"):
        fingerprints.unpack(np.zeros(1, np.uint8), num_bits=9)
