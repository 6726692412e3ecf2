"""Pictures to mark, and what is left of them."""

import json
import pathlib
import zipfile

import numpy as np
from PIL import Image


def save_pictures(folder, names, size=(40, 36), seed=0):
    """Saves pictures of noise under these names."""
    random = np.random.default_rng(seed)
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = random.integers(0, 256, (*size, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(path)
    return folder


def zipped(folder, path):
    """An archive of a folder's pictures."""
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*.*")):
            archive.write(file, file.relative_to(folder))
    return path


def manifest_of(folder):
    return json.loads((folder / "manifest.json").read_text())


def files_of(folder):
    """Relative names of all files below a folder."""
    folder = pathlib.Path(folder)
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    )


def contents(folder):
    """What is in the files of a set."""
    pictures = folder / "pictures"
    return {name: (pictures / name).read_bytes() for name in files_of(pictures)}
