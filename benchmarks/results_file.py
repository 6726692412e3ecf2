"""Writes what a benchmark measured to `benchmarks/results/NAME.json`."""

import datetime
import json
import math
import numbers
import os
import pathlib
import shlex
import sys
from collections.abc import Mapping

ROOT = pathlib.Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"


def write(
    name: str,
    figures: Mapping[str, float],
    command: str | None = None,
    *,
    folder: pathlib.Path = RESULTS,
) -> pathlib.Path:
    """Writes a result, wholly or not at all.

    Args:
        name: Of the file, without its ending.
        figures: What was measured, by name.
        command: What measures it again; the running one if not given.
        folder: Where the results are.

    Returns:
        The file written.

    Raises:
        ValueError: If a figure is not a finite number.
    """
    strange = [
        key
        for key, figure in figures.items()
        if not isinstance(figure, numbers.Real) or not math.isfinite(figure)
    ]
    if strange:
        raise ValueError(
            "Figures must be finite numbers. Received "
            + ", ".join(f"{key}={figures[key]!r}" for key in strange)
        )
    result = {
        "command": command or running_command(),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": machine(),
        "figures": {key: _plain(figure) for key, figure in figures.items()},
    }
    path = pathlib.Path(folder, f"{name}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(result, indent=2) + "\n")
    draft.replace(path)
    return path


def running_command() -> str:
    """The running script and its arguments, as typed in the repository."""
    script = pathlib.Path(sys.argv[0]).resolve()
    if script.is_relative_to(ROOT):
        script = script.relative_to(ROOT)
    return shlex.join(["python", str(script), *sys.argv[1:]])


def machine() -> str:
    """Processor, cores and memory; nothing that names this very machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return (
        f"{_processor()}, {len(os.sched_getaffinity(0))} cores, "
        f"{memory / 2**30:.0f} GiB memory"
    )


def _processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown processor"


def _plain(figure):
    """JSON knows neither NumPy's numbers nor booleans that are figures."""
    if isinstance(figure, numbers.Integral):
        return int(figure)
    return float(figure)
