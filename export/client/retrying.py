"""Trying again, later and later, while another answer may come."""

import dataclasses
from collections.abc import Callable
from typing import TypeVar

from tf_fingerprint import errors

_LONGEST_WAIT_SECONDS = 10.0

_Answer = TypeVar("_Answer")


@dataclasses.dataclass(frozen=True)
class Patience:
    """How long to wait for an answer, and how often to ask.

    Between attempts the client waits for a random time, of which the longest
    doubles from one to the next: clients that a server turned away together
    don't come back together.

    Args:
        timeout_seconds: Of one attempt over gRPC; over REST, how long a server
            may keep silent.
        attempts: How often to ask, from 1 on.
        first_wait_seconds: Longest wait before the second attempt.
    """

    timeout_seconds: float = 30.0
    attempts: int = 5
    first_wait_seconds: float = 0.25

    def __post_init__(self):
        for name in ("timeout_seconds", "attempts", "first_wait_seconds"):
            if not getattr(self, name) > 0:
                raise ValueError(
                    f"`{name}` must be above 0. Received {getattr(self, name)}."
                )


class TransientError(errors.ServingError):
    """A failure that may be over soon.

    `wait_seconds`: how long the server asks to be left alone.
    """

    def __init__(self, message: str, wait_seconds: float = 0.0):
        super().__init__(message)
        self.wait_seconds = wait_seconds


def insist(ask: Callable[[], _Answer], patience: Patience) -> _Answer:
    """Asks until there is an answer, or no patience left.

    `ask`: asks once; raises `TransientError` where asking again may help.
    Whatever else it raises is final. `patience`: how often, and how long to
    wait in between.
    """
    tenacity = _tenacity()
    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(TransientError),
        stop=tenacity.stop_after_attempt(patience.attempts),
        wait=waits(patience),
        reraise=True,
    )
    try:
        return retrying(ask)
    except TransientError as error:
        times = (
            f"{patience.attempts} times" if patience.attempts > 1 else "once"
        )
        raise errors.ServingError(
            f"{error} Asked {times}. Is the server running, and not overrun? "
            "`tf-fingerprint serve` starts one."
        ) from error


def waits(patience: Patience) -> Callable[..., float]:
    """How long to wait before each attempt, as tenacity asks it.

    `patience`: how long before the second.
    """
    growing = _tenacity().wait_random_exponential(
        multiplier=patience.first_wait_seconds, max=_LONGEST_WAIT_SECONDS
    )

    def wait(state):
        asked_for = state.outcome.exception().wait_seconds
        return max(growing(state), min(asked_for, _LONGEST_WAIT_SECONDS))

    return wait


def _tenacity():
    try:
        import tenacity
    except ModuleNotFoundError as error:
        raise missing("tenacity") from error
    return tenacity


def untrusted(server: str, said: str) -> errors.ServingError:
    """What to raise where a server's certificate is not trusted: at once."""
    return errors.ServingError(
        f"{server}: the server's certificate is not trusted. {shown(said)}. "
        "Give the authority that signed it: `ca`, `--ca FILE`."
    )


def missing(library: str) -> errors.ServingError:
    """What to raise where a library is not installed."""
    return errors.ServingError(
        f"`{library}` must be installed to ask a server. It is not. Install "
        "it with `pip install 'tf-fingerprint[serving]'`."
    )


def shown(text: str) -> str:
    """What a server said, on one line, fit for a terminal.

    `text`: from the server, so anything.
    """
    line = " ".join(text.split())
    printable = "".join(each for each in line if each.isprintable())
    return printable[:300].rstrip(". ") or "nothing"
