"""Recomputes reports from the registry alone, without any network."""

import contextlib
import json
import os
import pathlib
from collections.abc import Iterator
from typing import Any

from tf_fingerprint import attribution
from tf_fingerprint import calibration as calibrations
from tf_fingerprint import errors
from tf_fingerprint import registry
from tf_fingerprint.evidence import checks
from tf_fingerprint.evidence import folders
from tf_fingerprint.evidence import snapshots


def verify(
    folder: str | os.PathLike[str], url: str | os.PathLike[str] | None = None
) -> Iterator[tuple[str, str]]:
    """Recomputes everything in a folder of evidence.

    What it cannot check is that the decoder reads these logits in the image:
    for that, decode the image again with the run's decoder. Nor does it look
    at the signature, which is `export.bundles.signing.check`'s to do.

    Args:
        folder: What `attribute --evidence` wrote.
        url: The registry. Without one, only what the folder holds is checked
            against itself.

    Returns:
        An iterator over the reports' names and what was found in each; that on
        all images together comes last.

    Raises:
        errors.EvidenceError: At the first disagreement, which it names.
        errors.RegistryError: If the registry can't be opened.
        errors.CalibrationError: If the calibration can't be read.
    """
    folder = pathlib.Path(folder)
    _check_files(folder)
    calibration = None
    if (folder / folders.CALIBRATION).exists():
        calibration = calibrations.load(folder / folders.CALIBRATION)
    with contextlib.ExitStack() as stack:
        known = None
        if url is not None:
            store = stack.enter_context(registry.open_store(url))
            known = _Known(store)
        members: dict[str, Any] = {}
        for path in _reports(folder):
            name = path.relative_to(folder).as_posix()
            report = _read(path, name)
            with _complete(name):
                if path.parent.name == folders.TOGETHER:
                    logits = checks.check_images(path, name, report, members)
                else:
                    logits = checks.check_image(path, name, report)
                    members[path.parent.name] = report, logits
                checks.check_figures(name, report, calibration)
                if known is not None:
                    checks.check_verdict(
                        name,
                        report,
                        logits,
                        calibration,
                        known.candidates(name, report["registry"]),
                        known.store,
                    )
            yield path.parent.name, report["verdict"]["finding"]


def _reports(folder):
    """All reports, that on all images together last."""
    return sorted(
        folder.glob(f"*/{folders.REPORT}"),
        # The ten thousandth has five digits.
        key=lambda path: (
            path.parent.name == folders.TOGETHER,
            len(path.parent.name),
            path,
        ),
    )


@contextlib.contextmanager
def _complete(name: str) -> Iterator[None]:
    """Tells of what a report lacks, or holds in another form."""
    try:
        yield
    except (LookupError, TypeError, ValueError, OSError) as error:
        raise checks.disagreement(
            name, "a complete report", f"{type(error).__name__}: {error}"
        ) from error


class _Known:
    """A registry, and what it held when reports were written."""

    def __init__(self, store: registry.Store):
        self.store = store
        self._candidates: dict[str, attribution.Candidates] = {}

    def candidates(self, name, expected):
        """Those that a report was based on; checked once for many reports."""
        key = json.dumps(expected, sort_keys=True)
        if key not in self._candidates:
            try:
                found = snapshots.restored(self.store, expected)
            except errors.EvidenceError as error:
                raise errors.EvidenceError(f"{name}: {error}") from error
            self._candidates[key] = found
        return self._candidates[key]


def _check_files(folder):
    """Every file must be there, unchanged, and nothing else."""
    expected = _read(folder / folders.MANIFEST, folders.MANIFEST)
    found = folders.digests(folder)
    if not isinstance(expected, dict):
        raise checks.disagreement(
            folders.MANIFEST, "digests by name", "another thing"
        )
    for name in sorted(expected.keys() | found.keys()):
        if expected.get(name) != found.get(name):
            raise checks.disagreement(
                name,
                f"SHA-256 {str(expected.get(name, 'none'))[:12]}, as in "
                f"{folders.MANIFEST}",
                f"{found.get(name, 'no such file')[:12]}",
            )
    if not any(name.endswith(f"/{folders.REPORT}") for name in expected):
        raise checks.disagreement(
            folders.MANIFEST, "at least one report", "none"
        )


def _read(path, name):
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise checks.disagreement(
            name, "a file that can be read", error.strerror
        ) from error
    except ValueError as error:
        raise checks.disagreement(name, "JSON", str(error)) from error
