"""Fingerprints as pictures, drawn as the paper draws them.

model_fingerprint_LABEL.png     all to one scale, from the smallest value
                                of all to the largest
image_fingerprint_NAME.png      from -1 to 1
response_NAME_to_LABEL.png      from -5 to 5, what doesn't fit taken as 0
"""

import io
import os
import pathlib
import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from tf_fingerprint import errors
from tf_fingerprint import files as output
from tf_fingerprint.passive import sources as reading
from tf_fingerprint.passive.visualization import page as fingerprint_page
from tf_fingerprint.passive.visualization import run as visualization_run
from tf_fingerprint.passive.visualization.networks import Visualization
from tf_fingerprint.passive.visualization.page import Shown

FINGERPRINT_RANGE, RESPONSE_RANGE = (-1.0, 1.0), (-5.0, 5.0)

# Pictures in a row.
MOST = 8

Pixels = npt.NDArray[np.uint8]


def to_pixels(
    values: npt.NDArray[np.float32], limits: tuple[float, float]
) -> Pixels:
    """Values as grey levels.

    `limits`: what becomes 0 and 255; beyond it nothing is told apart.

    Example:

    >>> to_pixels(np.array([-2, -1, 0, 1]), (-1, 1)).tolist()
    [0, 0, 128, 255]
    """
    low, high = limits
    share = (np.asarray(values, "float64") - low) / ((high - low) or 1.0)
    return np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)


def model_pictures(fingerprints: npt.NDArray[np.float32]) -> Pixels:
    """Model fingerprints, all to one scale.

    `fingerprints`: `(labels, height, width, channels)`.
    """
    limits = (float(fingerprints.min()), float(fingerprints.max()))
    return to_pixels(fingerprints, limits)


def image_pictures(fingerprints: npt.NDArray[np.float32]) -> Pixels:
    """Image fingerprints, to a scale from -1 to 1.

    `fingerprints`: `(images, height, width, channels)`.
    """
    return to_pixels(fingerprints, FINGERPRINT_RANGE)


def response_pictures(responses: npt.NDArray[np.float32]) -> Pixels:
    """Responses, to a scale from -5 to 5; negative channels are 0.

    `responses`: `(..., height, width, channels)`.
    """
    return to_pixels(np.maximum(responses, 0), RESPONSE_RANGE)


def some(labelled: reading.Labelled, most: int = MOST) -> Pixels:
    """A few pictures, of as many sources as there is room for.

    Returns `(images, height, width, channels)`; the same ones every time.
    """
    # The first of each source, then the second of each, and so on.
    ranks = np.zeros(len(labelled), np.int64)
    for source in np.unique(labelled.sources):
        here = labelled.sources == source
        ranks[here] = np.arange(here.sum())
    order = np.lexsort((labelled.sources, ranks))[:most]
    return labelled.images[np.sort(order)]


def write_grid(
    network: Visualization, images: Pixels, path: pathlib.Path
) -> None:
    """Writes pictures, reconstructions and fingerprints, side by side.

    `images`: `(images, height, width, channels)`.
    """
    seen = visualization_run.look(network, images)
    rows = [
        images,
        to_pixels(seen.reconstructions, FINGERPRINT_RANGE),
        image_pictures(seen.fingerprints),
    ]
    sheet = np.concatenate([np.concatenate(row, axis=1) for row in rows])
    output.write(path, _png(sheet))


def write(
    run: visualization_run.VisualRun,
    folder: str | os.PathLike[str],
    files: Sequence[str | os.PathLike[str]] = (),
) -> pathlib.Path:
    """Writes all pictures, and a page that shows them."""
    folder = pathlib.Path(folder)
    names = _names("Pictures", _told_apart(files))
    labels = _names("Sources", run.labels)
    images = run.read_images(list(files))  # Before anything is written.
    models = []
    pictures = model_pictures(run.model_fingerprints)
    for label, name, picture in zip(run.labels, labels, pictures, strict=True):
        content = _write(folder, f"model_fingerprint_{name}", picture)
        models.append((label, content))
    rows = [
        Shown(
            "Model fingerprints",
            "The kernels that pictures are classified by, all to one scale.",
            tuple(models),
        )
    ]
    if len(images):
        rows += _write_images(run, folder, names, labels, images)
    page = fingerprint_page.page(run.labels, _facts(run), rows)
    output.write(folder / "report.html", page.encode())
    return folder / "report.html"


def _write_images(run, folder, names, labels, images):
    """Writes what is seen in each picture; yields rows of a page."""
    seen = run.look(images)
    fingerprints = image_pictures(seen.fingerprints)
    remade = to_pixels(seen.reconstructions, FINGERPRINT_RANGE)
    responses = response_pictures(run.responses(seen.fingerprints))
    for place, name in enumerate(names):
        own = _write(folder, f"image_fingerprint_{name}", fingerprints[place])
        shown = [
            ("picture", _png(images[place])),
            ("reconstruction", _png(remade[place])),
            ("image fingerprint", own),
        ]
        for label, file, response in zip(
            run.labels, labels, responses[place], strict=True
        ):
            content = _write(folder, f"response_{name}_to_{file}", response)
            shown.append((f"response to {label}", content))
        nearest = run.labels[seen.logits[place].argmax()]
        yield Shown(name, f"Taken for {nearest}.", tuple(shown))


def _told_apart(files):
    """The files' names, with their folders' where those are the same."""
    paths = [pathlib.Path(file).resolve() for file in files]
    names = [path.stem for path in paths]
    if len(set(names)) < len(names):
        names = [f"{path.parent.name}_{path.stem}" for path in paths]
    return names


def _names(what, texts):
    """What files are called by."""
    names = [re.sub(r"[^\w.-]", "_", text) for text in texts]
    doubles = sorted({name for name in names if names.count(name) > 1})
    if doubles:
        raise errors.DataError(
            f"{what} must have different names, as the files of their "
            f"fingerprints are called by them. Received twice: "
            f"{', '.join(doubles)}. Rename them, or take one at a time."
        )
    return names


def _facts(run):
    """What the network is."""
    wanted = run.settings
    return {
        "run directory": run.folder.name,
        "pictures that it was shown": f"{wanted.training.images:,}",
        "side in pixels": wanted.data.resolution,
        "image fingerprints": "drawn from -1 to 1, 0 as grey",
        "responses": "drawn from -5 to 5, what doesn't fit as 0, grey",
    }


def _write(folder, name, picture):
    """Writes a PNG file, and returns its contents."""
    content = _png(picture)
    output.write(folder / f"{name}.png", content)
    return content


def _png(pixels):
    """The contents of a PNG file."""
    file = io.BytesIO()
    grey = pixels.shape[-1] == 1
    Image.fromarray(pixels[..., 0] if grey else pixels).save(file, "PNG")
    return file.getvalue()
