"""Measures what a run's decoder answers where no fingerprint is."""

import datetime
import hashlib
import io
import os
import pathlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import tqdm
from PIL import Image

from tf_fingerprint import artificial
from tf_fingerprint import calibration
from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint.scalable import run as scalable_run

# Pictures made to learn what logits are worth.
PICTURES = 1000

# Photographs decoded at a time.
_BATCH = 64


def calibrate(
    run: scalable_run.Run | artificial.CodecRun,
    sources: Sequence[str | os.PathLike[str]],
    *,
    min_photographs: int = calibration.MIN_PHOTOGRAPHS,
    pictures: int = PICTURES,
    progress: bool = False,
) -> calibration.Calibration:
    """Decodes photographs that no instance made, and pictures that were made.

    `sources`: folders or zips of photographs, as `data.load` takes them. The
    generator must not have been trained on them. `min_photographs`: fewest
    photographs that are enough. Fewer than the default leave measured rates so
    open that they say little. `pictures`: pictures to make, with a fresh
    fingerprint each; a codec marks photographs instead. Returns the
    calibration; not yet written anywhere.
    """
    form = run.config.data
    loaded = [
        data.load(
            source,
            resolution=form.resolution,
            channels=form.channels,
            progress=progress,
        )
        for source in sources
    ]
    _check_enough(sources, loaded, min_photographs)
    read = _decoded(run, loaded, progress)
    return calibration.Calibration(
        generator=run.record,
        sources=_named(sources, loaded),
        data_digest=_digest([each.digest for each in loaded]),
        made_at=datetime.datetime.now(datetime.UTC),
        read=calibration.Levels.of(read),
        soft=_soft_model(run, loaded, pictures, progress),
    )


def spoiled(
    images: npt.NDArray[np.uint8],
) -> dict[str, list[npt.NDArray[np.uint8] | bytes | Image.Image]]:
    """Pictures as they are found: whole, compressed, or cut.

    `images`: `(images, height, width, channels)`. Returns by name of the
    change, what `scalable.Run.decode` takes.
    """
    whole = [
        Image.fromarray(each[..., 0] if each.shape[-1] == 1 else each)
        for each in images
    ]
    return {
        "png": list(images),
        "jpeg75": [_jpeg(image, 75) for image in whole],
        "jpeg50": [_jpeg(image, 50) for image in whole],
        "crop90": [_cut(image, 0.05) for image in whole],
    }


def _check_enough(sources, loaded, min_photographs):
    """Raises a `CalibrationError` if photographs are too few."""
    count = sum(map(len, loaded))
    if count < max(2, min_photographs):
        raise errors.CalibrationError(
            f"At least {max(2, min_photographs):,} photographs are needed, so "
            f"that rare matches show. Received {count:,}. Give more sources, "
            "or lower `--min-photographs` to try things out."
        )
    alone = [
        s for s, each in zip(sources, loaded, strict=True) if len(each) < 2
    ]
    if alone:
        raise errors.CalibrationError(
            "Each source must have at least two photographs. Received one in "
            f"{alone[0]}. Put it into the folder of others."
        )


def _decoded(run, loaded, progress):
    """What the decoder reads in all photographs, source after source."""
    logits = []
    with tqdm.tqdm(
        total=sum(map(len, loaded)),
        desc="decoding",
        unit="image",
        disable=None if progress else True,
    ) as bar:
        for each in loaded:
            for start in range(0, len(each), _BATCH):
                logits.append(run.decode(each.images[start : start + _BATCH]))
                bar.update(len(logits[-1]))
    return np.concatenate(logits)


def _soft_model(run, loaded, pictures, progress):
    """Learned on fresh fingerprints, a quarter of the pictures each change."""
    num_bits = run.config.networks.num_bits
    bits = np.stack(
        [fingerprints.random_bits(num_bits) for _ in range(max(4, pictures))]
    )
    if isinstance(run, artificial.CodecRun):
        images = _marked(run, loaded, bits)
    else:
        images = run.generate(len(bits), fingerprints=bits, progress=progress)
    found = spoiled(images)
    chosen = [
        list(found.values())[number % len(found)][number]
        for number in range(len(bits))
    ]
    return calibration.SoftModel.fit(run.decode(chosen), bits)


def _marked(run, loaded, bits):
    """Photographs with a fingerprint each, again and again if they are few."""
    photographs = np.concatenate([each.images[: len(bits)] for each in loaded])
    chosen = photographs[np.arange(len(bits)) % len(photographs)]
    return run.encode(chosen, bits)


def _jpeg(image, quality):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return file.getvalue()


def _cut(image, share):
    """The image without so much of each side."""
    width, height = image.size
    left, top = max(1, round(share * width)), max(1, round(share * height))
    return image.crop((left, top, width - left, height - top))


def _named(sources, loaded):
    """What the sources are called, without where they lie, and their sizes."""
    names = [
        str(source) if ":" in str(source) else pathlib.Path(source).name
        for source in sources
    ]
    return tuple(
        (name if names.count(name) == 1 else f"{name} ({number})", len(each))
        for number, (name, each) in enumerate(
            zip(names, loaded, strict=True), start=1
        )
    )


def _digest(digests):
    """One digest of several, or the only one itself."""
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()
