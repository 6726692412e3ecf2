"""What a run's networks do, on any of Keras's backends: figures and a sheet.

Pictures are rounded to 8 bits before anything looks at them, as in a file.
"""

import csv
import pathlib

import keras
import numpy as np
from PIL import Image

from tf_fingerprint import data
from tf_fingerprint import evaluation
from tf_fingerprint.models import sampling
from tf_fingerprint.runs import directory as run_directory

SEED = 0
BATCH = 256

# As in `grids.draw`, and below each other on the sheet.
GRIDS = ("arbitrary", "same_latents", "residual")


def figures(run, features, *, count):
    """Bit accuracy and distance to the photographs.

    Args:
        run: The run directory.
        features: Weights of MobileNet, an `.npz` file.
        count: Pictures, and at most as many photographs.

    Returns:
        Dict from name to number. The Frechet distance is to equally many
        photographs, mirrored ones among them if there are too few.
    """
    config, generator, decoder = run_directory.read(run)
    photographs = data.load(
        config.data.source,
        resolution=config.data.resolution,
        channels=config.data.channels,
        crop=config.data.crop,
        max_images=config.data.max_images,
    ).images
    photographs = np.concatenate([photographs, photographs[:, :, ::-1]])
    order = np.random.default_rng(SEED).permutation(len(photographs))
    count = min(count, len(photographs))
    bits = np.random.default_rng(SEED).integers(0, 2, (count, decoder.num_bits))
    pictures = sampling.open_pictures(
        generator,
        count,
        fingerprints=bits,
        noise=config.networks.noise,
        seed=SEED,
        batch_size=BATCH,
    )
    decoded = [
        keras.ops.convert_to_numpy(decoder(data.to_unit(part))[1]) > 0
        for part in np.split(pictures, range(BATCH, count, BATCH))
    ]
    matches = evaluation.bit_accuracy_counts(np.concatenate(decoded), bits)
    low, high = evaluation.bit_accuracy_interval(matches, decoder.num_bits)
    network = evaluation.MobileNetFeatures(features, batch_size=BATCH)
    distance = evaluation.frechet_distance(
        network(pictures), network(photographs[order[:count]])
    )
    return {
        "pictures": count,
        "bit_accuracy": float(matches.mean()) / decoder.num_bits,
        "bit_accuracy_low": low,
        "bit_accuracy_high": high,
        "bit_accuracy_worst_picture": float(matches.min()) / decoder.num_bits,
        "frechet": distance,
    }


def sheet(run, path):
    """Puts the last grids of a training below each other, in one file.

    Args:
        run: The run directory.
        path: A `.png` file.
    """
    run, path = pathlib.Path(run), pathlib.Path(path)
    with open(run / "metrics.csv", newline="") as file:
        *_, last = csv.DictReader(file)
    name = f"{int(float(last['images'])):09d}"
    grids = [
        np.asarray(Image.open(run / "grids" / f"{name}_{kind}.png"))
        for kind in GRIDS
    ]
    draft = path.with_name(f".draft-{path.name}")
    Image.fromarray(np.concatenate(grids)).save(draft)
    draft.replace(path)
