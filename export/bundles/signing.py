"""Signatures of bundles and evidence, as OpenSSF's model-signing makes them.

`model_signing verify key DIR --signature DIR/model.sig --public_key KEY` checks
them as well: others need nothing of ours for it. By itself it passes over what
git leaves at the top, such as `.gitignore`, which is refused here as any other
file that was added; `--no-ignore-git-paths` makes it as strict.
"""

import os
import pathlib

from export.bundles import manifest
from tf_fingerprint import errors


class Signer:
    """Signs folders with a private key on an elliptic curve.

    `private_key`: PEM file, not encrypted, of a key on P-256, P-384 or P-521,
    such as `openssl ecparam -name prime256v1 -genkey` writes.
    """

    def __init__(self, private_key: str | os.PathLike[str]):
        signing = _model_signing("signing")
        try:
            self._config = signing.Config().use_elliptic_key_signer(
                private_key=private_key
            )
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise _unusable(private_key, error) from error
        self._config.set_hashing_config(_hashing())

    def sign(self, folder: pathlib.Path) -> None:
        """Writes `model.sig`, a signature over all other files of a folder."""
        self._config.sign(folder, folder / manifest.SIGNATURE)


def check_readable(private_key: str | os.PathLike[str]) -> None:
    """Raises an `ExportError` if there is no such file, and no more."""
    try:
        with open(private_key, "rb"):
            pass
    except OSError as error:
        raise _unusable(private_key, error) from error


def check(
    folder: pathlib.Path,
    public_key: str | os.PathLike[str],
    *,
    what: str = "bundle",
) -> None:
    """Checks a folder's signature, whose files were compared before.

    Raises `errors.ExportError` if there is no signature, or it is of another
    key or of other files, or the extra `signing` is not installed.
    """
    signature = folder / manifest.SIGNATURE
    if not signature.is_file():
        raise errors.ExportError(
            f"{folder}: {manifest.SIGNATURE} is missing: the {what} was never "
            f"signed, or the signature was removed. Get the {what} anew."
        )
    verifying = _model_signing("verifying")
    try:
        config = verifying.Config().use_elliptic_key_verifier(
            public_key=public_key
        )
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise errors.ExportError(
            f"{public_key}: must be the PEM file of a public key on P-256, "
            f"P-384 or P-521. {error}. Get it from whoever signed."
        ) from error
    config.set_hashing_config(_hashing())
    try:
        config.verify(folder, signature)
    # Broken signatures meet json, base64, pydantic and cryptography, each with
    # its own errors; whatever it is, the signature is not valid.
    except Exception as error:
        raise errors.ExportError(
            f"{folder}: {manifest.SIGNATURE} is no signature of these files by "
            f"the owner of {public_key}. {error or 'The key is another.'} "
            f"{manifest.MANIFEST} or {manifest.SIGNATURE} was changed, or it "
            "is another's key."
        ) from error


def _unusable(private_key, error):
    return errors.ExportError(
        f"{private_key}: must be the PEM file of a private key on P-256, P-384 "
        f"or P-521, not encrypted. {error}. Make one with `openssl ecparam "
        "-name prime256v1 -genkey -noout -out KEY.pem`"
    )


def _hashing():
    """Every file but the signature, one after the other."""
    hashing = _model_signing("hashing")
    config = hashing.Config().use_file_serialization(max_workers=1)
    return config.set_ignored_paths(
        paths=[manifest.SIGNATURE], ignore_git_paths=False
    )


def _model_signing(part):
    try:
        import model_signing
    except ImportError as error:
        raise errors.ExportError(
            "Signatures need the package model-signing, which can't be "
            f"imported. {error}. Install `tf-fingerprint[signing]`."
        ) from error
    return getattr(model_signing, part)
