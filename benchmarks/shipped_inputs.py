"""What `shipped.py` measures: pictures, photographs, files, issuances."""

import io
import pathlib
import sys
import tempfile
import time

import numpy as np
from PIL import Image

from tf_fingerprint import attribution
from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint import registry
from tf_fingerprint.evaluation import baselines


def baseline_pictures(folder, run, count, seed):
    """Pictures of the same latents and noise, all bits neutral."""
    shape = run.generator.output_shape
    try:
        baseline = baselines.load(
            folder,
            resolution=shape[1],
            channels=shape[-1],
            noise=run.config.networks.noise,
        )
    except errors.RunError as error:
        raise SystemExit(str(error)) from error
    tell(f"{count} pictures of the baseline")
    return baseline.of_seed(count, seed)


def maker(run, seed):
    """A function from fingerprints to pictures of the seed's latents."""
    return lambda bits: run.generate(len(bits), fingerprints=bits, seed=seed)


def decoders(run):
    """Functions from pictures to bits, by way of files; and their names."""
    yield "png", lambda images: run.decode(files(images, "PNG")) > 0
    # Colour at half the resolution, as Pillow saves it by default.
    yield (
        "jpeg90",
        lambda images: run.decode(files(images, "JPEG", quality=90)) > 0,
    )


def files(images, kind, **options):
    """The contents of each picture's file."""
    contents = []
    for image in images:
        file = io.BytesIO()
        pixels = image[..., 0] if image.shape[-1] == 1 else image
        Image.fromarray(pixels).save(file, kind, **options)
        contents.append(file.getvalue())
    return contents


def issue(generator, count, draw=fingerprints.random_bits):
    """That many issuances in a registry of their own, as candidates."""
    tell(f"{count} issuances")
    with tempfile.TemporaryDirectory() as folder:
        url = pathlib.Path(folder, "registry.db")
        with registry.open_store(url, create=True) as store:
            registry.issue_many(
                store,
                [f"Recipient {number}" for number in range(count)],
                generator=generator,
                draw=draw,
            )
            return attribution.Candidates.load(store, generator.digest)


def load(source, run, crop):
    tell(f"photographs of {source}")
    form = run.config.data
    return data.load(
        source,
        resolution=form.resolution,
        channels=form.channels,
        crop=crop,
        progress=True,
    ).images


def choose(photographs, count, seed):
    """That many photographs, and mirrored ones if they are too few."""
    order = np.random.default_rng(seed).permutation(len(photographs))
    shuffled = photographs[order]
    chosen = np.concatenate([shuffled, shuffled[:, :, ::-1]])[:count]
    if len(chosen) < count:
        raise SystemExit(
            f"{count} pictures, but {len(photographs)} photographs"
        )
    return chosen


def draw_fingerprints(run, count):
    num_bits = run.config.networks.num_bits
    return np.stack([fingerprints.random_bits(num_bits) for _ in range(count)])


def tell(stage):
    print(f"{time.strftime('%X')} {stage}", file=sys.stderr, flush=True)
