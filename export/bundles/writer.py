"""Bundles: all that a recipient gets, in one folder.

    savedmodel/1/      for TensorFlow, and as a base path for TensorFlow Serving
    instance.keras     for Keras
    instance.tflite    for LiteRT, if asked for
    instance.onnx      for ONNX Runtime and others, if asked for
    first_pictures.py  saves PNG files; others for ONNX Runtime and LiteRT
    README.md          model card, in the format of the Hugging Face Hub
    LICENSE.txt        what the recipient may do with it
    manifest.json      size and SHA-256 of every file, issuance, generator,
                       commitment to the fingerprint, and what was measured
    model.sig          OpenSSF model-signing, if there is a key

All bundles of one generator share graph, config and converted models, which are
made once; only weights are folded and written for each. Shared files are copied
and not linked: a bundle is to be sent away, and whoever changes a file in one
must not change all others.
"""

import functools
import os
import pathlib
import secrets
import shutil
from collections.abc import Collection
from collections.abc import Mapping
from typing import Any

from export.bundles import first_pictures
from export.bundles import formats as bundle_formats
from export.bundles import manifest
from export.bundles import model_card
from export.bundles import parts as bundle_parts
from export.bundles import signing
from export.bundles import template as bundle_template
from tf_fingerprint import errors
from tf_fingerprint import registry as registries
from tf_fingerprint import scalable
from tf_fingerprint.registry import commitments
from tf_fingerprint.version import __version__

# In a run directory: whom recipients tell of a leak.
CONTACT = "CONTACT.txt"

_DEFAULT_LICENSE = """\
This copy of the model was made for one recipient, who is named in
manifest.json, and is licensed to that recipient alone, on the terms agreed with
whoever issued it. This file grants no other right to use, copy, change or pass
on the model or its weights.

Pictures made with this copy carry a fingerprint that stands for the recipient.

The software that made the copy, tf-fingerprint, is licensed under Apache-2.0
and is not part of it.
"""


