"""Handing out fingerprints."""

import dataclasses
import datetime
import secrets
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint.registry import audit
from tf_fingerprint.registry.records import IN_USE
from tf_fingerprint.registry.records import GeneratorRecord
from tf_fingerprint.registry.records import IssuanceRecord
from tf_fingerprint.registry.records import State
from tf_fingerprint.registry.spacing import DEFAULT_SPACING
from tf_fingerprint.registry.spacing import Spacing
from tf_fingerprint.registry.stores import Store

_MAX_DRAWS = 32

Draw = Callable[[int], npt.ArrayLike]


def issue(
    store: Store,
    recipient: str,
    *,
    generator: GeneratorRecord,
    draw: Draw = fingerprints.random_bits,
    spacing: Spacing = DEFAULT_SPACING,
    expires_at: datetime.datetime | None = None,
) -> IssuanceRecord:
    """Draws a fingerprint, records it, and only then hands it out.

    In that order: a fingerprint in the wild that nobody remembers issuing can
    never be attributed, while a recorded one that never shipped costs nothing.
    Once the sealed copy is delivered, `confirm` says so; `unfinished` names the
    issuances for which that never happened.

    A fingerprint that is taken, or too like one that is, is drawn again, which
    8-bit trials need now and then and 128-bit fingerprints hardly ever.

    Args:
        store: Where the issuance is recorded.
        recipient: Party that will receive the generator instance.
        generator: What the fingerprint will be sealed into.
        draw: Draws a fingerprint, `(num_bits,)` of 0 and 1, given its length.
        spacing: How far it keeps from issued and from forbidden ones.
        expires_at: Until when the recipient may use it; None for ever.

    Returns:
        The record, already stored, in state `reserved`.

    Raises:
        ValueError: If `recipient` is blank or spans lines.
        errors.FingerprintTakenError: If many draws in a row were taken. From 64
            bits on, that is a broken random source, or too wide a spacing.
    """
    about = {"recipient": recipient, "expires_at": expires_at}
    [record] = record_fresh(
        store, [about], generator=generator, draw=draw, spacing=spacing
    )
    return record


def record_fresh(
    store: Store,
    about: Sequence[Mapping[str, Any]],
    *,
    generator: GeneratorRecord,
    draw: Draw,
    spacing: Spacing,
    replaced: str | None = None,
) -> list[IssuanceRecord]:
    """Draws fingerprints and records them: all or none."""
    rest: dict[str, Any] = {
        "issued_at": datetime.datetime.now(datetime.UTC),
        "issued_by": audit.actor(),
        "generator": generator,
    }
    records = [
        IssuanceRecord(
            id=secrets.token_hex(8),
            fingerprint=_drawn(generator.num_bits, draw, spacing),
            **each,
            **rest,
        )
        for each in about
    ]
    for _ in range(_MAX_DRAWS):
        try:
            store.append(
                records,
                min_distance=spacing.between(generator.num_bits),
                replaced=replaced,
            )
        except errors.FingerprintTakenError as error:
            for place in error.places or range(len(records)):
                fresh = _drawn(generator.num_bits, draw, spacing)
                records[place] = dataclasses.replace(
                    records[place], fingerprint=fresh
                )
            continue
        return records
    raise _nothing_free(generator.num_bits)


def _drawn(num_bits, draw, spacing):
    """A fingerprint away from all that is forbidden, in hexadecimal."""
    for _ in range(_MAX_DRAWS):
        bits = fingerprints.check_bits(draw(num_bits))
        if spacing.allows(bits):
            return fingerprints.to_hex(bits)
    raise _nothing_free(num_bits)


def _nothing_free(num_bits):
    return errors.FingerprintTakenError(
        f"{_MAX_DRAWS} times fingerprints of {num_bits} bits were drawn, and "
        "each time one was forbidden or had been issued before, or was too "
        "like such a one. Nothing was recorded. "
        + (
            "Suspect the random source, or ask for less distance."
            if num_bits >= 64
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


def rotate(
    store: Store,
    issuance_id: str,
    *,
    draw: Draw = fingerprints.random_bits,
    spacing: Spacing = DEFAULT_SPACING,
    expires_at: datetime.datetime | None = None,
) -> IssuanceRecord:
    """Retires an issuance and issues to its recipient afresh: both or neither.

    The old fingerprint stays a candidate of attribution, in state `retired`.

    Args:
        store: Where the issuance was recorded.
        issuance_id: The old record's `id`.
        draw: As for `issue`.
        spacing: As for `issue`.
        expires_at: Until when the recipient may use the new one; as long as
            the old one if not given.

    Returns:
        The new record, in state `reserved`.

    Raises:
        errors.RegistryError: If there is no such issuance, or it was revoked or
            retired before.
    """
    old = store.issuance(issuance_id)
    about = {
        "recipient": old.recipient,
        "expires_at": expires_at or old.expires_at,
    }
    [record] = record_fresh(
        store,
        [about],
        generator=old.generator,
        draw=draw,
        spacing=spacing,
        replaced=old.id,
    )
    return record


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
