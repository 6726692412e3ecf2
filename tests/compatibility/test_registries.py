"""Registries of both versions open, keep every issuance, and verify."""

import dataclasses
import json
import sqlite3

import pytest

from tf_fingerprint import errors
from tf_fingerprint import registry
from tf_fingerprint.registry import commitments

from . import goldens

NEWEST, OLDEST = "registry.db", "registry_0001.db"


def told(path):
    """What a registry tells, as `make_goldens.of_registry` had it."""
    with registry.open_store(path) as store:
        return {
            "issuances": [
                {**each.to_dict(), "fingerprint": each.fingerprint}
                for each in store.issuances()
            ],
            "events": {
                each.id: [event.to_dict() for event in store.events(each.id)]
                for each in store.issuances()
            },
            "head": dataclasses.asdict(store.verify()),
        }


def test_a_registry_of_the_same_version_tells_all_that_it_told(tmp_path):
    path = goldens.copied(tmp_path, NEWEST) / NEWEST

    assert told(path) == goldens.ANSWERS[NEWEST]


def test_a_registry_of_the_first_version_is_upgraded_and_keeps_all(tmp_path):
    path = goldens.copied(tmp_path, OLDEST) / OLDEST
    before = goldens.ANSWERS[OLDEST]

    now = told(path)

    assert now["issuances"] == before["issuances"]
    assert now["head"]["position"] == before["head"]["position"]
    # When it was adopted, and by whom, is another matter each time.
    for event in sum(now["events"].values(), []):
        [then] = before["events"][event["subject"]]
        assert event["issuance"] == then["issuance"]
        assert event["action"] == then["action"] == "adopt"
    assert told(path) == now


def test_the_secret_still_opens_what_it_committed_to(tmp_path):
    path = goldens.copied(tmp_path, NEWEST, f"{NEWEST}.secret") / NEWEST
    secret = commitments.secret_of(path, None)
    folder = goldens.unpacked(tmp_path, "bundles")
    with registry.open_store(path) as store:
        for name in ("plain", "signed"):
            held = json.loads((folder / name / "manifest.json").read_text())
            record = store.issuance(held["issuance_id"])
            salt = commitments.salt(secret, record.id)
            assert commitments.opens(held["commitment"], record, salt)


def test_issuing_goes_on_in_a_registry_of_before(tmp_path):
    path = goldens.copied(tmp_path, NEWEST) / NEWEST
    with registry.open_store(path) as store:
        first, *_ = before = store.issuances()
        registry.issue(store, "Another", generator=first.generator)

        assert len(store.issuances()) == len(before) + 1
        assert (
            store.verify().position
            > goldens.ANSWERS[NEWEST]["head"]["position"]
        )


def test_a_fingerprint_changed_past_the_log_is_found(tmp_path):
    path = goldens.copied(tmp_path, NEWEST) / NEWEST
    connection = sqlite3.connect(path)
    connection.execute(
        "UPDATE issuances SET fingerprint = '00000000' WHERE recipient = 'Acme'"
    )
    connection.commit()
    connection.close()

    with (
        registry.open_store(path) as store,
        pytest.raises(errors.AuditError, match="`fingerprint`"),
    ):
        store.verify()
