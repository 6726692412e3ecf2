"""The files of before, on copies that may be written to, and their answers."""

import json
import math
import pathlib
import shutil
import zipfile

import numpy as np

FOLDER = pathlib.Path(__file__).with_name("goldens")

ANSWERS = json.loads((FOLDER / "answers.json").read_text("utf-8"))
ARRAYS = np.load(FOLDER / "answers.npz")


def unpacked(folder, name):
    """Unpacks one of the archives; returns the folder of what was in it."""
    with zipfile.ZipFile(FOLDER / f"{name}.zip") as archive:
        archive.extractall(folder)
    return folder / name


def copied(folder, *names):
    """Copies files that opening may change, such as registries."""
    for name in names:
        shutil.copy(FOLDER / name, folder / name)
    return folder


def differences(before, now, name=""):
    """What of an answer is gone or another now; floats may be so by 1e-4."""
    if isinstance(before, dict) and isinstance(now, dict):
        return [
            each
            for key in before
            for each in differences(before[key], now.get(key), f"{name}.{key}")
        ]
    is_same = before == now
    if isinstance(before, float) and isinstance(now, float):
        is_same = math.isclose(before, now, rel_tol=1e-4)
    return [] if is_same else [(name, before, now)]
