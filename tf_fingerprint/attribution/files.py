"""Verdicts on what is found in files: every file, every frame, every place.

A file's bytes are read once and decoded once, whoever asks.
"""

import dataclasses
from collections.abc import Iterable
from collections.abc import Iterator
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

    Args:
        width: Of the upright picture, in pixels.
        height: Likewise.
        frame: Number of the frame in its file, from 1 on.
        num_frames: Frames in the file.
        box: Left, top, right and bottom of the place, in pixels.
        mirrored: Whether the decoder was shown it mirrored.
        scale: Side of what the decoder was shown, over that of the place.
        num_places: Places of the picture that were looked at, by which the
            odds are multiplied.
        search: How far; one of `places.Search`.
        channels: Of what the decoder was shown: 3, or 1 for grey.
        within: The part that was asked for; None for all of it.
        note: What else is to be said of the picture, or None.
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

    Args:
        name: Of the file, with the frame's number if it has several.
        file: Of the file.
        content: Of the file.
        look: What was looked at.
        square: The place's pixels, `(side, side, channels)`.
        logits: `(num_bits,)`, what it read.
        verdict: What that is evidence of.
    """

    name: str
    file: str
    content: bytes
    look: Look
    square: npt.NDArray[np.uint8]
    logits: npt.NDArray[np.float32]
    verdict: Verdict


@dataclasses.dataclass(frozen=True, eq=False)
class _Task:
    """A frame, and where it is looked at."""

    file: str
    content: bytes
    frame: frames.Frame
    plan: places.Plan
    shown: npt.NDArray[np.uint8]


class FileReader:
    """Seeks fingerprints in files.

    Args:
        run: Whose decoder reads them.
        judge: Says whom they may be attributed to.
        search: How far pictures are searched; by their size if not given.
        box: Look within this part of each picture alone.
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

        Args:
            files: What was found.

        Yields:
            Findings, and in their place an error for each file or frame that
            can't be read. Where somebody is named at one place or several,
            those are the findings; else it is that on the picture as a whole.
        """
        waiting: list[_Task] = []
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
        for file in files:
            try:
                content = file.read()
                for frame in frames.frames(
                    content, file.name, channels=channels
                ):
                    yield self._task(file.name, content, frame, resolution)
            except errors.DataError as error:
                yield error

    def _task(self, name, content, frame, resolution):
        try:
            plan = places.plan(
                frame.pixels, resolution, self._search, self._box
            )
        except ValueError as error:
            raise errors.DataError(f"{frame.name}: {error}") from error
        shown = np.stack(
            [each.pixels(frame.pixels, resolution) for each in plan.places]
        )
        return _Task(name, content, frame, plan, shown)

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
        named = [
            (int(place), verdict)
            for place, verdict in zip(promising, verdicts, strict=True)
            if verdict.carried or verdict.accused
        ]
        chosen = _apart(named, task.plan.places)
        if not chosen:
            chosen = [(0, verdicts[0])]
        for place, verdict in chosen:
            yield self._finding(task, place, logits[place], verdict)

    def _finding(self, task, place, logits, verdict):
        height, width = task.frame.pixels.shape[:2]
        where = task.plan.places[place]
        look = Look(
            width=width,
            height=height,
            frame=task.frame.number,
            num_frames=task.frame.count,
            box=where.box,
            mirrored=where.mirrored,
            scale=self._run.form[0] / (where.box[2] - where.box[0]),
            num_places=len(task.plan),
            search=str(task.plan.search),
            channels=task.frame.pixels.shape[2],
            within=self._box,
            note=colours.note(verdict, task.frame.pixels, self._run),
        )
        return FileFinding(
            name=task.frame.name,
            file=task.file,
            content=task.content,
            look=look,
            square=where.square(task.frame.pixels),
            logits=logits,
            verdict=verdict,
        )


def _apart(named, plan):
    """The best findings, none of which lies over another; in reading order."""
    chosen: list[tuple[int, Verdict]] = []
    for place, verdict in sorted(
        named, key=lambda each: (each[1].attribution.p_value, each[0])
    ):
        box = plan[place].box
        if all(
            _shared(box, plan[each].box) <= _MAX_SHARED for each, _ in chosen
        ):
            chosen.append((place, verdict))
    return sorted(
        chosen, key=lambda each: (plan[each[0]].box[1], plan[each[0]].box[0])
    )


def _shared(box, other):
    """The share of the smaller box that lies in the other."""
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / min(panels.area(box), panels.area(other))
