"""Draws the README's picture from a folder that the quickstart wrote.

One row for each recipient, the same latents in every column; below, what
differs between the first two, times five, on grey.

    tf-fingerprint quickstart --to quickstart
    python benchmarks/quickstart_picture.py quickstart docs/quickstart.png
"""

import argparse
import pathlib

import numpy as np
from PIL import Image

COLUMNS, SCALE = 8, 2


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("quickstart", type=pathlib.Path)
    parser.add_argument("picture", type=pathlib.Path)
    args = parser.parse_args()
    rows = [
        pictures(folder / "png")
        for folder in sorted((args.quickstart / "pictures").iterdir())
    ]
    difference = rows[0].astype("float32") - rows[1]
    rows.append(np.clip(127.5 + 5 * difference, 0, 255).astype("uint8"))
    sheet = Image.fromarray(np.vstack([np.hstack(list(row)) for row in rows]))
    size = (sheet.width * SCALE, sheet.height * SCALE)
    sheet.resize(size, Image.Resampling.NEAREST).save(args.picture)


def pictures(folder):
    """The first pictures of one recipient, in the order of their names."""
    paths = sorted(folder.glob("*.png"))[:COLUMNS]
    return np.stack([np.asarray(Image.open(path)) for path in paths])


if __name__ == "__main__":
    main()
