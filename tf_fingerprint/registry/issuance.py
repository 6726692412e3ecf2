"""Handing out fingerprints."""

import datetime
import secrets
from collections.abc import Callable

import numpy.typing as npt

from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint.registry.records import IN_USE
from tf_fingerprint.registry.records import GeneratorRecord
from tf_fingerprint.registry.records import IssuanceRecord
from tf_fingerprint.registry.records import State
from tf_fingerprint.registry.stores import Store

_MAX_DRAWS = 32


def issue(
    store: Store,
    recipient: str,
    *,
    generator: GeneratorRecord,
    draw: Callable[[int], npt.ArrayLike] = fingerprints.random_bits,
) -> IssuanceRecord:
    """Draws a fingerprint, records it, and only then hands it out.

    In that order: a fingerprint in the wild that nobody remembers issuing can
    never be attributed, while a recorded one that never shipped costs nothing.
    Once the sealed copy is delivered, `confirm` says so; `unfinished` names the
    issuances for which that never happened.

    A fingerprint that is taken is drawn again, which 8-bit trials need now and
    then and 128-bit fingerprints never.

    Args:
        store: Where the issuance is recorded.
        recipient: Party that will receive the generator instance.
        generator: What the fingerprint will be sealed into.
        draw: Draws a fingerprint, `(num_bits,)` of 0 and 1, given its length.

    Returns:
        The record, already stored, in state `reserved`.

    Raises:
        ValueError: If `recipient` is blank or spans lines.
        errors.FingerprintTakenError: If many draws in a row were taken. From 64
            bits on, that is a broken random source.
    """
    for _ in range(_MAX_DRAWS):
        record = IssuanceRecord(
            id=secrets.token_hex(8),
            fingerprint=fingerprints.to_hex(draw(generator.num_bits)),
            recipient=recipient,
            issued_at=datetime.datetime.now(datetime.UTC),
            generator=generator,
        )
        try:
            store.append([record])
        except errors.FingerprintTakenError:
            continue
        return record
    raise errors.FingerprintTakenError(
        f"{_MAX_DRAWS} fingerprints of {generator.num_bits} bits were drawn, "
        "and all had been issued before. Nothing was recorded. "
        + (
            "Suspect the random source."
            if generator.num_bits >= 64
            else "Use longer fingerprints."
        )
    )


def confirm(store: Store, issuance_id: str) -> IssuanceRecord:
    """Records that the sealed copy has been delivered.

    May be called again, for instance after a crash between the delivery and
    this call.

    Args:
        store: Where the issuance was recorded.
        issuance_id: The record's `id`.

    Returns:
        The record, now in state `issued`.

    Raises:
        errors.RegistryError: If there is no such issuance.
    """
    return store.change_state(
        issuance_id, before=[State.RESERVED], after=State.ISSUED
    )


def revoke(
    store: Store, issuance_id: str, *, reason: str = ""
) -> IssuanceRecord:
    """Withdraws an issuance; its fingerprint is never given out again.

    The copy may be in the wild all the same, so attribution keeps counting it
    as a candidate and says in the verdict that it was revoked. Revoking what is
    revoked already changes nothing.

    Args:
        store: Where the issuance was recorded.
        issuance_id: The record's `id`.
        reason: Why, for whoever reads the history.

    Returns:
        The record, now in state `revoked`.

    Raises:
        errors.RegistryError: If there is no such issuance, or it was retired.
    """
    return store.change_state(
        issuance_id,
        before=IN_USE,
        after=State.REVOKED,
        reason=reason,
    )


def unfinished(store: Store) -> list[IssuanceRecord]:
    """Reservations never confirmed, first recorded first.

    Their sealed copies are being made right now, or a crash came between the
    reservation and the confirmation. Whether the copy got out, the registry
    can't know: attribution counts them as candidates.

    Args:
        store: The registry to look through.

    Returns:
        The records in state `reserved`.
    """
    return store.issuances(state=State.RESERVED)
