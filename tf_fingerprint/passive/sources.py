"""Pictures in one folder a source; the folder's name is the source's label."""

import dataclasses
import hashlib
import os
import pathlib
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from absl import logging

from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint.config import passive as passive_config
from tf_fingerprint.passive import folders as finding
from tf_fingerprint.training import recipe

# What a training learns from, chooses by, and is measured on.
TRAIN, TEST = finding.TRAIN, finding.TEST
CALIBRATION = "calibration"
PARTS = (TRAIN, CALIBRATION, TEST)


@dataclasses.dataclass(frozen=True, eq=False)
class Labelled:
    """Pictures, each with the source that it comes from.

    `images`: `(images, resolution, resolution, channels)`, `uint8`; `sources`:
    `(images,)`, places in the list of labels.
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
        return digests(self.images)


@dataclasses.dataclass(frozen=True, eq=False)
class Sources:
    """What a folder of sources holds.

    `labels`: names of the sources' folders, sorted; `digest`: SHA-256 of labels
    and pictures; equal digests, equal training.
    """

    labels: tuple[str, ...]
    parts: Mapping[str, Labelled]
    broken: tuple[tuple[str, str], ...]
    digest: str


def read(wanted: passive_config.Data, *, progress: bool = False) -> Sources:
    """Reads all sources, and says which pictures nobody is to learn from.

    `wanted`: where they are and how they are divided. `source` has one folder a
    source, `real/*`; or folders `train` and `test` that have, `train/real/*`.
    Files of any kind and size, as `data.read_image` takes them. Returns the
    sources. Which part a picture is in depends on its name alone. Files that
    were skipped are warned of.
    """
    found = finding.of_settings(wanted)
    loading = {
        "resolution": wanted.resolution,
        "channels": wanted.channels,
        "crop": wanted.crop,
        "max_images": wanted.max_images,
        "max_broken_share": wanted.max_broken_share,
        "progress": progress,
    }
    everything, broken = load(found.training, found.labels, **loading)
    test = None
    if found.test is not None:
        test, more = load(found.test, found.labels, **loading)
        broken += more
    for name, reason in broken:
        logging.warning("Skipped %s: %s", name, reason)
    parts = _divided(everything, test, wanted)
    _check_parts(wanted.source, found.labels, parts)
    return Sources(
        found.labels, parts, tuple(broken), _digest(found.labels, parts)
    )


def _divided(everything, test, wanted):
    """The parts of all pictures but those for testing, if any are apart."""
    places = np.array([_place(name) for name in everything.names])
    is_test, share = np.zeros(len(everything), bool), wanted.calibration_share
    if test is None:
        is_test = places < wanted.test_share
        test = everything.take(is_test)
        places = (places - wanted.test_share) / (1 - wanted.test_share)
        share = share / (1 - wanted.test_share)
    return {
        TEST: test,
        CALIBRATION: everything.take(~is_test & (places < share)),
        TRAIN: everything.take(~is_test & (places >= share)),
    }


def inputs_of(sources: Sources) -> recipe.Inputs:
    """What a training is shown of sources, and what it records of them."""
    train = sources.parts[TRAIN]
    pictures = {
        part: np.bincount(
            labelled.sources, minlength=len(sources.labels)
        ).tolist()
        for part, labelled in sources.parts.items()
    }
    return recipe.Inputs(
        train.images,
        {
            "digest": sources.digest,
            "images": sum(map(len, sources.parts.values())),
            "labels": list(sources.labels),
            "pictures": pictures,
            "broken": [list(pair) for pair in sources.broken],
        },
        labels=train.sources.astype("int32"),
        held_out=sources.parts[CALIBRATION],
    )


def digests(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    """A number for each picture that equal pictures share."""
    found = [
        hashlib.sha256(np.ascontiguousarray(image).data).digest()[:8]
        for image in images
    ]
    return np.array([int.from_bytes(each) for each in found], np.uint64)


def save_learned(inputs: recipe.Inputs, path: pathlib.Path) -> None:
    """Says which pictures nothing may be measured on any more."""
    shown = (inputs.images, inputs.held_out.images)
    draft = path.with_name(f".draft-{path.name}")  # NumPy wants the suffix.
    np.save(draft, np.unique(np.concatenate([digests(each) for each in shown])))
    os.replace(draft, path)


def load(folders, labels, **loading) -> tuple[Labelled, list[tuple[str, str]]]:
    """Decodes one folder for each label.

    Returns all pictures, source after source, and those files that were broken,
    as pairs of a name and a reason.
    """
    names: list[str] = []
    images, places, broken = [], [], []
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
