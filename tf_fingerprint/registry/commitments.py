"""Commitments: what a bundle says about its fingerprint without telling it.

    commitment = HMAC-SHA256(salt, issuance id | generator digest | fingerprint)
    salt       = HMAC-SHA256(secret, issuance id)

A recipient who holds the commitment learns nothing about the fingerprint, and
can't test a guess: also not one that is nearly right, as a decoder that reads
120 of 128 bits would give. The owner can't claim another fingerprint later.
To prove a claim the owner shows the record and this one salt; all other
commitments stay closed.

The salts are derived from one secret that lies in a file beside the registry,
and not drawn and kept with each bundle: a thousand receipts are a thousand
files to lose, and each would lie next to the bundle that is sent away. Back the
secret up with the registry. Without it no commitment can be opened, while
attribution goes on as before.
"""

import contextlib
import hashlib
import hmac
import os
import pathlib
import secrets

from tf_fingerprint import errors
from tf_fingerprint.registry import sqlite
from tf_fingerprint.registry import urls
from tf_fingerprint.registry.records import IssuanceRecord

NUM_BYTES = 32


def secret_path(registry: str | os.PathLike[str]) -> pathlib.Path:
    """Where the secret of a registry in a SQLite file is: beside it."""
    text = os.fspath(registry)
    scheme = urls.scheme(text)
    if scheme not in (None, "sqlite"):
        raise errors.RegistryError(
            "The secret of the commitments lies beside a registry that is a "
            f"file. Received a URL of {scheme}. Say with "
            "`secret` (`--secret FILE`) where it is to be."
        )
    path = sqlite.file_path(registry)
    return path.with_name(f"{path.name}.secret")


def secret_of(
    registry: object,
    path: str | os.PathLike[str] | None = None,
    *,
    create: bool = False,
) -> bytes:
    """Reads the secret that goes with a registry.

    `path`: the secret's file; beside the registry if not given. Returns 32
    bytes.
    """
    if path is None:
        if not isinstance(registry, str | os.PathLike):
            raise ValueError(
                "`secret` must say where the secret of the commitments is, if "
                "the registry is not named by its path. Received neither."
            )
        path = secret_path(registry)
    return read_secret(path, create=create)


def read_secret(path: str | os.PathLike[str], *, create: bool = False) -> bytes:
    """Reads the secret that salts are derived from.

    `create`: whether to draw one if there is none, readable for its owner only.
    Of two processes that do so at once, both get the same. Returns 32 bytes.
    """
    path = pathlib.Path(path)
    try:
        if create and not path.exists():
            _create(path)
        secret = path.read_bytes()
    except FileNotFoundError as error:
        raise errors.RegistryError(
            f"{path}: there is no such file. It holds the secret that the "
            "salts of commitments are derived from, and lies beside the "
            "registry. Restore it from a backup."
        ) from error
    except OSError as error:
        raise errors.RegistryError(
            f"{path}: the secret of the commitments can't be read or written. "
            f"{error}."
        ) from error
    if len(secret) != NUM_BYTES:
        raise errors.RegistryError(
            f"{path}: the secret of the commitments must have {NUM_BYTES} "
            f"bytes. This file has {len(secret)}. Restore it from a backup."
        )
    return secret


def salt(secret: bytes, issuance_id: str) -> bytes:
    """The salt of one issuance.

    Returns 32 bytes, which say nothing about the secret.
    """
    return hmac.digest(secret, issuance_id.encode(), hashlib.sha256)


def commit(record: IssuanceRecord, salt: bytes) -> str:
    """The commitment to a record's fingerprint.

    `salt`: 32 bytes; always as many, or two would make the same commitment.
    """
    if len(salt) != NUM_BYTES:
        raise ValueError(
            f"`salt` must have {NUM_BYTES} bytes. Received {len(salt)}."
        )
    committed = f"{record.id}|{record.generator.digest}|{record.fingerprint}"
    return hmac.digest(salt, committed.encode(), hashlib.sha256).hex()


def opens(commitment: str, record: IssuanceRecord, salt: bytes) -> bool:
    """Whether a commitment is to this record's fingerprint."""
    return hmac.compare_digest(commitment, commit(record, salt))


def _create(path):
    """Puts a new secret into place, unless another process was faster."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
            file.write(secrets.token_bytes(NUM_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
