"""One side of `house_speed.py`: does its work whenever it is asked.

Runs on the code of ed3714d as on today's, so takes names from wherever they
are.
"""

import importlib
import json
import os
import pathlib
import sys
import tempfile
import time

import numpy as np


def first_of(*names):
    """The first of some modules that there is; older names come first.

    An editable installation offers today's modules to the code before, too.
    """
    for name in names:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError:
            continue
    raise SystemExit(f"none of {names}")


def searching():
    """1,000 fingerprints among 100,000, exact."""
    search = first_of(
        "tf_fingerprint.registry.search", "tf_fingerprint.attribution.search"
    )
    random = np.random.default_rng(0)
    packed = random.integers(0, 256, (100_000, 16), "uint8")
    queries = random.integers(0, 256, (1000, 16), "uint8")
    finder = search.make_search(packed, "numpy")
    return lambda: finder.nearest_two(queries)


def issuing():
    """300 issuances, one at a time, in a new registry."""
    from tf_fingerprint import registry

    generator = registry.GeneratorRecord(
        digest="0" * 64, decoder_digest="1" * 64, num_bits=128, resolution=64
    )

    def work():
        with (
            tempfile.TemporaryDirectory() as folder,
            registry.open_store(
                pathlib.Path(folder, "registry.db"), create=True
            ) as store,
        ):
            for number in range(300):
                registry.issue(store, f"Nr. {number}", generator=generator)

    return work


def training():
    """16 steps at 64 pixels, batch 8, the former package's losses."""
    import train_step_setting

    from tf_fingerprint import data

    building = first_of(
        "tf_fingerprint.building", "tf_fingerprint.scalable.training"
    )
    images = data.procedural_images(64, resolution=64)
    batches = iter(data.batches(images, batch_size=8, seed=0))
    gan = building.build(train_step_setting.SHIPPED)
    step = gan.make_train_function()

    def work():
        for _ in range(16):
            step(batches)

    return work


def serving():
    """64 pictures through the published servable, 100 candidates."""
    import tensorflow as tf

    import export
    import tf_fingerprint
    from tf_fingerprint import registry

    run = tf_fingerprint.load()
    kept = first_of(
        "tf_fingerprint.registry.candidates",
        "tf_fingerprint.attribution.candidates",
    )
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        with registry.open_store(path / "registry.db", create=True) as store:
            for number in range(100):
                registry.issue(store, f"Nr. {number}", generator=run.record)
            candidates = kept.Candidates.load(store, run.generator_digest)
        export.publish(export.attribution(run, candidates), path / "model")
        loaded = tf.saved_model.load(str(path / "model" / "1"))
    images = run.generate(64, fingerprints=np.ones((64, 128)), seed=1)
    files = tf.constant([tf.io.encode_png(each).numpy() for each in images])
    return lambda: loaded.signatures["serving_default"](image_bytes=files)


PARTS = {
    "search": searching,
    "issue": issuing,
    "train_step": training,
    "served": serving,
}


def main():
    # Libraries print to standard output; their chatter goes to stderr.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    # On import paths before the script's own folder, where both sides differ.
    sys.path.insert(0, os.environ["PYTHONPATH"])
    work = PARTS[sys.argv[1]]()
    for _ in sys.stdin:
        start = time.process_time()
        work()
        print(json.dumps(time.process_time() - start), file=answers, flush=True)


if __name__ == "__main__":
    main()
