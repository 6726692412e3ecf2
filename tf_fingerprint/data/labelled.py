"""Pictures and their sources as one array, which batches are cut from.

A batch of a training is one tensor, whatever shuffles it, mirrors it, and
shares it among devices. So the source of a picture travels as one channel
more: its first row holds the upper byte, all other rows the lower one, which
no mirroring changes.
"""

import numpy as np
import numpy.typing as npt
from keras import ops

# What two bytes can tell apart.
MAX_SOURCES = 2**16


def labelled(
    images: npt.NDArray[np.uint8], sources: npt.NDArray[np.int64]
) -> npt.NDArray[np.uint8]:
    """Joins pictures with their sources.

    `images`: `(images, height, width, channels)`; height is 2 or more.
    `sources`: `(images,)`, from 0 to `MAX_SOURCES - 1`. Returns
    `(images, height, width, channels + 1)`, `uint8`. Raises `ValueError` if
    there are more sources than two bytes can tell apart.
    """
    if len(sources) and not 0 <= min(sources) <= max(sources) < MAX_SOURCES:
        raise ValueError(
            f"`sources` must lie between 0 and {MAX_SOURCES - 1}. Received "
            f"{min(sources)} to {max(sources)}."
        )
    codes = np.empty((*images.shape[:3], 1), np.uint8)
    upper, lower = np.divmod(sources, 256)
    codes[:, :1] = upper.reshape(-1, 1, 1, 1)
    codes[:, 1:] = lower.reshape(-1, 1, 1, 1)
    return np.concatenate([images, codes], axis=-1)


def separated(batch):
    """Takes apart what `labelled` joined.

    `batch`: `(batch, height, width, channels + 1)`, in [-1, 1] instead of
    bytes. Returns pair of images, `(batch, height, width, channels)`, and of
    sources, `(batch,)`, int32.
    """
    codes = ops.cast(ops.round((batch[:, :2, 0, -1] + 1) * 127.5), "int32")
    return batch[..., :-1], codes[:, 0] * 256 + codes[:, 1]
