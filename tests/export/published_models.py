"""What publishing leaves, as far as deployment reads it."""

import json

import pytest

from export.publishing import deployment
from export.publishing import publish as publishing_publish


def publish(base, *numbers, kind):
    """Directories as `publish` leaves them, as far as deployment reads them."""
    for number in numbers:
        extras = base / str(number) / "assets.extra"
        extras.mkdir(parents=True)
        manifest = {"metadata": {"kind": kind}}
        (extras / publishing_publish.MANIFEST).write_text(json.dumps(manifest))


@pytest.fixture
def models_dir(tmp_path):
    """Models of every kind."""
    folder = tmp_path / "models"
    publish(folder / "attribution", 7, 8, 9, kind="attribution")
    publish(folder / "decoder", 41, 42, 7, kind="decoder")
    publish(folder / "Acme_copy", 1, kind="sealed_instance")
    publish(folder / "open", 3, kind="open_generator")
    (folder / "empty").mkdir()
    return folder


@pytest.fixture
def written(models_dir, tmp_path):
    """The files for them."""
    deployment.write_deployment(models_dir, tmp_path / "to")
    return tmp_path / "to"
