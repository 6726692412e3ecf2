"""Draws the fingerprints of sources, and of one picture of each.

Above, the fingerprint of each source. Then, for a picture of each source that
nothing was learned from: the picture, made again, its fingerprint, and its
response to each source's, in the same order. Nothing is chosen: the first
pictures, in the order of their names.

    python benchmarks/passive_picture.py docs/passive.png \\
        --run runs/passive/visual --sources runs/sources/architectures
"""

import argparse
import pathlib

import numpy as np
from PIL import Image

from tf_fingerprint.evaluation.suites import passive_held_out
from tf_fingerprint.passive.visualization import pictures as pictures
from tf_fingerprint.passive.visualization import run as visualization_run

SCALE, BEFORE = 2, 3


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture", type=pathlib.Path)
    parser.add_argument("--run", required=True, help="of a visualization")
    parser.add_argument("--sources", required=True, help="that it knows")
    args = parser.parse_args(arguments)
    run = visualization_run.load(args.run)
    images = passive_held_out.read(run, args.sources, most=1).images
    sheet = Image.fromarray(drawn(run, images))
    draft = args.picture.with_name(f".draft-{args.picture.name}")
    size = (sheet.width * SCALE, sheet.height * SCALE)
    sheet.resize(size, Image.Resampling.NEAREST).save(draft)
    draft.replace(args.picture)
    print(", ".join(run.labels))


def drawn(run, images):
    """The sheet, `(height, width, channels)`, uint8."""
    seen = run.look(images)
    remade = pictures.to_pixels(
        seen.reconstructions, pictures.FINGERPRINT_RANGE
    )
    own = pictures.image_pictures(seen.fingerprints)
    responses = pictures.response_pictures(run.responses(seen.fingerprints))
    blank = np.full((BEFORE, *images.shape[1:]), 255, np.uint8)
    rows = [[*blank, *pictures.model_pictures(run.model_fingerprints)]]
    rows += [
        [image, again, mark, *each]
        for image, again, mark, each in zip(
            images, remade, own, responses, strict=True
        )
    ]
    return np.concatenate([np.concatenate(row, axis=1) for row in rows])


if __name__ == "__main__":
    main()
