"""What a run's decoder was measured to read after pictures were changed."""

import json
import pathlib
from collections.abc import Mapping

from tf_fingerprint import errors
from tf_fingerprint import files

FILE = "abilities.json"


def of_run(folder: pathlib.Path) -> dict[str, float]:
    """Shares of bits by the name of what happened to the pictures.

    Returns such as `{"grayscale": 0.93}`; empty if nothing was measured.
    """
    path = folder / FILE
    try:
        kept = json.loads(path.read_bytes())
        return {str(name): float(share) for name, share in kept.items()}
    except FileNotFoundError:
        return {}
    except (AttributeError, OSError, TypeError, ValueError) as error:
        raise errors.RunError(
            f"{path}: must hold shares of bits by name, as JSON. {error}. "
            "Measure them anew with `tf-fingerprint evaluate --suite "
            "robustness`, or remove the file."
        ) from error


def keep(folder: pathlib.Path, shares: Mapping[str, float]) -> None:
    """Writes shares of bits beside a run; earlier ones of other names stay."""
    known = of_run(folder) | dict(shares)
    text = json.dumps(known, indent=2, sort_keys=True)
    files.write(folder / FILE, text + "\n")
