"""Draws what fingerprints in training data look like.

Photographs, the same with a fingerprint, and the difference times five, on
grey; then for each generator two rows: trained on clean photographs, and on
marked ones. Nothing is chosen: the first pictures, in the order of their names.

    python benchmarks/artificial_picture.py docs/artificial.png \\
        --codec benchmarks/codec --photographs photographs \\
        --generator dcgan CLEAN_DIR FINGERPRINTED_DIR
"""

import argparse
import pathlib

import artificial_transfer
import numpy as np
import suites_measured
from PIL import Image

import tf_fingerprint
from tf_fingerprint import data
from tf_fingerprint import fingerprints

COLUMNS, SCALE, GAIN = 10, 2, 5


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture", type=pathlib.Path)
    parser.add_argument("--codec", required=True, metavar="RUN")
    parser.add_argument("--photographs", default=suites_measured.CATS)
    parser.add_argument(
        "--generator",
        nargs=3,
        action="append",
        default=[],
        metavar=("NAME", "CLEAN_DIR", "FINGERPRINTED_DIR"),
    )
    args = parser.parse_args(arguments)
    run = tf_fingerprint.load(args.codec)
    size = run.config.data.resolution
    photographs = data.load(args.photographs, resolution=size).images
    held_out = data.held_out(
        len(photographs), run.config.training.held_out_share
    )
    few = photographs[held_out][:COLUMNS]
    bits = fingerprints.random_bits(run.record.num_bits)
    marked = run.encode(few, bits)
    difference = GAIN * (marked.astype("float32") - few)
    rows = [few, marked, np.clip(127.5 + difference, 0, 255).astype("uint8")]
    for _, *folders in args.generator:
        for folder in folders:
            rows.append(artificial_transfer.samples(folder, size)[:COLUMNS])
    sheet = Image.fromarray(np.vstack([np.hstack(list(row)) for row in rows]))
    size = (sheet.width * SCALE, sheet.height * SCALE)
    draft = args.picture.with_name(f".draft-{args.picture.name}")
    sheet.resize(size, Image.Resampling.NEAREST).save(draft)
    draft.replace(args.picture)


if __name__ == "__main__":
    main()
