"""All models of a folder, looked after by one thread."""

import logging
import pathlib
import threading
from collections.abc import Callable
from collections.abc import Mapping

from export.server import loaded
from export.server.policy import Policy
from export.server.policy import version_of
from export.server.versions import Model
from tf_fingerprint import errors
from tf_fingerprint import paths

logger = logging.getLogger(__name__)


class Catalogue:
    """Models by name: every sub-folder that holds a version is one.

    `policies`: from model name to policy; the latest version is served where a
    model has none. `warm_up`: called with each version before it is served.
    """

    def __init__(
        self,
        folder: pathlib.Path,
        *,
        policies: Mapping[str, Policy],
        poll_interval_seconds: float,
        warm_up: Callable[[loaded.LoadedModel], object],
    ):
        self.folder = folder
        self._policies = policies
        self._poll_interval_seconds = poll_interval_seconds
        self._warm_up = warm_up
        self._models: dict[str, Model] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(
            target=self._keep_polling, name="versions", daemon=True
        )

    def start(self) -> None:
        """Loads what is there, and begins to look for more."""
        paths.check_models(self.folder)
        _check_level(self.folder)
        self.poll()
        for model in self._models.values():
            failed = [each for each in model.versions() if each.error]
            if failed:
                self.close()
                raise errors.ServingError(
                    f"Version {failed[0].number} of {model.name} can't be "
                    f"served: {failed[0].error}. Remove or repair it."
                )
        self._thread.start()

    def model(self, name: str) -> Model | None:
        """The model of that name, if there is one."""
        return self._models.get(name)

    def names(self) -> list[str]:
        """Names of the models, in their order."""
        return sorted(self._models)

    def poll(self) -> None:
        """Looks for new models, and for new versions of each."""
        for path in sorted(self.folder.iterdir()):
            name = path.name
            if (
                name in self._models
                or name.startswith(".")
                or not path.is_dir()
            ):
                continue
            self._models[name] = Model(
                name,
                path,
                policy=self._policies.get(name, Policy()),
                warm_up=self._warm_up,
            )
        for model in list(self._models.values()):
            model.poll()

    def is_available(self) -> bool:
        """Whether every model answers requests, and there is one."""
        models = list(self._models.values())
        return bool(models) and all(model.is_available() for model in models)

    def failed(self) -> dict[str, int]:
        """Newest versions that can't be served, by their models' names."""
        found = {m.name: m.failed() for m in list(self._models.values())}
        return {n: number for n, number in found.items() if number is not None}

    def close(self) -> None:
        """Stops looking and unloads everything."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        for model in self._models.values():
            model.close()

    def _keep_polling(self):
        while not self._stopped.wait(self._poll_interval_seconds):
            try:
                self.poll()
            except OSError:
                # A disk that comes back finds the server as it was.
                logger.exception("%s can't be read", self.folder)


def _check_level(folder):
    """Raises a `ServingError` if the models are above or below a folder."""
    folder = folder.absolute()
    found = None
    if (folder / "saved_model.pb").is_file():
        found = f"a version itself. Give {folder.parent.parent}"
    elif _has_version(folder):
        found = f"the versions of one model. Give {folder.parent}"
    elif not any(map(_has_version, _folders(folder))):
        below = [each for each in _folders(folder) if _holds_models(each)]
        if below:
            found = f"folders of models. Give {below[0]}"
    if found:
        raise errors.ServingError(
            f"{folder} must hold one sub-folder a model, with one sub-folder a "
            f"version in it. It holds {found}."
        )


def _holds_models(folder):
    return any(map(_has_version, _folders(folder)))


def _has_version(folder):
    return any(
        version_of(each.name) is not None
        and (each / "saved_model.pb").is_file()
        for each in _folders(folder)
    )


def _folders(folder):
    """Sub-folders that are no drafts and may be looked into."""
    try:
        return [
            each
            for each in sorted(folder.iterdir())
            if each.is_dir() and not each.name.startswith(".")
        ]
    except OSError:
        return []
