"""The package's public names, and what importing it costs."""

import importlib
import subprocess
import sys

import pytest

import export

from ..tiny_run import ROOT

pytestmark = pytest.mark.slow

BUILDERS = ["attribution", "decoder", "open_generator"]


@pytest.mark.parametrize("name", export.__all__)
def test_public_names_are_there(name):
    assert callable(getattr(export, name))


@pytest.mark.parametrize("name", BUILDERS)
def test_a_builder_keeps_its_name_when_its_module_is_imported(name):
    module = importlib.import_module(f"export.servables.{name}")

    assert getattr(export, name) is getattr(module, name)


def test_other_names_are_not():
    with pytest.raises(AttributeError, match="has no attribute 'missing'"):
        _ = export.missing


def test_importing_the_package_needs_no_tensorflow():
    code = (
        "import sys, export, export.client, export.page; "
        "sys.exit(bool({'keras', 'tensorflow'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
