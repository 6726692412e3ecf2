"""Pictures of none of the sources: how many does each score call unknown?"""

import dataclasses

import numpy as np
import suites_measured

from tf_fingerprint import data
from tf_fingerprint.passive import open_set
from tf_fingerprint.passive import sources as reading

MOST = 1000
PHOTOGRAPHS = {
    "fruits": suites_measured.SHARED / "fruits100_train.zip",
    "landscapes": suites_measured.OTHERS,
}


def pictures(resolution):
    """Sets of pictures, by name: photographs of other things, and no
    photographs at all."""
    random = np.random.default_rng(0)
    shape = (MOST, resolution, resolution, 3)
    return {
        **{
            name: data.load(path, resolution=resolution, max_images=MOST).images
            for name, path in PHOTOGRAPHS.items()
        },
        "drawn_bodies": data.procedural_images(MOST, resolution=resolution),
        "noise": random.integers(0, 256, shape, np.uint8),
    }


def measured(run, sources_dir, strangers, share):
    """Shares called unknown, by every score at the run's own tolerated rate.

    Args:
        run: A classifier.
        sources_dir: What it was trained on.
        strangers: From `pictures`.
        share: Makes figures of a name, hits and images.

    Yields:
        Dicts of figures.
    """
    wanted = dataclasses.replace(run.settings.data, source=str(sources_dir))
    parts = reading.read(wanted).parts
    learned, held_out = parts[reading.TRAIN], parts[reading.CALIBRATION]
    space = open_set.Space.of(run.features(learned.images), learned.sources)
    own = run.read(held_out.images)
    rate = run.settings.unknown.max_false_positive_rate
    read = {name: run.read(images) for name, images in strangers.items()}
    for score in open_set.SCORES:
        known = open_set.OpenSet.calibrate(
            score, *own, max_false_positive_rate=rate, space=space
        )
        for name, (features, logits) in read.items():
            above = known.scores(features, logits) > known.threshold
            yield share(
                f"unknown_{name}_by_{score}", int(above.sum()), len(above)
            )
