"""Models that were published, as servers are told of them."""

import dataclasses
import os
import pathlib
import re

from export.publishing import publish
from export.publishing import versions
from export.publishing import warmup
from tf_fingerprint import errors

# A SavedModel that was not published here. What it answers nobody checked, so
# that it is served, and not passed on to by the proxy.
FOREIGN = "foreign"


@dataclasses.dataclass(frozen=True)
class Model:
    """A base directory, as it is served.

    `kind`: what the manifest of its newest version calls it; `stable`: version
    that most clients should ask for; `canary`: the newest version.
    """

    name: str
    base: pathlib.Path
    kind: str
    stable: int
    canary: int

    @property
    def service(self) -> str:
        """The model's name as names of machines are written."""
        return self.name.lower().replace("_", "-")

    @property
    def is_public(self) -> bool:
        """Whether the proxy passes requests on to it."""
        return self.kind not in ("open_generator", "encoder", FOREIGN)

    @property
    def follows(self) -> bool:
        """Whether a new version answers as soon as it is published."""
        return self.kind == "attribution"


def find_models(models_dir: str | os.PathLike) -> list[Model]:
    """The models that were published in a directory of base directories."""
    folder = pathlib.Path(models_dir).absolute()
    found = []
    for base in sorted(folder.iterdir()) if folder.is_dir() else []:
        numbers = list(versions.published(base)) if base.is_dir() else []
        if numbers:
            kind = _kind(base / str(numbers[-1]))
            pair = numbers[-2:]
            found.append(Model(base.name, base, kind, pair[0], pair[-1]))
    if not found:
        raise errors.ExportError(
            f"{folder}: must hold a base directory for each model. There is "
            "none with a version in it. Publish something first."
        )
    services = [model.service for model in found]
    for model in found:
        is_name = re.fullmatch("[a-z]([-a-z0-9]{0,50}[a-z0-9])?", model.service)
        is_taken = services.count(model.service) > 1
        if not is_name or is_taken or model.service == "proxy":
            raise errors.ExportError(
                f"{model.base}: a server must be called after the model, by "
                "letters, digits and `_` or `-`, and as no other. Received "
                f"{model.name!r}. Rename the base directory."
            )
    return found


def _kind(version):
    """What a version's manifest calls it."""
    has_manifest = (version / warmup.EXTRAS / publish.MANIFEST).exists()
    if not has_manifest and (version / "saved_model.pb").is_file():
        return FOREIGN
    return publish.read_manifest(version)["metadata"].get("kind", "")
