"""Reports of evaluations as JSON; `docs/evaluation.md` has the schema."""

import dataclasses
import datetime
import io
import json
import pathlib
import re
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any
from typing import Self

from PIL import Image

from tf_fingerprint import errors
from tf_fingerprint import files
from tf_fingerprint.evaluation.report.figures import Curve
from tf_fingerprint.evaluation.report.figures import Figure
from tf_fingerprint.evaluation.report.figures import Grid
from tf_fingerprint.evaluation.report.figures import Item

FORM = "tf-fingerprint evaluation 1"


@dataclasses.dataclass(frozen=True)
class SavedGrid:
    """A grid whose pictures are in a file.

    `rows`: what each row shows, from above; `file`: of all pictures, side by
    side: its path within the report's folder.
    """

    name: str
    rows: tuple[str, ...]
    caption: str
    file: str


@dataclasses.dataclass(frozen=True)
class SuiteReport:
    """What one suite came to.

    `made_at`: when it was finished, in UTC, by ISO 8601; `inputs`: SHA-256 of
    all that it depends on; see `evaluating`. `figures`: all of them, in order.
    """

    suite: str
    made_at: str
    seconds: float
    inputs: str
    figures: tuple[Figure, ...]
    curves: tuple[Curve, ...]
    grids: tuple[SavedGrid, ...]

    @classmethod
    def of(
        cls,
        suite: str,
        items: Iterable[Item],
        *,
        seconds: float,
        inputs: str,
        folder: pathlib.Path,
    ) -> Self:
        """Sorts what a suite yielded, and writes its pictures."""
        items = list(items)
        names = [item.name for item in items]
        doubles = sorted({name for name in names if names.count(name) > 1})
        if doubles:
            raise ValueError(
                f"`{suite}` must give each name once. Received twice: "
                f"{', '.join(doubles)}."
            )
        return cls(
            suite,
            datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            seconds,
            inputs,
            tuple(item for item in items if isinstance(item, Figure)),
            tuple(item for item in items if isinstance(item, Curve)),
            tuple(
                _saved(suite, item, folder)
                for item in items
                if isinstance(item, Grid)
            ),
        )

    def to_dict(self) -> dict[str, Any]:
        """What JSON holds of it."""
        return {
            "suite": self.suite,
            "made_at": self.made_at,
            "seconds": round(self.seconds, 1),
            "inputs": self.inputs,
            "figures": [dataclasses.asdict(figure) for figure in self.figures],
            "curves": [_curve_to_dict(curve) for curve in self.curves],
            "grids": [
                dataclasses.asdict(grid) | {"rows": list(grid.rows)}
                for grid in self.grids
            ],
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """The same from JSON."""
        return cls(
            str(content["suite"]),
            str(content["made_at"]),
            float(content["seconds"]),
            str(content["inputs"]),
            tuple(Figure(**figure) for figure in content["figures"]),
            tuple(map(_curve_from_dict, content["curves"])),
            tuple(
                SavedGrid(**grid | {"rows": tuple(grid["rows"])})
                for grid in content["grids"]
            ),
        )


def read_report(path: pathlib.Path) -> tuple[dict[str, Any], list[SuiteReport]]:
    """Reads `report.json`.

    Returns what was measured, without the suites; and the suites.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["form"] != FORM:
            raise ValueError(f"`form` is {content['form']!r}, not {FORM!r}.")
        suites = [SuiteReport.from_dict(each) for each in content.pop("suites")]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise errors.EvaluationError(
            f"{path}: can't be read as a report of an evaluation. {error!r}"
        ) from error
    return content, suites


def write(path: pathlib.Path, content: bytes) -> None:
    """Writes a file wholly or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write(path, content)
    except OSError as error:
        raise errors.EvaluationError(
            f"{path}: the evaluation can't be written. {error}."
        ) from error


def to_bytes(content: Mapping[str, Any]) -> bytes:
    """JSON as it is written."""
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode("utf-8")


def _saved(suite, grid, folder):
    """Writes a grid's pictures to one file."""
    rows, columns, height, width, channels = grid.images.shape
    sheet = grid.images.transpose(0, 2, 1, 3, 4)
    sheet = sheet.reshape(rows * height, columns * width, channels)
    content = io.BytesIO()
    Image.fromarray(sheet[..., 0] if channels == 1 else sheet).save(
        content, "PNG"
    )
    name = f"{suite}-{re.sub('[^a-z0-9_]', '_', grid.name)}"
    file = f"grids/{name}.png"
    write(folder / file, content.getvalue())
    return SavedGrid(grid.name, grid.rows, grid.caption, file)


def _curve_to_dict(curve):
    return {
        "name": curve.name,
        "x_label": curve.x_label,
        "y_label": curve.y_label,
        "points": [
            {"x": x, "figure": dataclasses.asdict(figure)}
            for x, figure in curve.points
        ],
        "published": {
            name: [list(point) for point in points]
            for name, points in curve.published.items()
        },
    }


def _curve_from_dict(content):
    points = tuple(
        (point["x"], Figure(**point["figure"])) for point in content["points"]
    )
    return Curve(**content | {"points": points})
