"""Calibrations as JSON, whose SHA-256 anybody can compute."""

import base64
import dataclasses
import datetime
import gzip
import json
import os
import pathlib
import secrets
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from tf_fingerprint import errors
from tf_fingerprint import registry
from tf_fingerprint.calibration.levels import Levels
from tf_fingerprint.calibration.soft import SoftModel

_FORM = "tf-fingerprint calibration 2"

# How a packed file begins.
_PACKED = b"\x1f\x8b"

# What a file that was changed or cut short makes of unpacking and reading.
_BROKEN = (
    *(ArithmeticError, LookupError, TypeError, ValueError),
    *(gzip.BadGzipFile, EOFError, zlib.error),
)


def to_bytes(parts: Mapping[str, Any]) -> bytes:
    """The file that holds a calibration; the same bytes for the same one.

    Returns JSON. Of each logit the level is kept, a signed byte: level n stands
    for the logit `(n + 1/2) * step`. They are in base64, bit after bit, of each
    those of all photographs in their order.
    """
    soft, read = parts["soft"], parts["read"]
    content = {
        "form": _FORM,
        "generator": dataclasses.asdict(parts["generator"]),
        "sources": parts["sources"],
        "data_digest": parts["data_digest"],
        "made_at": parts["made_at"].isoformat(),
        "soft": {
            "scales": soft.scales.tolist(),
            "offsets": soft.offsets.tolist(),
            "limit": soft.limit,
        },
        "step": read.step,
        "levels": base64.b64encode(read.values.T.tobytes()).decode("ascii"),
    }
    return (json.dumps(content, indent=1) + "\n").encode("utf-8")


def write(path: pathlib.Path, parts: Mapping[str, Any]) -> None:
    """Writes a calibration to one file, wholly or not at all.

    If its name ends with `.gz`, it is packed.
    """
    path = path.absolute()
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    content = to_bytes(parts)
    if path.suffix == ".gz":
        content = gzip.compress(content, mtime=0)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise errors.CalibrationError(
            f"{path}: the calibration can't be written. {error}."
        ) from error
    finally:
        if draft.exists():
            draft.unlink()


def read(path: pathlib.Path) -> dict[str, Any]:
    """The fields of the calibration that a file holds."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise errors.CalibrationError(
            f"{path}: the calibration can't be read. {error.strerror}. Make "
            "one with `tf-fingerprint calibrate`."
        ) from error
    try:
        if content.startswith(_PACKED):
            content = gzip.decompress(content)
        parts = _parts(json.loads(content))
        # Only so is the digest of the file that of the calibration.
        if to_bytes(parts) != content:
            raise ValueError("it says the same in other words.")
        return parts
    except _BROKEN as error:
        raise errors.CalibrationError(
            f"{path}: must be a calibration that `tf-fingerprint calibrate` "
            f"wrote. It can't be read as one: {error} Was it changed, or cut "
            "short?"
        ) from error


def _parts(content):
    if content["form"] != _FORM:
        raise ValueError(f"its form is {content['form']!r}, not {_FORM!r}.")
    generator = registry.GeneratorRecord(**content["generator"])
    sources = tuple(
        (str(name), int(count)) for name, count in content["sources"]
    )
    num_images, num_bits = (
        sum(count for _, count in sources),
        generator.num_bits,
    )
    if not sources or min(count for _, count in sources) < 2:
        raise ValueError("each source must have at least two photographs.")
    soft = content["soft"]
    levels = np.frombuffer(
        base64.b64decode(content["levels"], validate=True), np.int8
    )
    made_at = datetime.datetime.fromisoformat(content["made_at"])
    return {
        "generator": generator,
        "sources": sources,
        "data_digest": str(content["data_digest"]),
        "made_at": made_at,
        "read": Levels(
            np.ascontiguousarray(levels.reshape(num_bits, num_images).T),
            float(content["step"]),
        ),
        "soft": SoftModel(
            np.array(soft["scales"], np.float64).reshape(num_bits),
            np.array(soft["offsets"], np.float64).reshape(num_bits),
            float(soft["limit"]),
        ),
    }
