"""What recipient and owner ask of a bundle. Needs no TensorFlow."""

import dataclasses
import os
import pathlib
from collections.abc import Mapping
from typing import Any

from export.bundles import manifest
from export.bundles import signing
from tf_fingerprint import errors
from tf_fingerprint import registry as registries
from tf_fingerprint.registry import commitments


@dataclasses.dataclass(frozen=True)
class Verified:
    """A bundle whose files are as they were written.

    `signature`: "valid", "not checked" if no public key was given, or "none".
    """

    folder: pathlib.Path
    manifest: Mapping[str, Any]
    signature: str


def verify(
    folder: str | os.PathLike[str],
    *,
    public_key: str | os.PathLike[str] | None = None,
) -> Verified:
    """Checks every file of a bundle, and its signature if a key is given.

    Without a key this finds damage, not malice: whoever changes a file can
    change the manifest too.

    Args:
        folder: The bundle.
        public_key: PEM file of whoever signed it.

    Raises:
        errors.ExportError: Naming the first file that was changed, added or
            removed; or if the signature is missing or not valid.
    """
    folder = pathlib.Path(folder)
    held = manifest.check(folder)
    if public_key is not None:
        signing.check(folder, public_key)
        return Verified(folder, held, "valid")
    is_signed = (folder / manifest.SIGNATURE).exists()
    return Verified(folder, held, "not checked" if is_signed else "none")


def open_commitment(
    folder: str | os.PathLike[str],
    registry: str | os.PathLike[str],
    *,
    secret: str | os.PathLike[str] | None = None,
) -> registries.IssuanceRecord:
    """Shows that a bundle was committed to what the registry says was issued.

    Args:
        folder: The bundle, or a folder with its manifest.
        registry: Path or URL.
        secret: File with the secret that salts are derived from; beside the
            registry if not given.

    Returns:
        The record of the issuance, with its fingerprint.

    Raises:
        errors.ExportError: If the commitment is to something else.
        errors.RegistryError: If registry or secret can't be read, or the
            issuance is not in it.
    """
    held = manifest.read(folder)
    key = commitments.secret_of(registry, secret)
    with registries.open_store(registry) as store:
        record = store.vouched(store.issuance(held["issuance_id"]))
    salt = commitments.salt(key, record.id)
    if not commitments.opens(held["commitment"], record, salt):
        raise errors.ExportError(
            f"{folder}: the commitment in {manifest.MANIFEST} must be to the "
            f"fingerprint that the registry holds for {record.id}. It is to "
            "another, or was made with another secret. Was the registry or "
            "the manifest changed?"
        )
    return record
