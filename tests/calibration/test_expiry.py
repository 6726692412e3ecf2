"""A licence ran out: its recipient is named, and the verdict says so."""

import datetime
import json

import pytest

from tf_fingerprint import attribution
from tf_fingerprint import registry
from tf_fingerprint.attribution import Finding

from . import habits

END = datetime.datetime(2031, 1, 1, tzinfo=datetime.UTC)
SECOND = datetime.timedelta(seconds=1)


@pytest.fixture(scope="module")
def made():
    return habits.make_calibration(300)


def judged(made, found_at, decide="hard", bits=None, **changes):
    """The verdict on a picture of the first of three copies."""
    issued = habits.drawn(made, 3)
    judge = attribution.Judge(
        habits.make_candidates(issued, **changes),
        made,
        decide=decide,
        found_at=found_at,
    )
    shown = issued[:1] if bits is None else bits
    return judge.judge(habits.picture_logits(shown, noise=0.1))[0]


@pytest.mark.parametrize("decide", ["hard", "soft"])
@pytest.mark.parametrize(
    "found_at, expired, words",
    [
        (END - SECOND, False, "held until 2031-01-01, after it was found"),
        (END, True, "expired on 2031-01-01, before the image was found"),
        (END + SECOND, True, "expired on 2031-01-01"),
    ],
)
def test_the_recipient_is_named_and_the_end_is_said(
    made, decide, found_at, expired, words
):
    verdict = judged(made, found_at, decide, expires_at=END)

    assert verdict.finding is Finding.ATTRIBUTED
    assert verdict.recipient == "R0"
    assert verdict.is_expired is expired
    assert words in verdict.reason
    row = json.loads(json.dumps(verdict.to_dict()))
    assert row["expires_at"] == END.isoformat()
    assert row["expired"] is expired
    assert row["found_at"] == found_at.isoformat()


def test_what_never_ends_is_not_expired(made):
    verdict = judged(made, END)

    assert verdict.is_expired is None
    assert verdict.to_dict()["expires_at"] is None
    assert "until" not in verdict.reason


def test_nobody_expires_where_nobody_is_carried(made):
    verdict = judged(made, END, bits=habits.fresh_bits(1), expires_at=END)

    assert verdict.finding is not Finding.ATTRIBUTED
    assert verdict.carried is None
    assert verdict.is_expired is None


@pytest.mark.parametrize("decide", ["hard", "soft"])
def test_a_revoked_one_is_shown_by_its_issuance_alone(made, decide):
    revoked = registry.State.REVOKED

    verdict = judged(made, END, decide, expires_at=END, state=revoked)

    row = verdict.to_dict()
    assert row["finding"] == "not_issued"
    assert row["recipient"] is None
    assert (row["issuance_id"], row["state"]) == ("i0", "revoked")
    assert row["expired"] is True


def test_images_are_found_now_unless_said_otherwise(made):
    before = datetime.datetime.now(datetime.UTC)

    verdict = judged(made, None)

    assert before <= verdict.found_at <= datetime.datetime.now(datetime.UTC)


def test_a_time_without_a_zone_is_refused(made):
    with pytest.raises(ValueError, match="`found_at` must have a time zone"):
        judged(made, datetime.datetime(2031, 1, 1))
