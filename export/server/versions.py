"""The versions of one model: loading, swapping without a gap, unloading."""

import contextlib
import dataclasses
import gc
import logging
import pathlib
import threading
from collections.abc import Callable
from collections.abc import Iterator

from tensorflow_serving.apis import get_model_status_pb2

from export.server import loaded
from export.server import status
from export.server.policy import Policy
from export.server.policy import version_of

State = get_model_status_pb2.ModelVersionStatus

logger = logging.getLogger(__name__)


@dataclasses.dataclass
class Version:
    """One version and what became of it.

    `error` is why it is not available, where it failed; `num_requests` are
    those that it is answering.
    """

    number: int
    state: int = State.START
    error: status.StatusError | None = None
    model: loaded.LoadedModel | None = None
    num_requests: int = 0


class Model:
    """A model under its name, in the versions that its policy asks for.

    A new version is loaded and answers its warm-up requests before requests
    reach it, and an old one is unloaded when it has answered its last. One
    that can't be loaded ends in state `END`, and the one before it stays.

    `warm_up`: called with a version before it is served; raises if that can't
    answer.
    """

    def __init__(
        self,
        name: str,
        folder: pathlib.Path,
        *,
        policy: Policy,
        warm_up: Callable[[loaded.LoadedModel], object],
    ):
        self.name = name
        self.folder = folder
        self.policy = policy
        self._warm_up = warm_up
        self._versions: dict[int, Version] = {}
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def use(
        self, number: int | None = None, label: str | None = None
    ) -> Iterator[Version]:
        """A version that stays loaded until the block ends.

        `number`: the one asked for; the highest if neither is given.
        """
        if label is not None:
            number = self._labelled(label)
        with self._changed:
            version = self._available(number)
            version.num_requests += 1
        try:
            yield version
        finally:
            with self._changed:
                version.num_requests -= 1
                self._changed.notify_all()

    def versions(self) -> list[Version]:
        """Those that are or were here, the highest first."""
        with self._changed:
            return [
                dataclasses.replace(self._versions[number], model=None)
                for number in sorted(self._versions, reverse=True)
            ]

    def is_available(self) -> bool:
        """Whether any version answers requests."""
        return any(each.state == State.AVAILABLE for each in self.versions())

    def failed(self) -> int | None:
        """The newest version, if it can't be served."""
        newest = next(iter(self.versions()), None)
        return newest.number if newest and newest.error else None

    def poll(self) -> None:
        """Does what changed on disk since the last time; by one thread."""
        found = _version_folders(self.folder)
        aspired = self.policy.aspired(found)
        for number in sorted(aspired):
            self._load_unless_tried(number, found[number])
        available = {
            version.number
            for version in self.versions()
            if version.state == State.AVAILABLE
        }
        # Rather the version of yesterday than none.
        if not aspired or aspired & available:
            for number in sorted(available - aspired):
                self._unload(number)
        self._forget_failures_except(aspired)

    def close(self) -> None:
        """Unloads every version, each after its last request."""
        for version in self.versions():
            if version.state == State.AVAILABLE:
                self._unload(version.number)

    def _labelled(self, label):
        if label not in self.policy.labels:
            raise status.invalid(
                f"Unrecognized servable version label: {label}"
            )
        return self.policy.labels[label]

    def _available(self, number):
        wanted = f"Latest({self.name})"
        if number is not None:
            wanted = f"Specific({self.name}, {number})"
        candidates = [
            version
            for version in self._versions.values()
            if version.state == State.AVAILABLE
            and number in (None, version.number)
        ]
        if not candidates:
            raise status.not_found(f"Servable not found for request: {wanted}")
        return max(candidates, key=lambda version: version.number)

    def _load_unless_tried(self, number, folder):
        with self._changed:
            known = self._versions.get(number)
            if known and (known.state == State.AVAILABLE or known.error):
                return
            version = Version(number, State.LOADING)
            self._versions[number] = version
        try:
            model = loaded.LoadedModel(folder)
            self._warm_up(model)
        except Exception as error:
            logger.exception("%s version %d can't be served", self.name, number)
            with self._changed:
                version.error = status.of_exception(error)
                version.state = State.END
            return
        with self._changed:
            version.model = model
            version.state = State.AVAILABLE
        logger.info("%s version %d is available", self.name, number)

    def _unload(self, number):
        version = self._versions[number]
        with self._changed:
            version.state = State.UNLOADING
            self._changed.wait_for(lambda: version.num_requests == 0)
            version.model = None
            version.state = State.END
        # Functions and their graphs refer to each other.
        gc.collect()
        logger.info("%s version %d is unloaded", self.name, number)

    def _forget_failures_except(self, aspired):
        """A version that went and comes back is tried again."""
        with self._changed:
            for number, version in self._versions.items():
                if number not in aspired and version.error:
                    version.error = None


def _version_folders(folder):
    """From version to its folder; names that are no numbers are drafts."""
    found = {}
    try:
        paths = sorted(folder.iterdir())
    except FileNotFoundError:
        return found
    for path in paths:
        number = version_of(path.name)
        if number is not None and path.is_dir():
            found.setdefault(number, path)
    return found
