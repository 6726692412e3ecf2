"""What every store's audit log must do; to inherit, as `StoreContract` is."""

import datetime
import hashlib
import json

import pytest

from tf_fingerprint import errors
from tf_fingerprint import registry
from tf_fingerprint.registry import State
from tf_fingerprint.registry import audit

from .store_contract import make_generator
from .store_contract import make_record

# Each with the place that must be named. The filled registry's entries: 1 the
# generator, 2 to 4 the issuances, 5 confirmed, 6 revoked.
TAMPERING = {
    "UPDATE events SET entry = replace(entry, 'ACME', 'Acme') "
    "WHERE position = 3": "entry 3 ",
    "UPDATE events SET digest = '{zeros}' WHERE position = 4": "entry 4 ",
    "UPDATE events SET subject = 'x' WHERE position = 5": "entry 5 ",
    "DELETE FROM events WHERE position = 1": "entry 1 ",
    "DELETE FROM events WHERE position = 3": "entry 3 ",
    "UPDATE events SET position = 9 WHERE position = 3;"
    "UPDATE events SET position = 3 WHERE position = 4;"
    "UPDATE events SET position = 4 WHERE position = 9": "entry 3 ",
    "UPDATE events SET position = 9 WHERE position = 6": "entry 6 ",
    "DELETE FROM events WHERE position = 6": "`state` of the issuance id3",
    "DELETE FROM events": "generator a{64} is in no entry",
    "UPDATE issuances SET recipient = 'Acme' WHERE id = 'id2'": (
        "`recipient` of the issuance id2"
    ),
    "UPDATE issuances SET state = 'issued'": "`state` of the issuance id2",
    "UPDATE issuances SET state = 'lent' WHERE id = 'id3'": (
        "`state` of the issuance id3"
    ),
    "UPDATE issuances SET issued_at = '2020-01-01 00:00:00' "
    "WHERE id = 'id1'": "`issued_at` of the issuance id1",
    "UPDATE issuances SET expires_at = '2020-01-01 00:00:00' "
    "WHERE id = 'id1'": "`expires_at` of the issuance id1",
    "UPDATE issuances SET issued_by = 'me' WHERE id = 'id3'": (
        "`issued_by` of the issuance id3"
    ),
    "UPDATE issuances SET id = 'id4' WHERE id = 'id3'": "issuance id4 is in no",
    "DELETE FROM issuances WHERE id = 'id2'": "issuance id2 must come before",
    "DELETE FROM issuances WHERE id = 'id3'": "issuance id3 must be there",
    "UPDATE issuances SET position = 9 WHERE id = 'id1'": (
        "issuance id1 must come before id2"
    ),
    "UPDATE generators SET resolution = 65": "`resolution` of the generator a",
}


def tamper(store, statements):
    with store._writing() as connection:
        for statement in statements.format(zeros="0" * 64).split(";"):
            connection.exec_driver_sql(statement)


