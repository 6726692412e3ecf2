"""What a forger does to evidence."""

import hashlib
import json
import shutil

import pytest

from tf_fingerprint import evidence


@pytest.fixture
def folder(kept, tmp_path):
    """A copy of it to spoil."""
    shutil.copytree(kept, tmp_path / "copy")
    return tmp_path / "copy"


def verify(folder, with_registry=True):
    url = folder / "registry.db" if with_registry else None
    return list(evidence.verify(folder / "evidence", url))


def digest_again(folder):
    """What a forger does after a change: digests that fit."""
    files = sorted(
        path
        for path in (folder / "evidence").rglob("*")
        if path.is_file() and path.name not in ("manifest.json", "model.sig")
    )
    digests = {
        path.relative_to(folder / "evidence").as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in files
    }
    manifest = folder / "evidence" / "manifest.json"
    manifest.write_text(json.dumps(digests))


def change(folder, *keys, to, name="0001"):
    """Changes a report, and makes page and manifest fit."""
    place = folder / "evidence" / name
    report = json.loads((place / "report.json").read_text())
    part = report
    for key in keys[:-1]:
        part = part[key]
    part[keys[-1]] = to(part[keys[-1]]) if callable(to) else to
    (place / "report.json").write_text(json.dumps(report))
    shown = [each["report"] for each in report.get("images", ())] or [name]
    contents = [(place.parent / each / "image").read_bytes() for each in shown]
    page = evidence.page(report, contents)
    (place / "report.html").write_text(page)
    digest_again(folder)
