"""What must hold before a set is written."""

import os
import pathlib

from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint.artificial import marking as markings
from tf_fingerprint.artificial.marked_sets import naming
from tf_fingerprint.artificial.marked_sets import picture_files
from tf_fingerprint.data import sources


def check(
    run,
    source: str | os.PathLike[str],
    to: str | os.PathLike[str],
    marking: markings.Marking,
    *,
    files: str = "png",
) -> sources.Listing:
    """Raises what keeps a set from being written, but for what `to` holds."""
    if files not in picture_files.KINDS:
        raise ValueError(
            f"`files` must be one of {', '.join(picture_files.KINDS)}. "
            f"Received {files!r}."
        )
    if marking.num_bits != run.record.num_bits:
        raise ValueError(
            f"Fingerprints must have {run.record.num_bits} bits, as the codec "
            f"was trained. Received {marking.num_bits}."
        )
    listing = data.list_pictures(source, run.config.data.resolution)
    _check_apart(source, pathlib.Path(to))
    _check_some(listing, marking, source)
    naming.file_names(listing.names)
    return listing


def _check_apart(source, folder):
    """Raises if the set would be read while it is written."""
    path = pathlib.Path(source).expanduser().resolve()
    target = folder.resolve()
    if path.is_dir() and (target.is_relative_to(path)):
        raise errors.DataError(
            f"{folder}: the set must be written outside of its source. It lies "
            f"in {source}. Choose another folder."
        )


def _check_some(listing, marking, source):
    """Raises where it is known that nothing would be marked."""
    if listing.names is None:
        if marking.only:
            raise errors.DataError(
                f"{source}: with `--only` the source must have sub-folders. "
                "Its pictures have none. Use `--share`, or a folder or zip."
            )
    elif not any(map(marking.marks, listing.names)):
        where = f" in {marking.only}" if marking.only else ""
        raise errors.DataError(
            f"{source}: at least one picture must be marked. Of "
            f"{listing.num_pictures:,} there is none to be{where}. Sub-folders "
            "are named from the source on, such as `--only cats`."
        )
