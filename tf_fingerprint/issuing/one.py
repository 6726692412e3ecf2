"""Handing sealed copies out: recorded first, then written."""

import dataclasses
import datetime
import os
import pathlib
from collections.abc import Collection

import keras

from tf_fingerprint import errors
from tf_fingerprint import files
from tf_fingerprint import registry as registries
from tf_fingerprint.issuing import copies
from tf_fingerprint.issuing import delivery
from tf_fingerprint.issuing import traceability
from tf_fingerprint.registry import commitments


@dataclasses.dataclass(frozen=True)
class Issued:
    """A sealed instance, its record, and the folder it lies in, if any."""

    record: registries.IssuanceRecord
    instance: keras.Model
    folder: pathlib.Path | None


def issue(
    run,
    recipient: str,
    registry: registries.Registry,
    *,
    to: str | os.PathLike[str] | None = None,
    formats: Collection[str] = (),
    sign_with: str | os.PathLike[str] | None = None,
    secret: str | os.PathLike[str] | None = None,
    expires_at: datetime.datetime | None = None,
    untraceable: bool = False,
) -> Issued:
    """Records a fresh fingerprint, seals it in, hands the instance out.

    Args:
        run: `scalable.Run`.
        recipient: Party that receives the instance.
        registry: Path, URL or opened registry; made if there is none.
        to: New or empty folder for the bundle. If not given, nothing is
            written, and returning it counts as delivery.
        formats: Beside Keras and SavedModel: "tflite", "onnx".
        sign_with: PEM file of a private key for the bundle's signature.
        secret: File with the commitments' secret; made if there is none. Beside
            the registry, which is named by its path then, if not given.
        expires_at: Until when the recipient may use it; None for ever.
        untraceable: Whether to go on though the run reads too few bits for
            a picture to be traced to the copy.

    Raises:
        ValueError: If `recipient` is blank or spans lines, or a format unknown.
        errors.UntraceableError: If the run reads too few bits.
        errors.RunError: If `to` holds something, or can't be written; then
            the fingerprint stays reserved.
        errors.RegistryError: If the registry can't be written.
        errors.ExportError: If the bundle can't be signed, or does not make
            pictures with the fingerprint.
    """
    folder = None if to is None else pathlib.Path(to)
    if folder is not None:
        files.check_new(folder, "an instance")
        writer = delivery.bundle_writer(run, formats, sign_with)
        writer.prepare()
    with registries.opened(registry, create=True) as store:
        registries.check_generator(store, run.record, may_be_new=True)
        if not untraceable:
            traceability.check(run, store)
        if folder is not None:
            key = commitments.secret_of(registry, secret, create=True)
        [record] = copies.recorded(store, run, [recipient], expires_at)
        if folder is not None:
            [record] = copies.delivered(store, writer, {folder: record}, key)
        else:
            store.flush()
            record = registries.confirm(store, record.id)
    return Issued(record, run.seal(record.bits), folder)


def hand_out(
    run,
    issuance_id: str,
    registry: registries.Registry,
    *,
    to: str | os.PathLike[str],
    formats: Collection[str] = (),
    sign_with: str | os.PathLike[str] | None = None,
    secret: str | os.PathLike[str] | None = None,
    untraceable: bool = False,
) -> Issued:
    """Hands out the copy for which a fingerprint was only reserved.

    Args:
        run: `scalable.Run`.
        issuance_id: The reservation's id.
        registry: Path, URL or opened registry.
        to: New or empty folder for the bundle.
        formats: As for `issue`.
        sign_with: As for `issue`.
        secret: As for `issue`.
        untraceable: As for `issue`.

    Raises:
        ValueError: If a format is not known.
        errors.RegistryError: If there is no such issuance, or it is not
            reserved, of another generator, or expired.
        errors.RunError, errors.ExportError: As `issue` does. The fingerprint
            stays reserved.
    """
    folder = pathlib.Path(to)
    files.check_new(folder, "an instance")
    with registries.opened(registry) as store:
        registries.check_generator(store, run.record)
        if not untraceable:
            traceability.check(run, store, num_more=0)
        record = store.issuance(issuance_id)
        _check_reserved(record, run)
        writer = delivery.bundle_writer(run, formats, sign_with)
        key = commitments.secret_of(registry, secret, create=True)
        [record] = copies.delivered(store, writer, {folder: record}, key)
    return Issued(record, run.seal(record.bits), folder)


def _check_reserved(record, run):
    """Raises a `RegistryError` unless a copy may be made of it."""
    if record.state is not registries.State.RESERVED:
        raise errors.RegistryError(
            f"Issuance {record.id} must be reserved, for its copy to be handed "
            f"out. It is {record.state}. Issue afresh, or `registry rotate` it."
        )
    if record.generator != run.record:
        raise errors.RegistryError(
            f"Issuance {record.id} must be of the run's generator, "
            f"{run.generator_digest[:12]}. It is of "
            f"{record.generator.digest[:12]}. Give that one's run."
        )
    if record.is_expired(datetime.datetime.now(datetime.UTC)):
        raise errors.RegistryError(
            f"Issuance {record.id} must not be expired, for its copy to be "
            f"handed out. It held until {record.expires_at:%Y-%m-%d}. Set "
            "another time with `registry expire`, or revoke it."
        )
