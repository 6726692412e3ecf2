"""A bar that moves as files are taken; on stderr, where somebody looks."""

import pathlib
from collections.abc import Iterator
from collections.abc import Sequence

import tqdm

from tf_fingerprint.data import found_files


def of_files(
    paths: Sequence[pathlib.Path],
) -> Iterator[found_files.FoundFile]:
    """All files under some paths, with a bar that moves as they are taken."""
    files = list(found_files.found_files(paths))
    yield from tqdm.tqdm(files, desc="attributing", unit="file", disable=None)
