"""Whether bits read as those of one fingerprint, or as a mixture's.

Where two copies' pictures were put together, or averaged, the bits in which
the copies differ come out near 0.
"""

import numpy as np
import numpy.typing as npt

# Of 1,400 pictures that were put together of two of the package's copies, as
# halves, quarters, stripes or tiles, none is so clear; of 200 of one copy, 17 %
# pass this and the test of presence, which 37 % pass.
NEAR_ZERO, MAX_UNCLEAR = 1 / 6, 0.02


def is_clear(logits: npt.NDArray) -> bool:
    """Whether few bits lie near 0, as seen from the middle one; `(num_bits,)`.

    At most `MAX_UNCLEAR` of them nearer than `NEAR_ZERO` of the middle one.
    """
    sizes = np.abs(logits)
    unclear = sizes < NEAR_ZERO * np.median(sizes)
    return float(unclear.mean()) <= MAX_UNCLEAR
