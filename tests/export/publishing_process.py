"""Publishes versions of two files for ever; run as a script.

Without TensorFlow: `export.publishing.versions` alone is loaded, by its path.
"""

import hashlib
import importlib.util
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).parents[2]


def load_versions():
    path = ROOT / "export" / "publishing" / "versions.py"
    spec = importlib.util.spec_from_file_location("versions", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def fill(draft):
    """Two files; the second one says what is in the first."""
    content = os.urandom(1 << 16)
    (draft / "variables").mkdir()
    with open(draft / "variables" / "data", "wb") as file:
        for start in range(0, len(content), 1 << 12):
            file.write(content[start : start + (1 << 12)])
            file.flush()
    digest = hashlib.sha256(content).hexdigest()
    (draft / "digest").write_text(digest)


def is_whole(version):
    content = (version / "variables" / "data").read_bytes()
    digest = (version / "digest").read_text()
    return hashlib.sha256(content).hexdigest() == digest


def main(base, count, keep):
    versions = load_versions()
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(count):
        path = versions.add(pathlib.Path(base), fill, keep=keep)
        print(path.name, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
