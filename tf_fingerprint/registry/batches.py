"""Issuing to a whole list of recipients, which a kill may interrupt."""

import datetime
import functools
import hashlib
from collections.abc import Sequence

from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint.registry.issuance import Draw
from tf_fingerprint.registry.issuance import record_fresh
from tf_fingerprint.registry.records import GeneratorRecord
from tf_fingerprint.registry.records import IssuanceRecord
from tf_fingerprint.registry.records import check_name
from tf_fingerprint.registry.spacing import DEFAULT_SPACING
from tf_fingerprint.registry.spacing import Spacing
from tf_fingerprint.registry.stores import Store

_LINES_AT_ONCE = 1000


def issue_many(
    store: Store,
    recipients: Sequence[str],
    *,
    generator: GeneratorRecord,
    batch: str | None = None,
    draw: Draw = fingerprints.random_bits,
    spacing: Spacing = DEFAULT_SPACING,
    expires_at: datetime.datetime | None = None,
    lines_at_once: int = _LINES_AT_ONCE,
) -> list[IssuanceRecord]:
    """Issues one fingerprint a line of a list, each line once and for all.

    Lines are recorded many at a time, all or none of them. Called again with
    the same list, after a kill or for no reason, it goes on where it stopped:
    every line has one issuance in the end, whatever happened in between, also
    if two processes do it at once.

    Args:
        store: Where the issuances are recorded.
        recipients: One a line, the first line being 1. One name may stand in
            several lines.
        generator: What the fingerprints will be sealed into.
        batch: Names the list. A list of that name may grow at its end. If not
            given, the name is a digest of list and generator, so that a list
            that was changed is another.
        draw: As for `issue`.
        spacing: As for `issue`, like `expires_at`.
        expires_at: Of all.
        lines_at_once: Lines of one transaction.

    Returns:
        The record of each line, in order, those recorded earlier included.

    Raises:
        ValueError: If a line is no recipient's name. Nothing is recorded then.
        errors.RegistryError: If a line of that batch was issued to somebody
            else before, or for another generator.
        errors.FingerprintTakenError: As `issue` does.
    """
    for line, recipient in enumerate(recipients, 1):
        check_name(f"line {line} of `recipients`", recipient)
    if batch is None:
        batch = default_batch(recipients, generator)
    check_name("batch", batch)
    lines = _lines(recipients, batch, expires_at)
    record = functools.partial(
        record_fresh, generator=generator, draw=draw, spacing=spacing
    )
    while True:
        done = _done(store, recipients, generator, batch)
        missing = [line for line in lines if line["batch_line"] not in done]
        if not missing:
            return [done[line["batch_line"]] for line in lines]
        try:
            for start in range(0, len(missing), lines_at_once):
                part = missing[start : start + lines_at_once]
                record(store, part)
        except errors.BatchTakenError:
            continue  # Another process is at it; see what is left.


def _lines(recipients, batch, expires_at):
    """What else the record of each line holds."""
    same = {"expires_at": expires_at, "batch": batch}
    return [
        {"recipient": recipient, "batch_line": line, **same}
        for line, recipient in enumerate(recipients, 1)
    ]


def default_batch(recipients: Sequence[str], generator: GeneratorRecord) -> str:
    """Names a list of recipients by what stands in it.

    Args:
        recipients: One a line.
        generator: What they are issued from.

    Returns:
        32 hexadecimal digits.
    """
    text = "\n".join([generator.digest, *recipients])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _done(store, recipients, generator, batch):
    """The records of the batch so far, by line."""
    done = {
        record.batch_line: record for record in store.issuances(batch=batch)
    }
    for line, record in done.items():
        if line > len(recipients):
            continue  # The list was longer, or is given in part.
        if record.recipient != recipients[line - 1]:
            raise errors.RegistryError(
                f"Line {line} of the batch {batch} must stay the same: it was "
                f"issued to {record.recipient!r}. Received "
                f"{recipients[line - 1]!r}. Give another list another name."
            )
        if record.generator != generator:
            raise errors.RegistryError(
                f"The batch {batch} must stay with its generator "
                f"{record.generator.digest[:12]}. Received "
                f"{generator.digest[:12]}. Give another list another name."
            )
    return done
