"""A served attribution model of the tiny run, and pictures to ask about."""

import contextlib
import functools
import pathlib
import types

import keras
import numpy as np
import pytest
from PIL import Image

import export
from tf_fingerprint import attribution
from tf_fingerprint import fingerprints
from tf_fingerprint import methods
from tf_fingerprint import registry

from ..tiny_run import issue_what_is_read
from ..tiny_run import write_run


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """What was published; shared, so don't change it.

    `models` is the folder to serve, `acme`, `birch` and `nobody` are picture
    files, `records` their issuances by name, of which Birch's is revoked.
    """
    return _published(tmp_path_factory.getbasetemp() / "attributing")


@pytest.fixture(scope="module")
def serving(published):
    """The same, answered at `rest` and `grpc`."""
    with _served(published.models) as (rest, grpc):
        yield types.SimpleNamespace(
            **vars(published), rest=rest, grpc=grpc, urls=(rest, grpc)
        )


@contextlib.contextmanager
def _served(folder: pathlib.Path):
    from export import page
    from export import server

    with server.Server(folder, extra_routes=page.routes()) as running:
        yield running.rest_url, f"grpc://{running.grpc_address}"


@functools.cache
def _published(folder):
    keras.utils.set_random_seed(0)
    run_dir = write_run(folder / "run")
    run = methods.load(run_dir)
    files = {
        name: folder / f"{name}.png" for name in ("acme", "birch", "nobody")
    }
    random = np.random.default_rng(0)
    for file in files.values():
        pixels = random.integers(0, 256, (16, 16, 3), np.uint8)
        Image.fromarray(pixels).save(file)
    url = folder / "registry.db"
    records = {
        name: issue_what_is_read(run, files[name], url, name.capitalize())
        for name in ("acme", "birch")
    }
    with registry.open_store(url) as store:
        for record in records.values():
            registry.confirm(store, record.id)
        registry.revoke(store, records["birch"].id)
        candidates = attribution.Candidates.load(store, run.generator_digest)
    models = folder / "models"
    export.publish(export.attribution(run, candidates), models / "attribution")
    return types.SimpleNamespace(
        **files,
        run_dir=run_dir,
        run=run,
        registry=url,
        records=records,
        candidates=candidates,
        models=models,
        hexadecimal=lambda file: fingerprints.to_hex(run.decode(file)[0] > 0),
    )
