"""Sets of pictures for recipients: the fingerprint recorded, then written."""

import datetime
import os
import pathlib
from collections.abc import Callable
from typing import Any

from tf_fingerprint import calibration
from tf_fingerprint import errors
from tf_fingerprint import registry as registries
from tf_fingerprint.artificial.marked_sets import places

_IN_USE = (registries.State.RESERVED, registries.State.ISSUED)

# Writes a set, given the record of its fingerprint.
Embed = Callable[[registries.IssuanceRecord], dict[str, Any]]


def embed_for(
    run,
    store: registries.Store,
    to: str | os.PathLike[str],
    embed: Embed,
    *,
    check: Callable[[], object],
    recipient: str | None = None,
    reserved: str | None = None,
    resume: bool = False,
    expires_at: datetime.datetime | None = None,
) -> dict[str, Any]:
    """Writes the set from which a recipient's generator will be trained.

    A fresh fingerprint is recorded as reserved before anything is written, and
    as issued when all is. A set that is gone on with keeps the one that it was
    begun with.

    `check`: raises what keeps it from being written, before a fingerprint is
    recorded for nothing; `reserved`: instead, the id of an issuance that was
    only reserved; `expires_at`: until when a fresh fingerprint may be used;
    None for ever.
    """
    registries.check_generator(store, run.record, may_be_new=True)
    record = _begun(store, to) if resume else None
    if record is not None:
        _check_asked(record, to, recipient, reserved)
    elif reserved is not None:
        record = store.issuance(reserved)
        if record.state is not registries.State.RESERVED:
            raise errors.RegistryError(
                f"Issuance {record.id} must be reserved, for a set to be "
                f"written with it. It is {record.state}. Issue afresh."
            )
    else:
        check()
        places.check_free(pathlib.Path(to), resume=resume)
        record = registries.issue(
            store,
            recipient or "",
            generator=run.record,
            draw=calibration.drawing(run.calibration),
            expires_at=expires_at,
        )
        store.flush()  # Before a picture has it.
    _check_usable(record, run)
    manifest = embed(record)
    if record.state is registries.State.RESERVED:
        registries.confirm(store, record.id)
        store.flush()
    return manifest


def _begun(store, to):
    """The issuance that a set was begun with, if it was begun."""
    settings = places.begun_with(to)
    if settings is None:
        return None
    if settings["issuance_id"] is None:
        raise errors.RunError(
            f"{to}: a set must be finished with what it was begun with, which "
            "was no recipient's fingerprint. Call as at first, or write to "
            "another folder."
        )
    return store.issuance(settings["issuance_id"])


def _check_asked(record, to, recipient, reserved):
    if (reserved or record.id) != record.id or (
        recipient or record.recipient
    ) != record.recipient:
        raise errors.RunError(
            f"{to}: a set must be finished for whom it was begun: "
            f"{record.recipient}, issuance {record.id}. Received "
            f"{reserved or recipient}. Write to another folder."
        )


def _check_usable(record, run):
    if record.generator != run.record:
        raise errors.RegistryError(
            f"Issuance {record.id} must be of the codec, "
            f"{run.record.digest[:12]}. It is of {record.generator.digest[:12]}"
            ". Give that one's run."
        )
    if record.state not in _IN_USE:
        raise errors.RegistryError(
            f"Issuance {record.id} must be in use, for a set to be written "
            f"with it. It is {record.state}. Issue afresh to another folder."
        )
    if record.is_expired(datetime.datetime.now(datetime.UTC)):
        raise errors.RegistryError(
            f"Issuance {record.id} must not be expired, for a set to be "
            f"written with it. It held until {record.expires_at:%Y-%m-%d}. Set "
            "another time with `registry expire`."
        )
