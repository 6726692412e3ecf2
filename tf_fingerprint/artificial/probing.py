"""Whether a fingerprint of the training images has reached a generator yet."""

import dataclasses
import os
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
from absl import logging

from tf_fingerprint import calibration
from tf_fingerprint import errors
from tf_fingerprint import fingerprints

# Pictures that vote, as in the paper.
NUM_IMAGES = 64

# A vote that chance alone reaches more often than this is called chance.
CHANCE_RATE = 1e-3

# What the training images themselves must be read with.
MIN_DATA_ACCURACY = 0.8


@dataclasses.dataclass(frozen=True)
class Reading:
    """How well the fingerprint is read in some pictures.

    `accuracy`: share of the bits that are right, mean over the pictures. 0.5 is
    chance. `vote`: share of the bits that are right where each is what most of
    the pictures say; `vote_false_positive_rate`: probability that chance alone
    does as well as the vote.
    """

    accuracy: float
    vote: float
    vote_false_positive_rate: float
    num_images: int


def probe(
    run: Any, images: npt.NDArray[np.uint8], fingerprint: str | npt.ArrayLike
) -> Reading:
    """Reads the fingerprint in pictures of a generator, finished or not.

    For any training code: it takes plain arrays.

    Args:
        run: A codec run, as `tf_fingerprint.load` opens it, or its path.
        images: `(images, height, width, 3)`, uint8.
        fingerprint: That of the training images: bits, or hexadecimal digits.

    Raises:
        ValueError: If there are no images, or the fingerprint is not as long
            as those that the run reads.
    """
    run = opened(run)
    images = np.asarray(images)
    if not len(images):
        raise ValueError("`images` must hold at least one. Received 0.")
    logits = np.asarray(run.decode(images))
    bits = as_bits(fingerprint, logits.shape[-1])
    right = (logits > 0) == bits
    voted = calibration.majority(logits[None])[0] == bits
    return Reading(
        accuracy=float(right.mean()),
        vote=float(voted.mean()),
        vote_false_positive_rate=fingerprints.false_positive_rate(
            int(voted.sum()), len(bits)
        ),
        num_images=len(images),
    )


def opened(run: Any) -> Any:
    """A codec run, opened if a path is given."""
    if not isinstance(run, str | os.PathLike):
        return run
    from tf_fingerprint.artificial import run as codec_run

    return codec_run.read(run)


def as_bits(
    fingerprint: str | npt.ArrayLike, num_bits: int
) -> npt.NDArray[np.bool_]:
    """A fingerprint as the bits that a decoder's answers are compared with.

    `fingerprint`: bits, or hexadecimal digits; `num_bits`: how many there must
    be. Returns `(num_bits,)`.
    """
    if isinstance(fingerprint, str):
        return fingerprints.from_hex(fingerprint.lower(), num_bits) == 1
    bits = np.asarray(fingerprint)
    if bits.shape != (num_bits,) or not np.isin(bits, (0, 1)).all():
        raise ValueError(
            f"`fingerprint` must be {num_bits} bits of 0 and 1, as the run "
            f"reads. Received an array of {' x '.join(map(str, bits.shape))}."
        )
    return bits == 1


class Probe(keras.callbacks.Callback):
    """Reads the fingerprint every few thousand images of a training.

    Adds `probe_accuracy` and `probe_vote` to the epoch's logs, for whatever
    callback comes after it, and says so. An error is logged if the vote has
    not left chance by `chance_images`: a transfer that fails is seen in
    minutes. The training's logs must have `images`, those seen so far.

    Args:
        run: A codec run, or its path.
        fingerprint: That of the training images: bits, or hexadecimal digits.
        make: From a number to as many pictures of the generator, uint8.
        photographs: The training images, uint8, to be sure that they carry the
            fingerprint before anything is learned; not looked at if not given.
        every_images: Images between two readings.
        chance_images: Images after which a vote at chance is an error.
        num_images: Pictures that vote.

    Raises:
        errors.DataError: At the beginning, if the training images are read
            wrongly.
    """

    def __init__(
        self,
        run: Any,
        fingerprint: str | npt.ArrayLike,
        make: Callable[[int], npt.NDArray[np.uint8]],
        *,
        photographs: npt.NDArray[np.uint8] | None = None,
        every_images: int = 4000,
        chance_images: int = 20_000,
        num_images: int = NUM_IMAGES,
    ):
        super().__init__()
        self.run = opened(run)
        self.fingerprint = fingerprint
        self.make = make
        self.photographs = photographs
        self.every_images = every_images
        self.chance_images = chance_images
        self.num_images = num_images
        self._due = 0

    def on_train_begin(self, logs=None):
        """Reads the training images themselves."""
        if self.photographs is None:
            return
        images = self.photographs[: self.num_images]
        reading = probe(self.run, images, self.fingerprint)
        if reading.accuracy < MIN_DATA_ACCURACY:
            raise errors.DataError(
                "The training images must carry the fingerprint that is to be "
                f"read. Received {len(images)} of which {reading.accuracy:.3f} "
                "of the bits are right, and chance is 0.5. Give the folder "
                "that `tf-fingerprint embed` wrote, its fingerprint and its "
                "run, and leave size and orientation as they are."
            )
        logging.info(
            "fingerprint in the training images: accuracy %.3f, vote %.3f",
            *(reading.accuracy, reading.vote),
        )

    def on_epoch_end(self, epoch, logs=None):
        """Reads the generator's pictures, if it is time."""
        images = int((logs or {}).get("images", 0))
        last = epoch + 1 == self.params["epochs"] or self.model.stop_training
        if images < self._due and not last:
            return
        self._due = images + self.every_images
        reading = probe(self.run, self.make(self.num_images), self.fingerprint)
        logs["probe_accuracy"] = reading.accuracy
        logs["probe_vote"] = reading.vote
        logging.info(
            "fingerprint after %d images: accuracy %.3f, vote of %d pictures "
            "%.3f (by chance: %.1e)",
            *(images, reading.accuracy, reading.num_images, reading.vote),
            reading.vote_false_positive_rate,
        )
        at_chance = reading.vote_false_positive_rate > CHANCE_RATE
        if at_chance and images >= self.chance_images:
            logging.error(
                "THE FINGERPRINT DOES NOT TRANSFER: %d pictures together have "
                "%.3f of the bits right after %d images, and chance is 0.5. "
                "Stop, and check that the generator is trained on the embedded "
                "pictures as they are, neither mirrored nor resized; then "
                "train it for longer, or embed with a stronger codec.",
                *(reading.num_images, reading.vote, images),
            )