class BundleWriter:
    """Writes bundles of one generator; keep it to write many.

    Nothing is traced or converted before the first bundle, or `prepare`. May be
    used from several threads.

    Args:
        run: `scalable.Run`.
        formats: Beside Keras and SavedModel; see `formats.FORMATS`.
        sign_with: PEM file of a private key, or None for no signature.
        license_text: What the recipient may do. If not given, the run
            directory's `LICENSE.txt`; if it has none, that only the recipient
            may use the copy, as agreed. Whom a recipient tells of a leak
            stands in the run directory's `CONTACT.txt`.
        pictures: How many pictures each bundle must make before it goes.
        min_bit_accuracy: Share of their bits that must be read as sealed in,
            at the least. It must also be what the open generator's pictures
            give, up to 2 % of the bits.

    Raises:
        ValueError: If a format is not known.
        errors.ExportError: If the key can't be read, or an extra is missing.
    """

    def __init__(
        self,
        run,
        *,
        formats: Collection[str] = (),
        sign_with: str | os.PathLike[str] | None = None,
        license_text: str | None = None,
        pictures: int = 4,
        min_bit_accuracy: float = 0.0,
    ):
        self.run = run
        self._formats = bundle_formats.check(formats)
        self._signer = None if sign_with is None else signing.Signer(sign_with)
        self._sign_with = sign_with
        self._license = license_text or _license_of(run)
        self._parts: bundle_parts.BundleParts | None = None
        self._check = {
            "pictures": pictures,
            "min_bit_accuracy": min_bit_accuracy,
        }

    def prepare(self) -> None:
        """Traces and converts what all bundles share, if not done before."""
        self._template  # noqa: B018  The first look makes it.

    @functools.cached_property
    def _template(self):
        return bundle_template.BundleTemplate(
            self.run, self._formats, parts=self._parts, **self._check
        )

    def portable(self) -> Mapping[str, Any]:
        """What another process needs for a writer like this one.

        Plain data, without networks; it traces and converts if that was not
        done before.
        """
        return {
            "folder": self.run.folder,
            "parts": self._template.parts,
            "options": {
                "formats": self._formats,
                "sign_with": self._sign_with,
                "license_text": self._license,
                **self._check,
            },
        }

    @classmethod
    def of_portable(cls, portable: Mapping[str, Any]) -> "BundleWriter":
        """A writer that shares what another process's traced and converted.

        Args:
            portable: What `portable` returned there.

        Raises:
            errors.RunError: If the run directory is no longer there.
        """
        writer = cls(scalable.read(portable["folder"]), **portable["options"])
        writer._parts = portable["parts"]
        writer.prepare()
        return writer

    def write(
        self,
        record: registries.IssuanceRecord,
        folder: pathlib.Path,
        *,
        salt: bytes,
    ) -> Mapping[str, Any]:
        """Writes one bundle: all of it, or nothing.

        Args:
            record: The issuance, of this run's generator.
            folder: Where to; must be new or empty.
            salt: Of the commitment; see `registry.commitments`.

        Raises:
            ValueError: If the record is of another generator.
            errors.ExportError: If what was written does not make pictures
                with the fingerprint.
            errors.RunError: If the folder can't be written.
        """
        if record.generator != self.run.record:
            raise ValueError(
                "`record` must be an issuance of this run's generator, "
                f"{self.run.generator_digest[:12]}. Received one of "
                f"{record.generator.digest[:12]}."
            )
        self.prepare()
        folder = folder.absolute()
        # A signature names the folder it is over: the draft's must be right.
        outside = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
        draft = outside / folder.name
        try:
            draft.mkdir(parents=True)
            held = self._write(record, draft, salt)
            os.rename(draft, folder)
        except OSError as error:
            raise errors.RunError(
                f"{folder}: the instance can't be written. {error}. Nothing "
                "was left there."
            ) from error
        finally:
            shutil.rmtree(outside, ignore_errors=True)
        return held

    def _write(self, record, draft, salt):
        template = self._template
        template.write(draft, record.bits)
        figures = template.checker.figures(
            draft / bundle_parts.SAVED_MODEL, record.bits
        )
        facts = self._facts(record, salt)
        card = model_card.card(
            facts,
            figures,
            formats=self._formats,
            signatures=template.parts.signatures,
            latents_signature=bundle_parts.LATENTS,
            **_contact_of(self.run),
        )
        first_pictures.write(draft, self._formats)
        (draft / model_card.CARD).write_text(card, encoding="utf-8")
        (draft / model_card.LICENSE).write_text(self._license, encoding="utf-8")
        measured = {**figures, "fresh_process": template.parts.trial}
        manifest.write(draft, {**facts, "self_test": measured})
        if self._signer is not None:
            self._signer.sign(draft)
        return manifest.read(draft)

    def _facts(self, record, salt):
        """What a recipient is told: all but the fingerprint."""
        settings = self.run.config
        return {
            "issuance_id": record.id,
            "recipient": record.recipient,
            "issued_at": record.issued_at.isoformat(),
            "generator_digest": record.generator.digest,
            "commitment": commitments.commit(record, salt),
            "resolution": settings.data.resolution,
            "channels": settings.data.channels,
            "latent_dim": settings.networks.latent_dim,
            "noise": settings.networks.noise,
            "inputs": self._template.parts.inputs,
            "made_by": f"tf-fingerprint {__version__}",
        }


def _license_of(run):
    path = run.folder / model_card.LICENSE
    if path.is_file():
        return path.read_text(encoding="utf-8")
    return _DEFAULT_LICENSE


def _contact_of(run):
    """Whom a recipient tells of a leak, if the run directory says so."""
    path = run.folder / CONTACT
    if not path.is_file():
        return {}
    return {"contact": " ".join(path.read_text(encoding="utf-8").split())}
