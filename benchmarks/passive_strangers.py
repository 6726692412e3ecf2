"""Pictures of none of the sources: how many does either score call unknown?"""

import dataclasses

import numpy as np
import suites_measured

from tf_fingerprint import data
from tf_fingerprint.passive import finishing
from tf_fingerprint.passive import inputs
from tf_fingerprint.passive import open_set

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
    """Shares called unknown, by both scores at the run's own tolerated rate.

    Args:
        run: A classifier.
        sources_dir: What it was trained on.
        strangers: From `pictures`.
        share: Makes figures of a name, hits and images.

    Yields:
        Dicts of figures.
    """
    sources = inputs.read(run.settings, sources_dir)
    read = {name: run.read(images) for name, images in strangers.items()}
    for score in open_set.SCORES:
        unknown = dataclasses.replace(run.settings.unknown, score=score)
        config = dataclasses.replace(run.settings, unknown=unknown)
        threshold = finishing.calibrate(run.classifier, sources, config)
        for name, (features, logits) in read.items():
            above = threshold.scores(features, logits) > threshold.threshold
            yield share(
                f"unknown_{name}_by_{score}", int(above.sum()), len(above)
            )
