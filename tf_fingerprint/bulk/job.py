"""Whose copies made the pictures of a whole lake? On an engine that exists.

An Apache Beam pipeline reads picture files, decodes them in batches and
attributes them. It runs on this machine, or unchanged on Flink, Spark or
Dataflow: what Beam's options say. There every worker needs this package with
its extra `bulk`, and the folder of the results must be one that all can reach,
such as `gs://bucket/results`; so must the pictures.

Written are, as Parquet in shards,

* `verdicts-*.parquet`: for each picture its path, the SHA-256 of its contents,
  the bits read, and the verdict as `attribute` gives it;
* `unreadable-*.parquet`: for each other picture the path and the reason.

`summary.json`, which is written last, says that all is there. The same
pictures and registry give the same rows again; their order and shards may
differ.
"""

import collections
import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from tf_fingerprint import attribution
from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint import paths
from tf_fingerprint.version import __version__

SUMMARY = "summary.json"
VERDICTS, UNREADABLE = "verdicts", "unreadable"


def attribute_files(
    patterns: Sequence[str],
    *,
    decoder: str | os.PathLike[str],
    candidates: attribution.Candidates,
    to: str | os.PathLike[str],
    channels: int = 3,
    tfrecords: bool = False,
    feature: str | None = None,
    max_false_positive_rate: float = 1e-6,
    batch_size: int = 64,
    options: Sequence[str] = (),
) -> dict[str, Any]:
    """Attributes all pictures that some patterns match; see this module.

    Args:
        patterns: Such as `lake/**.jpg` or `s3://bucket/2026/*`. What several
            match is read once.
        decoder: SavedModel that was made of `export.servables.decoder`.
        candidates: The issued fingerprints of that decoder's generator.
        to: New or empty folder, path or URL.
        channels: Of the pictures that the decoder takes.
        tfrecords: Whether the files are TFRecord files of pictures.
        feature: See `stages.read_records`.
        max_false_positive_rate: Tolerated probability per picture that one
            from elsewhere is attributed to anybody at all.
        batch_size: Pictures decoded at a time, at most.
        options: Beam's, such as `--runner=FlinkRunner`.

    Returns:
        What `summary.json` holds.

    Raises:
        errors.DataError: If a pattern matches nothing.
        errors.RunError: If Beam is not installed, `to` holds something, or the
            pipeline fails; then nothing is left there.
        errors.TooFewBitsError: If nobody could ever be named.
    """
    check_installed()
    from tf_fingerprint.bulk import pipeline
    from tf_fingerprint.bulk import snapshot
    from tf_fingerprint.bulk import stages

    to = os.fspath(to).rstrip("/")
    facts = _facts(candidates, max_false_positive_rate)
    _check_places(patterns, to)
    form = {"resolution": candidates.generator.resolution, "channels": channels}
    with _all_or_nothing(to), _work_folder(to) as work:
        stages.copy_folder(os.fspath(decoder), f"{work}/decoder")
        snapshot.write(candidates, f"{work}/candidates.parquet")
        pipeline.run(
            pipeline.Task(
                *(tuple(patterns), tfrecords, feature, form),
                *(max_false_positive_rate, batch_size, work, to),
            ),
            options,
        )
        summary = facts | _counted(f"{work}/{pipeline.COUNTS}")
        _write_json(summary, f"{to}/{SUMMARY}")
    return summary


def check_installed() -> None:
    """Raises a `RunError` unless what the extra `bulk` brings is there."""
    try:
        import apache_beam  # noqa: F401
        import google_crc32c  # noqa: F401
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise errors.RunError(
            "Bulk attribution needs Apache Beam, PyArrow and google-crc32c. "
            f"One can't be imported: {error}. Install `tf-fingerprint[bulk]`."
        ) from error


