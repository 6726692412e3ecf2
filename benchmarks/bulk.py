"""What attributing a million pictures costs: a pipeline on this machine.

Half of the lake are pictures that recipients' copies made, as 64 x 64 PNG, half
are photographs of 481 x 321 as JPEG, where they are at hand; files repeat. Two
lakes, one twice as large, tell what a picture costs; a small one before them,
for which all is loaded, what the start costs.
The rest is arithmetic: so many pictures times the seconds of one, over so many
workers of one such core each, plus the start. What object stores, networks and
schedulers add is not in it.

    python benchmarks/bulk.py
"""

import argparse
import os
import pathlib
import tempfile
import time
import zipfile

import numpy as np
import pages
import results_file
import shipped_inputs as inputs
import tensorflow as tf
from pyarrow import parquet

import export
from tf_fingerprint import bulk
from tf_fingerprint import methods
from tf_fingerprint.scalable import run as scalable_run

SHARED = results_file.ROOT.parent / "shared" / "data"
MILLION, WORKERS = 1_000_000, 100
NUM_DISTINCT = 256
NUM_FIRST = 16


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", default=scalable_run.PRETRAINED)
    parser.add_argument(
        "--photographs", default=str(SHARED / "bsds400_natural.zip")
    )
    parser.add_argument("--images", type=int, default=4000)
    parser.add_argument("--issued", type=int, default=10_000)
    parser.add_argument("--results", default=results_file.RESULTS)
    args = parser.parse_args(arguments)
    run = methods.load(args.run)
    candidates = inputs.issue(run.record, args.issued)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        servable = export.decoder(run)
        tf.saved_model.save(
            servable.module,
            str(folder / "decoder"),
            signatures=dict(servable.signatures),
        )
        contents = files(run, candidates, args.photographs)
        rows = [
            measure(run, folder, candidates, contents, count)
            for count in (NUM_FIRST, args.images // 2, args.images)
        ]
    figures = summary(*rows, args.issued)
    for name, figure in figures.items():
        print(f"{name:40} {figure:>14,.6g}")
    print(results_file.write("bulk", figures, folder=args.results))
    if args.results == results_file.RESULTS:
        pages.fill(
            "scale.md",
            "bulk",
            ("what", "figure"),
            [(name.replace("_", " "), each) for name, each in figures.items()],
        )


def files(run, candidates, photographs):
    """Pairs of contents and kind; the pictures are recipients' in turn."""
    makers = candidates.records[:NUM_DISTINCT]
    inputs.tell(f"{len(makers)} pictures")
    bits = np.stack([record.bits for record in makers])
    pictures = run.generate(len(makers), fingerprints=bits)
    made = [(each, ".png") for each in inputs.files(pictures, "PNG")]
    if not pathlib.Path(photographs).exists():
        inputs.tell(f"no photographs: {photographs} is not there")
        return made
    with zipfile.ZipFile(photographs) as archive:
        names = [
            name
            for name in sorted(archive.namelist())
            if name.endswith((".jpg", ".png"))
        ][:NUM_DISTINCT]
        found = [(archive.read(name), name[-4:]) for name in names]
    # In turn, so that lakes of any size are half of each.
    pairs = zip(made, found, strict=False)
    return [each for pair in pairs for each in pair]


def measure(run, folder, candidates, contents, count):
    """Seconds of the wall and of the processor for so many pictures."""
    inputs.tell(f"a lake of {count}")
    lake = folder / f"lake{count}"
    lake.mkdir()
    for number in range(count):
        content, kind = contents[number % len(contents)]
        (lake / f"{number:07}{kind}").write_bytes(content)
    start, before = time.perf_counter(), os.times()
    found = bulk.attribute_files(
        [str(lake / "*")],
        decoder=folder / "decoder",
        candidates=candidates,
        to=folder / f"to{count}",
        channels=run.config.data.channels,
    )
    after = os.times()
    rows = sum(
        parquet.read_metadata(path).num_rows
        for path in (folder / f"to{count}").glob("*.parquet")
    )
    return {
        "images": count,
        "rows": rows,
        "seconds": time.perf_counter() - start,
        "processor_seconds": sum(after[:4]) - sum(before[:4]),
        "bytes": sum(path.stat().st_size for path in lake.iterdir()),
        "attributed": found["attributed"],
    }


def summary(first, small, large, issued):
    """A picture's cost, a million's, and the start's."""

    def slope(name):
        return (large[name] - small[name]) / (large["images"] - small["images"])

    each = slope("seconds")
    if min(each, slope("processor_seconds")) <= 0:
        raise SystemExit("too few --images to tell what one costs")
    start = max(0.0, first["seconds"] - first["images"] * each)
    return {
        "images": large["images"],
        "issued": issued,
        "mean_kilobytes": large["bytes"] / large["images"] / 1e3,
        "attributed": large["attributed"],
        "lost": large["images"] - large["rows"],
        "start_seconds": start,
        "ms_per_image": 1e3 * each,
        "processor_ms_per_image": 1e3 * slope("processor_seconds"),
        "hours_per_million_here": MILLION * each / 3600,
        "core_hours_per_million": MILLION * slope("processor_seconds") / 3600,
        # By arithmetic, not measured.
        "minutes_per_million_100_workers": (
            (MILLION * slope("processor_seconds") / WORKERS + start) / 60
        ),
    }


if __name__ == "__main__":
    main()
