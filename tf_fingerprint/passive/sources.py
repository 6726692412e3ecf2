"""Pictures in one folder a source; the folder's name is the source's label."""

import dataclasses
import hashlib
import os
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint.passive import folders as finding

# What a training learns from, chooses by, and is measured on.
TRAIN, TEST = finding.TRAIN, finding.TEST
CALIBRATION = "calibration"
PARTS = (TRAIN, CALIBRATION, TEST)


@dataclasses.dataclass(frozen=True, eq=False)
class Labelled:
    """Pictures, each with the source that it comes from.

    Args:
        images: `(images, resolution, resolution, channels)`, `uint8`.
        sources: `(images,)`, places in the list of labels.
        names: Each file's path, from its source's folder on.
    """

    images: npt.NDArray[np.uint8]
    sources: npt.NDArray[np.int64]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.images)

    def take(self, chosen: npt.NDArray[np.bool_]) -> "Labelled":
        """Those pictures for which `chosen` is true."""
        names = tuple(
            name
            for name, taken in zip(self.names, chosen, strict=True)
            if taken
        )
        return Labelled(self.images[chosen], self.sources[chosen], names)

    def digests(self) -> npt.NDArray[np.uint64]:
        """A number for each picture that equal pictures share."""
        found = [
            hashlib.sha256(np.ascontiguousarray(image)).digest()[:8]
            for image in self.images
        ]
        return np.array([int.from_bytes(each) for each in found], np.uint64)


@dataclasses.dataclass(frozen=True, eq=False)
class Sources:
    """What a folder of sources holds.

    Args:
        labels: Names of the sources' folders, sorted.
        parts: From each of `PARTS` to its pictures.
        broken: Name and reason of each file that was skipped.
        digest: SHA-256 of labels and pictures; equal digests, equal training.
    """

    labels: tuple[str, ...]
    parts: Mapping[str, Labelled]
    broken: tuple[tuple[str, str], ...]
    digest: str


def read(
    folder: str | os.PathLike[str],
    *,
    resolution: int,
    channels: int = 3,
    crop: str = "center",
    leave_out: str = "",
    max_images: int = 0,
    max_broken_share: float = 0.01,
    test_share: float = 0.2,
    calibration_share: float = 0.1,
    progress: bool = False,
) -> Sources:
    """Reads all sources, and says which pictures nobody is to learn from.

    Args:
        folder: Has one folder a source, `real/*`; or folders `train` and
            `test` that have, `train/real/*`. Files of any kind and size, as
            `data.read_image` takes them.
        resolution: Height and width, in pixels.
        channels: 3 for RGB, 1 for grey.
        crop: How pictures become square; see `data.read_image`.
        leave_out: Label of a source to do without; empty for none.
        max_images: Take only the first so many of each folder; 0 for all.
        max_broken_share: Of each folder, share of files that may be broken.
        test_share: Share of the pictures that are held out for measuring,
            where there is no folder `test`.
        calibration_share: Share that is held out for thresholds.
        progress: Whether to draw progress bars, if on a terminal.

    Returns:
        The sources. Which part a picture is in depends on its name alone.

    Raises:
        errors.DataError: If there are not two sources, one is empty, too many
            files are broken, or a part has no picture of some source.
    """
    found = finding.find(folder, leave_out=leave_out)
    loading = {
        "resolution": resolution,
        "channels": channels,
        "crop": crop,
        "max_images": max_images,
        "max_broken_share": max_broken_share,
        "progress": progress,
    }
    everything, broken = load(found.training, found.labels, **loading)
    places = np.array([_place(name) for name in everything.names])
    if found.test is None:
        is_test = places < test_share
        parts = {TEST: everything.take(is_test)}
        places = (places - test_share) / (1 - test_share)
    else:
        is_test = np.zeros(len(everything), bool)
        parts = {}
        parts[TEST], more = load(found.test, found.labels, **loading)
        broken += more
    share = calibration_share
    if found.test is None:
        share = calibration_share / (1 - test_share)
    parts[CALIBRATION] = everything.take(~is_test & (places < share))
    parts[TRAIN] = everything.take(~is_test & (places >= share))
    _check_parts(folder, found.labels, parts)
    return Sources(
        found.labels, parts, tuple(broken), _digest(found.labels, parts)
    )


def load(folders, labels, **loading) -> tuple[Labelled, list[tuple[str, str]]]:
    """Decodes one folder for each label.

    Args:
        folders: Of the sources.
        labels: Their names.
        **loading: As in `data.load`.

    Returns:
        All pictures, source after source, and those files that were broken,
        as pairs of a name and a reason.
    """
    images, places, names, broken = [], [], [], []
    for place, (path, label) in enumerate(zip(folders, labels, strict=True)):
        read = data.load(path, **loading)
        images.append(read.images)
        places.append(np.full(len(read), place))
        names += read.names
        broken += [(f"{label}/{name}", why) for name, why in read.broken]
    together = Labelled(
        np.concatenate(images), np.concatenate(places), tuple(names)
    )
    return together, broken


def _place(name):
    """A number from 0 to 1 that depends on a file's name alone."""
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64


def _check_parts(folder, labels, parts):
    """Raises if a part lacks a source."""
    for part, labelled in parts.items():
        here = set(labelled.sources.tolist())
        missing = [
            label for place, label in enumerate(labels) if place not in here
        ]
        if missing:
            raise errors.DataError(
                f"{folder}: too few pictures of {', '.join(missing)} to hold "
                f"some out: the part `{part}` has none. Add pictures; some "
                "fifty are enough to be divided."
            )


def _digest(labels, parts):
    """SHA-256 of what is learned and measured."""
    digest = hashlib.sha256(repr(labels).encode())
    for part in PARTS:
        for array in (parts[part].images, parts[part].sources):
            digest.update(repr((part, array.shape)).encode())
            digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()
