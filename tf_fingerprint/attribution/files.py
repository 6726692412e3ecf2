"""Verdicts on what is found in files: every file, every frame, every place.

A file's bytes are read once and decoded once, whoever asks.
"""

import dataclasses
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tf_fingerprint import errors
from tf_fingerprint.attribution import colours
from tf_fingerprint.attribution import panels
from tf_fingerprint.attribution import places
from tf_fingerprint.attribution import reading
from tf_fingerprint.attribution.judge import Judge
from tf_fingerprint.attribution.verdict import Verdict
from tf_fingerprint.data import found_files
from tf_fingerprint.data import frames

# Places that are decoded at a time.
_BATCH = 64

# Two findings that share so much of the smaller one are one.
_MAX_SHARED = 0.3


@dataclasses.dataclass(frozen=True)
class Look:
    """What was looked at for one finding.

    `width`: of the upright picture, in pixels; `frame`: number of the frame in
    its file, from 1 on; `box`: left, top, right and bottom of the place, in
    pixels; `mirrored`: whether the decoder was shown it mirrored; `scale`: side
    of what the decoder was shown, over that of the place; `num_places`: places
    of the picture that were looked at, by which the odds are multiplied;
    `channels`: of what the decoder was shown: 3, or 1 for grey; `within`: the
    part that was asked for; None for all of it. `note`: what else is to be said
    of the picture, or None.
    """

    width: int
    height: int
    frame: int
    num_frames: int
    box: panels.Box
    mirrored: bool
    scale: float
    num_places: int
    search: str
    channels: int
    within: panels.Box | None
    note: str | None

    def to_dict(self) -> dict[str, Any]:
        """What was looked at as JSON can hold it."""
        within = self.within and list(self.within)
        return dataclasses.asdict(self) | {
            "box": list(self.box),
            "within": within,
        }


@dataclasses.dataclass(frozen=True, eq=False)
class FileFinding:
    """A verdict on one place of one frame of a file.

    `square`: the place's pixels, `(side, side, channels)`; `logits`:
    `(num_bits,)`, what it read.
    """

    name: str
    file: str
    content: bytes
    look: Look
    square: npt.NDArray[np.uint8]
    logits: npt.NDArray[np.float32]
    verdict: Verdict


@dataclasses.dataclass(frozen=True, eq=False)
class Task:
    """A frame, where it is looked at, and what a decoder is shown there.

    `shown`: `(places, resolution, resolution, channels)`, `uint8`.
    """

    source: frames.FileFrame
    plan: places.Plan
    within: panels.Box | None
    shown: npt.NDArray[np.uint8]

    def look(self, place: int, note: str | None = None) -> Look:
        """What was looked at, for a finding at a place of the plan."""
        frame, where = self.source.frame, self.plan.places[place]
        height, width, channels = frame.pixels.shape
        return Look(
            width=width,
            height=height,
            frame=frame.number,
            num_frames=frame.count,
            box=where.box,
            mirrored=where.mirrored,
            scale=self.shown.shape[1] / (where.box[2] - where.box[0]),
            num_places=len(self.plan),
            search=str(self.plan.search),
            channels=channels,
            within=self.within,
            note=note,
        )


def looked_at(
    source: frames.FileFrame,
    resolution: int,
    search: places.Search | None = None,
    box: panels.Box | None = None,
) -> Task:
    """Plans where a frame is looked at.

    Args:
        source: The frame.
        resolution: Of what the decoder takes.
        search: As in `places.plan`.
        box: Likewise.

    Returns:
        The plan, with the pixels of its places.

    Raises:
        errors.DataError: If the box lies outside of the frame.
    """
    pixels = source.frame.pixels
    try:
        plan = places.plan(pixels, resolution, search, box)
    except ValueError as error:
        raise errors.DataError(f"{source.frame.name}: {error}") from error
    shown = [each.pixels(pixels, resolution) for each in plan.places]
    return Task(source, plan, box, np.stack(shown))


class FileReader:
    """Seeks fingerprints in files.

    `search`: how far pictures are searched; by their size if not given. `box`:
    look within this part of each picture alone.
    """

    def __init__(
        self,
        run: reading.Reader,
        judge: Judge,
        *,
        search: places.Search | None = None,
        box: panels.Box | None = None,
    ):
        self._run = run
        self._judge = judge
        self._search = search
        self._box = box

    def read(
        self, files: Iterable[found_files.FoundFile]
    ) -> Iterator[FileFinding | errors.DataError]:
        """All findings, in order; at least one for each frame.

        Yields findings, and in their place an error for each file or frame that
        can't be read. Where somebody is named at one place or several, those
        are the findings; else it is that on the picture as a whole.
        """
        waiting: list[Task] = []
        for task in self._tasks(files):
            if isinstance(task, errors.DataError):
                yield from self._answers(waiting)
                waiting = []
                yield task
                continue
            waiting.append(task)
            if sum(len(each.plan) for each in waiting) >= _BATCH:
                yield from self._answers(waiting)
                waiting = []
        yield from self._answers(waiting)

    def _tasks(self, files):
        resolution, channels = self._run.form
        for each in frames.of_files(files, channels=channels):
            if isinstance(each, errors.DataError):
                yield each
                continue
            try:
                yield looked_at(each, resolution, self._search, self._box)
            except errors.DataError as error:
                yield error

    def _answers(self, tasks):
        if not tasks:
            return
        logits = self._run.decode(
            np.concatenate([each.shown for each in tasks])
        )
        start = 0
        for task in tasks:
            stop = start + len(task.plan)
            yield from self._findings(task, logits[start:stop])
            start = stop

    def _findings(self, task, logits):
        """Of one frame: where somebody is named, or the whole picture's."""
        promising = self._judge.promising(logits, num_places=len(task.plan))
        promising = np.union1d([0], promising)
        verdicts = self._judge.judge(
            logits[promising], num_places=len(task.plan)
        )
        named = {
            int(place): verdict
            for place, verdict in zip(promising, verdicts, strict=True)
            if verdict.carried or verdict.accused
        }
        chosen = apart(
            {
                place: verdict.attribution.p_value
                for place, verdict in named.items()
            },
            task.plan.places,
        )
        for place in chosen or [0]:
            verdict = named.get(place, verdicts[0])
            yield self._finding(task, place, logits[place], verdict)

    def _finding(self, task, place, logits, verdict):
        frame = task.source.frame
        note = colours.note(verdict, frame.pixels, self._run)
        return FileFinding(
            name=frame.name,
            file=task.source.file,
            content=task.source.content,
            look=task.look(place, note),
            square=task.plan.places[place].square(frame.pixels),
            logits=logits,
            verdict=verdict,
        )


def apart(
    p_values: Mapping[int, float], plan: Sequence[places.Place]
) -> list[int]:
    """The best of several places, none of which lies over another.

    Args:
        p_values: By the numbers of the places.
        plan: All places.

    Returns:
        Numbers of places, in reading order.
    """
    chosen: list[int] = []
    for place in sorted(p_values, key=lambda each: (p_values[each], each)):
        box = plan[place].box
        if all(_shared(box, plan[each].box) <= _MAX_SHARED for each in chosen):
            chosen.append(place)
    return sorted(
        chosen, key=lambda each: (plan[each].box[1], plan[each].box[0])
    )


def _shared(box, other):
    """The share of the smaller box that lies in the other."""
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / min(panels.area(box), panels.area(other))
