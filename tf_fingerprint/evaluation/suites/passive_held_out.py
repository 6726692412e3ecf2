"""Pictures of a run's sources that it has not learned from."""

import os

import numpy as np
import numpy.typing as npt

from tf_fingerprint import errors
from tf_fingerprint.passive import folders
from tf_fingerprint.passive import run as passive_run
from tf_fingerprint.passive import sources as reading
from tf_fingerprint.passive.visualization import run as visualization_run


def read(
    run: passive_run.PassiveRun | visualization_run.VisualRun,
    sources_dir: str | os.PathLike[str],
    *,
    most: int = 0,
) -> reading.Labelled:
    """Reads them; where there is a folder `test`, from that.

    `sources_dir`: as in `sources.read`. Folders that are no label of the run's
    are left out. `most`: pictures to take of each source; 0 for all.
    """
    found = folders.find(sources_dir, at_least=1)
    labelled, _ = load(run, found)
    places = np.array(
        [
            run.labels.index(label) if label in run.labels else -1
            for label in found.labels
        ]
    )
    labelled = reading.Labelled(
        labelled.images, places[labelled.sources], labelled.names
    )
    kept = labelled.take(fresh(run, labelled) & (labelled.sources >= 0))
    counts = np.bincount(kept.sources, minlength=len(run.labels))
    if not counts.all():
        missing = np.array(run.labels)[counts == 0]
        raise errors.DataError(
            f"{sources_dir}: must hold pictures of all of the run's sources "
            "that it has not learned from. There are none of "
            f"{', '.join(missing)}. Give others, such as a folder `test` "
            "beside `train`."
        )
    return first(kept, most) if most else kept


def load(
    run: passive_run.PassiveRun | visualization_run.VisualRun,
    found: folders.Folders,
    *,
    progress: bool = False,
) -> tuple[reading.Labelled, list[tuple[str, str]]]:
    """Pictures, learned from or not, and what could not be read."""
    wanted = run.settings.data
    return reading.load(
        found.training if found.test is None else found.test,
        found.labels,
        resolution=wanted.resolution,
        channels=wanted.channels,
        crop=wanted.crop,
        max_broken_share=wanted.max_broken_share,
        progress=progress,
    )


def fresh(
    run: passive_run.PassiveRun | visualization_run.VisualRun,
    labelled: reading.Labelled,
) -> npt.NDArray[np.bool_]:
    """Whether the run has not learned from each picture."""
    return np.array(
        [int(each) not in run.learned for each in labelled.digests()], bool
    )


def first(labelled: reading.Labelled, most: int) -> reading.Labelled:
    """The first so many pictures of each source."""
    chosen = np.zeros(len(labelled), bool)
    for source in np.unique(labelled.sources):
        chosen[np.flatnonzero(labelled.sources == source)[:most]] = True
    return labelled.take(chosen)
