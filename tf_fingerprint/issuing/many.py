"""Bundles for many recipients at once, which a kill does not undo."""

import collections
import contextlib
import dataclasses
import datetime
import fcntl
import os
import pathlib
import re
import shutil
from collections.abc import Iterator
from collections.abc import Sequence

from export.bundles import writer as bundle_writer
from tf_fingerprint import errors
from tf_fingerprint import registry as registries
from tf_fingerprint.issuing import copies
from tf_fingerprint.issuing import traceability
from tf_fingerprint.registry import commitments
from tf_fingerprint.registry.records import check_name

_LOCK = ".lock"

# What `BundleWriter.write` has under way: `.`, id of the issuance, `.`, token.
_DRAFT = re.compile(r"\.[0-9a-f]{16}\.[0-9a-f]{8}")

# A process takes about as long to start as to write so many.
_BUNDLES_A_PROCESS = 100


@dataclasses.dataclass(frozen=True)
class Bundled:
    """One recipient's bundle.

    `is_new`: whether this call wrote it, and not an earlier one.
    """

    record: registries.IssuanceRecord
    folder: pathlib.Path
    is_new: bool


def workers_for(num_bundles: int) -> int:
    """How many workers write so many bundles soonest on this machine."""
    cores = len(os.sched_getaffinity(0))
    return max(1, min(cores, num_bundles // _BUNDLES_A_PROCESS))


def issue_many(
    writer: bundle_writer.BundleWriter,
    recipients: Sequence[str],
    registry: str | os.PathLike[str],
    *,
    to: str | os.PathLike[str],
    secret: str | os.PathLike[str] | None = None,
    expires_at: datetime.datetime | None = None,
    workers: int = 1,
    untraceable: bool = False,
) -> list[Bundled]:
    """Issues to all recipients, in order; bundles' folders are named by ids.

    All fingerprints are recorded, and the record waited for, before the first
    bundle is written. After a kill or a failure call it again with the same
    arguments: finished bundles stay as they are, and a recipient for whom a
    fingerprint was only reserved gets that one, unless it has expired.

    Args:
        writer: Of the run whose generator is issued.
        recipients: Their names, each once.
        registry: Path or URL; made if there is none.
        to: Folder for the bundles; made if there is none.
        secret: As for `issue`.
        expires_at: Until when they may use their copies; None for ever.
        workers: This process, and so many beside it that they are as many.
            A script that wants several must keep what it does behind
            `if __name__ == "__main__":`, as it is imported in each. See
            `workers_for`.
        untraceable: As for `issue`.

    Raises:
        ValueError: If a name is given twice, is blank, or spans lines, or
            nobody is to work.
        errors.UntraceableError: If the run reads too few bits.
        errors.RunError: If the folder can't be written, or is being written.
        errors.RegistryError: If the registry can't be written.
        errors.ExportError: If a bundle does not do what it should.
    """
    _check(recipients, workers)
    writer.prepare()
    to = pathlib.Path(to)
    with (
        _locked(to),
        registries.open_store(registry, create=True) as store,
    ):
        if not untraceable:
            traceability.check(writer.run, store, len(recipients))
        key = commitments.secret_of(registry, secret, create=True)
        records = _reserved(writer.run, recipients, store, to, expires_at)
        done = {each.id for each in records if (to / each.id).exists()}
        missing = {
            to / each.id: each for each in records if each.id not in done
        }
        copies.delivered(store, writer, missing, key, workers=workers)
        _confirm(store, records)
        return [
            Bundled(store.issuance(each.id), to / each.id, each.id not in done)
            for each in records
        ]


def _check(recipients, workers):
    """Raises a `ValueError` for names that can't be recorded."""
    if workers < 1:
        raise ValueError(f"`workers` must be at least 1. Received {workers}.")
    repeated = [
        name
        for name, count in collections.Counter(recipients).items()
        if count > 1
    ]
    if repeated:
        raise ValueError(
            "`recipients` must be named once each: their bundles could not be "
            f"told apart. {repeated[0]!r} is there twice."
        )
    for name in recipients:
        check_name("recipient", name)


def _reserved(run, recipients, store, to, expires_at):
    """A record for each recipient, of an earlier call or new, all or none."""
    registries.check_generator(store, run.record, may_be_new=True)
    known = collections.defaultdict(list)
    now = datetime.datetime.now(datetime.UTC)
    if any(each.digest == run.generator_digest for each in store.generators()):
        for record in store.issuances(generator_digest=run.generator_digest):
            is_reserved = (
                record.state is registries.State.RESERVED
                and not record.is_expired(now)
            )
            if is_reserved or (to / record.id).exists():
                known[record.recipient].append(record)
    new = [name for name in recipients if name not in known]
    for record in copies.recorded(store, run, new, expires_at):
        known[record.recipient].append(record)
    return [known[name][-1] for name in recipients]


def _confirm(store, records):
    """Confirms also what an earlier call wrote and had no time to confirm."""
    for record in records:
        if record.state is registries.State.RESERVED:
            registries.confirm(store, record.id)


@contextlib.contextmanager
def _locked(folder: pathlib.Path) -> Iterator[None]:
    """The folder for this process alone, without what a kill left there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / _LOCK, "wb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise errors.RunError(
                    f"{folder}: another process is writing bundles there. "
                    "Wait for it, or choose another folder."
                ) from error
            for path in folder.iterdir():
                if _DRAFT.fullmatch(path.name):
                    shutil.rmtree(path)
            yield
    except OSError as error:
        raise errors.RunError(
            f"{folder}: bundles can't be written there. {error}. Choose "
            "another folder."
        ) from error
