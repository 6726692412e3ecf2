"""When to ask again, and how long to wait before."""

import pytest
import tenacity

from export.client import retrying
from tf_fingerprint import errors

QUICK = retrying.Patience(attempts=3, first_wait_seconds=0.001)


def wait_before(attempt, asked_for=0.0, first=0.5):
    """A wait after so many failed attempts."""
    patience = retrying.Patience(first_wait_seconds=first)
    state = tenacity.RetryCallState(tenacity.Retrying(), None, (), {})
    state.attempt_number = attempt - 1
    error = retrying.TransientError("Busy.", asked_for)
    state.set_exception((type(error), error, None))
    return retrying.waits(patience)(state)


@pytest.mark.parametrize(
    ("attempt", "longest"), [(2, 0.5), (3, 1.0), (4, 2.0), (9, 10.0)]
)
def test_waits_are_random_below_a_bound_that_doubles(attempt, longest):
    waits = [wait_before(attempt) for _ in range(400)]

    assert 0 <= min(waits) < 0.1 * longest
    assert 0.9 * longest < max(waits) <= longest
    assert len(set(waits)) == 400


def test_a_server_may_ask_for_a_longer_wait_within_reason():
    assert wait_before(2, asked_for=3.0) == 3.0
    assert wait_before(2, asked_for=3600.0) == 10.0


def test_the_first_answer_counts():
    outcomes = [retrying.TransientError("Busy."), "answer", "another"]

    def ask():
        outcome = outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    assert retrying.insist(ask, QUICK) == "answer"
    assert outcomes == ["another"]


@pytest.mark.parametrize("error", [errors.ServingError, KeyError])
def test_what_is_final_is_passed_on_at_once(error):
    asked = []

    def ask():
        asked.append(1)
        raise error("final")

    with pytest.raises(error, match="final"):
        retrying.insist(ask, QUICK)

    assert len(asked) == 1


def test_the_last_failure_is_told():
    asked = []

    def ask():
        asked.append(1)
        raise retrying.TransientError(f"Busy with {len(asked)}.")

    with pytest.raises(errors.ServingError, match=r"^Busy with 3\. Asked 3 ti"):
        retrying.insist(ask, QUICK)


@pytest.mark.parametrize(
    "name", ["timeout_seconds", "attempts", "first_wait_seconds"]
)
def test_patience_is_above_nothing(name):
    with pytest.raises(ValueError, match=f"`{name}` must be above 0"):
        retrying.Patience(**{name: 0})


def test_a_missing_library_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "tenacity", None)

    with pytest.raises(errors.ServingError, match=r"tf-fingerprint\[serving"):
        retrying.insist(lambda: 1, QUICK)
