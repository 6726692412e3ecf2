"""Runs on the Hugging Face hub: `hf://OWNER/NAME`, or `...@REVISION`.

Who holds a run's generator can make pictures in anybody's name, and who holds
its decoder can train against it: a pushed run is private unless said otherwise.
"""

import os
import pathlib
import re
from typing import Any

from tf_fingerprint import errors

_PREFIX = "hf://"
_NAME = re.compile(r"hf://([\w.-]+/[\w.-]+)(?:@([\w./-]+))?")

# Of a run directory; checkpoints and logs of a training stay at home.
_FILES = (
    *("*.keras", "*.toml", "*.onnx", "LICENSE*", "metrics.csv", "metrics.png"),
    *("data.json", "abilities.json", "calibration.json.gz"),
)
_HUBS_CARD = "README.md"
_HEADER = """\
---
library_name: keras
tags:
- tf-fingerprint
- image-attribution
---
"""


def is_name(run: str | os.PathLike[str]) -> bool:
    """Whether it names a run on a hub rather than a folder."""
    return isinstance(run, str) and run.startswith(_PREFIX)


def fetched(name: str) -> pathlib.Path:
    """The folder of a run on the hub, fetched unless it was before.

    Without a network, or with `HF_HUB_OFFLINE=1`, what was fetched before.
    Raises `errors.RunError` if there is no such run, or none can be fetched.
    """
    repository, revision = _split(name)
    library = _library()
    try:
        folder = library.snapshot_download(
            repository, revision=revision, allow_patterns=[*_FILES, _HUBS_CARD]
        )
    except (library.errors.HfHubHTTPError, OSError, ValueError) as error:
        raise _refused(name, "fetched", error) from error
    return pathlib.Path(folder)


def pushed(run: pathlib.Path, name: str, *, public: bool = False) -> str:
    """Uploads a run directory; makes the repository, private, if need be.

    `run`: its folder. `name`: `hf://OWNER/NAME`. Returns the commit's URL.
    Raises `errors.RunError` if the hub can't be reached or refuses.
    """
    repository, revision = _split(name)
    library = _library()
    api = library.HfApi()
    try:
        api.create_repo(repository, private=not public, exist_ok=True)
        done = api.create_commit(
            repository,
            [
                library.CommitOperationAdd(there, here)
                for there, here in files_of(run).items()
            ],
            commit_message="A run of tf-fingerprint",
            revision=revision,
        )
    except (library.errors.HfHubHTTPError, OSError, ValueError) as error:
        raise _refused(name, "pushed", error) from error
    return str(done.commit_url)


def files_of(run: pathlib.Path) -> dict[str, pathlib.Path | bytes]:
    """What of a run directory is pushed, by its name on the hub."""
    found: dict[str, pathlib.Path | bytes] = {
        path.name: path for each in _FILES for path in sorted(run.glob(each))
    }
    return {**found, _HUBS_CARD: _card(run / "MODEL_CARD.md")}


def _card(path):
    """The run's card, with the header that the hub reads."""
    text = "# A run of tf-fingerprint\n"
    if path.is_file():
        text = path.read_text("utf-8")
    if not text.startswith("---\n"):
        text = _HEADER + text
    return text.encode()


def _split(name):
    """Repository and revision, if any."""
    match = _NAME.fullmatch(name)
    if not match:
        raise errors.RunError(
            f"{name}: a run on the hub is named `hf://OWNER/NAME`, or "
            "`hf://OWNER/NAME@REVISION`."
        )
    return match[1], match[2]


def _library() -> Any:
    try:
        import huggingface_hub
        import huggingface_hub.errors
    except ImportError as error:
        raise errors.RunError(
            "Runs on the hub need `pip install 'tf-fingerprint[hub]'`."
        ) from error
    return huggingface_hub


def _refused(name, what, error):
    reason = " ".join(str(error).split())
    return errors.RunError(
        f"{name}: the run can't be {what}. {reason} Check the name, the "
        "network, and for a private run `hf auth login`."
    )