class AuditContract:
    @pytest.fixture
    def filled(self, store):
        """Three issuances, of which one was confirmed and one revoked."""
        for number in (1, 2, 3):
            store.append([make_record(id=f"id{number}")])
        registry.confirm(store, "id1")
        registry.revoke(store, "id3", reason="the contract ended")
        return store

    def test_an_empty_registry_has_an_empty_chain(self, store):
        assert store.verify() == store.head() == registry.Head()

    def test_what_was_not_tampered_with_verifies(self, filled):
        head = filled.verify()

        assert head == filled.head()
        assert head.position == 6
        assert filled.verify(head.digest) == head

    def test_the_chain_can_be_recomputed_by_hand(self, filled):
        digest = "0" * 64
        with filled._reading() as connection:
            rows = connection.exec_driver_sql(
                "SELECT entry FROM events ORDER BY position"
            ).all()
        for [entry] in rows:
            digest = hashlib.sha256(f"{digest}\n{entry}".encode()).hexdigest()

        assert filled.head().digest == digest

    @pytest.mark.parametrize("statements", TAMPERING, ids=TAMPERING.get)
    def test_the_first_row_tampered_with_is_named(self, filled, statements):
        tamper(filled, statements)

        with pytest.raises(errors.AuditError, match=TAMPERING[statements]):
            filled.verify()

    def test_a_change_of_what_was_never_recorded_is_named(self, filled):
        with filled._writing() as connection:
            log = audit.Log(audit.read_head(connection))
            log.add("change", "id9", {"changes": {"state": "revoked"}})
            log.write(connection)

        with pytest.raises(errors.AuditError, match="entry 7 .*never recorded"):
            filled.verify()

    def test_the_progress_of_verifying_ends_with_all(self, filled):
        told = []

        filled.verify(progress=lambda done, total: told.append((done, total)))

        assert told[-1] == (9, 9)
        assert told == sorted(told)

    def test_what_is_added_past_the_log_is_named(self, filled):
        tamper(
            filled,
            "INSERT INTO issuances (position, id, fingerprint, recipient, "
            "issued_at, generator_digest, state) SELECT 9, 'id9', 'ff', "
            "recipient, issued_at, generator_digest, state FROM issuances "
            "WHERE id = 'id1'",
        )

        with pytest.raises(errors.AuditError, match="issuance id9 is in no"):
            filled.verify()

    def test_a_cut_off_end_shows_against_a_digest_kept_elsewhere(self, filled):
        early = filled.head()
        filled.append([make_record(id="id4")])
        late = filled.head()

        assert filled.verify(early.digest) == filled.verify(late.digest) == late
        tamper(
            filled,
            "DELETE FROM events WHERE position > 6;"
            "DELETE FROM issuances WHERE id = 'id4'",
        )

        assert filled.verify(early.digest) == early
        with pytest.raises(errors.AuditError, match=f"head {late.digest}"):
            filled.verify(late.digest)

    def test_a_chain_written_anew_never_leads_to_the_digest_kept(self, filled):
        kept = filled.head().digest
        with filled._writing() as connection:
            rows = connection.exec_driver_sql(
                "SELECT entry FROM events ORDER BY position"
            ).all()
            digest = "0" * 64
            for position, [entry] in enumerate(rows, 1):
                forged = entry.replace("ACME", "Acme")
                digest = registry.digest_of(digest, forged)
                connection.exec_driver_sql(
                    "UPDATE events SET entry = '{}', digest = '{}' "
                    "WHERE position = {}".format(
                        forged.replace("'", "''"), digest, position
                    )
                )
            connection.exec_driver_sql(
                "UPDATE issuances SET recipient = 'Acme'"
            )

        filled.verify()
        with pytest.raises(errors.AuditError, match="written anew"):
            filled.verify(kept)

    def test_each_change_is_an_entry_that_says_what_when_and_who(self, filled):
        before = datetime.datetime.now(datetime.UTC)
        moment = datetime.datetime(2031, 1, 1, tzinfo=datetime.UTC)
        filled.change_expiry("id1", moment, reason="prolonged")

        [issued, confirmed, prolonged] = [
            event.to_dict() for event in filled.events("id1")
        ]

        assert issued["issuance"]["recipient"] == "ACME"
        assert issued["action"] == "issue"
        assert confirmed["changes"] == {"state": "issued"}
        assert prolonged["changes"] == {"expires_at": moment.isoformat()}
        assert prolonged["reason"] == "prolonged"
        assert prolonged["by"]
        assert datetime.datetime.fromisoformat(prolonged["at"]) >= before
        assert [each["position"] for each in (issued, confirmed)] == [2, 5]

    def test_what_changes_nothing_leaves_no_entry(self, filled):
        head = filled.head()

        registry.confirm(filled, "id1")
        registry.revoke(filled, "id3")
        filled.change_expiry("id1", None)
        filled.append([])
        with pytest.raises(errors.RegistryError):
            registry.confirm(filled, "id3")
        with pytest.raises(errors.RegistryError):
            filled.append([make_record(id="id9"), make_record(id="id1")])

        assert filled.head() == filled.verify() == head

    def test_entries_are_json_in_canonical_form(self, filled):
        registry.revoke(filled, "id2", reason='Größe "\\\0\n')

        *_, revoked = filled.events("id2")

        assert json.loads(revoked.entry)["reason"] == 'Größe "\\\0\n'
        assert revoked.entry.isascii()
        assert revoked.entry == json.dumps(
            json.loads(revoked.entry), sort_keys=True, separators=(",", ":")
        )

    def test_expiry_comes_back_in_utc_and_can_be_taken_away(self, reopen):
        zone = datetime.timezone(datetime.timedelta(hours=-7))
        moment = datetime.datetime(2031, 1, 1, tzinfo=zone)
        with reopen() as store:
            store.append([make_record(id="id1")])
            assert store.change_expiry("id1", moment).expires_at == moment

        with reopen() as store:
            assert store.issuance("id1").expires_at == moment
            store.change_expiry("id1", None)
            assert store.issuance("id1").expires_at is None
            store.verify()

    def test_what_has_expired_is_found_to_the_microsecond(self, reopen):
        moment = datetime.datetime(2031, 1, 1, tzinfo=datetime.UTC)
        later = moment + datetime.timedelta(microseconds=1)
        records = [
            make_record(expires_at=each) for each in (moment, None, later)
        ]
        with reopen() as store:
            store.append(records)

            def expired(at, **more):
                return store.issuances(expired_at=at, **more)

            before = moment - datetime.timedelta(microseconds=1)
            assert expired(before) == []
            assert expired(moment) == records[:1]
            # The same moment, as it is called elsewhere.
            east = datetime.timezone(datetime.timedelta(hours=9))
            assert expired(later.astimezone(east)) == [records[0], records[2]]
            assert expired(later, after=records[0].id) == records[2:]
            store.change_expiry(records[0].id, None)
            assert expired(moment) == []

    def test_two_stores_append_to_one_chain(self, reopen):
        with reopen() as one, reopen() as other:
            for store in (one, other, other, one, other):
                store.append([make_record()])
            registry.revoke(other, one.issuances()[0].id)
            one.append([make_record(make_generator(100, name="b"))])

            assert one.verify() == other.verify()
            assert one.head().position == 9

    def test_replacing_retires_in_the_same_transaction(self, filled):
        filled.append([make_record(id="id4")], replaced="id1")

        assert filled.issuance("id1").state == State.RETIRED
        assert filled.events("id1")[-1].to_dict()["reason"] == (
            "replaced by id4"
        )
        head = filled.head()
        for gone, state in (("id3", "revoked"), ("id9", "no issuance")):
            with pytest.raises(errors.RegistryError, match=state):
                filled.append([make_record(id="id5")], replaced=gone)
        assert filled.verify() == head
