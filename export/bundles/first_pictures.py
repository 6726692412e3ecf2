"""Scripts in a bundle that save its first pictures, and what they need."""

import importlib.metadata
import pathlib
from collections.abc import Collection

from export.bundles import formats as bundle_formats

_SCRIPTS = pathlib.Path(__file__).parent / "scripts"

SAVED_MODEL = "savedmodel"

# Of each format: the script, and the packages that it imports.
_OF = {
    SAVED_MODEL: ("first_pictures.py", ("tensorflow",)),
    bundle_formats.ONNX: (
        "first_pictures_onnx.py",
        ("onnxruntime", "numpy", "pillow"),
    ),
    bundle_formats.TFLITE: (
        "first_pictures_tflite.py",
        ("ai-edge-litert", "numpy", "pillow"),
    ),
}


def write(folder: pathlib.Path, formats: Collection[str]) -> None:
    """Writes the script of each format that a bundle has."""
    for form in (SAVED_MODEL, *formats):
        name = _OF[form][0]
        folder.joinpath(name).write_bytes((_SCRIPTS / name).read_bytes())


def commands(form: str) -> str:
    """What a recipient types: packages, with the versions tried, and script."""
    script, packages = _OF[form]
    wanted = " ".join(map(_pinned, packages))
    return f"pip install {wanted}\npython BUNDLE/{script}"


def _pinned(package):
    try:
        return f"{package}=={importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:
        return package