def _facts(candidates, max_false_positive_rate):
    """What the summary says of the question, and whether it can be asked."""
    generator = candidates.generator
    num_candidates = max(1, len(candidates))
    threshold = fingerprints.match_threshold(
        generator.num_bits, max_false_positive_rate, num_candidates
    )
    return {
        "made_by": f"tf-fingerprint {__version__}",
        "generator_digest": generator.digest,
        "decoder_digest": generator.decoder_digest,
        "num_candidates": len(candidates),
        "max_false_positive_rate": max_false_positive_rate,
        "threshold": threshold,
    }


def _check_places(patterns, to):
    """Raises unless there is something to read and room to write."""
    from apache_beam.io import filesystem
    from apache_beam.io import filesystems

    try:
        for pattern in patterns:
            [found] = filesystems.FileSystems.match([pattern], [1])
            if not found.metadata_list:
                raise paths.nothing_matches(pattern)
        [found] = filesystems.FileSystems.match([f"{to}/**"], [1])
    except (filesystem.BeamIOError, ValueError) as error:
        raise errors.RunError(
            f"The pictures or {to} can't be reached. {error}. Does the URL's "
            "kind need another extra of apache-beam, such as `gcp` or `aws`?"
        ) from error
    if found.metadata_list:
        raise errors.RunError(
            f"{to}: the verdicts must go into a new or empty folder. There is "
            "something already. Choose another."
        )


@contextlib.contextmanager
def _all_or_nothing(to: str) -> Iterator[None]:
    """Removes what was written if not all could be."""
    try:
        yield
    except BaseException as error:
        _remove(to)
        # Runners fail with errors of many types.
        if not isinstance(error, Exception):
            raise
        if isinstance(error, errors.FingerprintError):
            raise
        raise errors.RunError(
            f"{to}: the pictures could not be attributed. {error} Nothing was "
            "left there."
        ) from error


@contextlib.contextmanager
def _work_folder(to: str) -> Iterator[str]:
    """A folder for what workers read, which is secret; removed after use."""
    # A name of its own: processes keep what they have read by its path.
    work = f"{to}/work-{secrets.token_hex(4)}"
    try:
        yield work
    finally:
        _remove(work)


def _remove(folder: str) -> None:
    """Removes all that is in a folder, and the folder if it is one."""
    from apache_beam.io import filesystems

    if "://" not in folder:
        shutil.rmtree(folder, ignore_errors=True)
        return
    [found] = filesystems.FileSystems.match([f"{folder}/**"])
    if found.metadata_list:
        filesystems.FileSystems.delete(
            [each.path for each in found.metadata_list]
        )


def _counted(prefix: str) -> dict[str, Any]:
    """How the pictures were judged, if that adds up."""
    from apache_beam.io import filesystems

    totals: collections.Counter[str] = collections.Counter()
    by_recipient = []
    [found] = filesystems.FileSystems.match([f"{prefix}*"])
    for each in found.metadata_list:
        with filesystems.FileSystems.open(each.path) as file:
            for line in file.read().splitlines():
                (kind, issuance_id, recipient), count = json.loads(line)
                totals[kind] += count
                if kind == "attributed":
                    by_recipient.append((count, issuance_id, recipient))
    judged = sum(totals[kind] for kind in ("attributed", "revoked", "nobody"))
    if judged != totals["read"]:
        raise errors.RunError(
            f"Every picture that was read must be judged. {totals['read']} "
            f"were read, {judged} judged. Is the engine broken?"
        )
    return {
        "images": totals["read"] + totals["unreadable"],
        "attributed": totals["attributed"],
        "revoked": totals["revoked"],
        "nobody": totals["nobody"],
        "unreadable": totals["unreadable"],
        "by_recipient": [
            {"issuance_id": key, "recipient": recipient, "images": count}
            for count, key, recipient in sorted(
                by_recipient, key=lambda each: (-each[0], each[1])
            )
        ],
    }


def _write_json(summary, path):
    from apache_beam.io import filesystems

    text = json.dumps(summary, indent=2, ensure_ascii=False) + "\n"
    with filesystems.FileSystems.create(f"{path}.draft") as file:
        file.write(text.encode())
    filesystems.FileSystems.rename([f"{path}.draft"], [path])
