"""What every store must say of a record that the log contradicts."""

import pytest

from tf_fingerprint import errors
from tf_fingerprint import registry

from .audit_contract import AuditContract
from .audit_contract import tamper

SWAPPED = (
    "UPDATE issuances SET fingerprint = 'x' WHERE id = 'id2';"
    "UPDATE issuances SET fingerprint = '{id2}' WHERE id = 'id1';"
    "UPDATE issuances SET fingerprint = '{id1}' WHERE id = 'id2'"
)
PAST_THE_LOG = {
    "UPDATE issuances SET recipient = 'Acme' WHERE id = 'id2'": "`recipient`",
    "UPDATE issuances SET state = 'revoked' WHERE id = 'id2'": "`state`",
    "UPDATE generators SET decoder_digest = 'e'": "`decoder_digest`",
    "DELETE FROM issuances WHERE id = 'id2'": "issuance id2 must be there",
    "DELETE FROM events WHERE position = 3": "id2 is in no entry",
    "UPDATE events SET entry = replace(entry, 'ACME', 'Acme') "
    "WHERE position = 3": "entry 3 ",
    "DELETE FROM events WHERE position = 2": "entry 2 ",
}


class VouchingContract(AuditContract):
    @pytest.mark.parametrize("statements", PAST_THE_LOG, ids=PAST_THE_LOG.get)
    def test_nothing_vouches_for_what_was_changed(self, filled, statements):
        record = filled.issuance("id2")
        assert filled.vouched(record) == record
        tamper(filled, statements)

        with pytest.raises(errors.AuditError, match=PAST_THE_LOG[statements]):
            filled.vouched(record)

    def test_swapped_fingerprints_are_told_and_not_shown(self, filled):
        shown = {
            name: filled.issuance(name).fingerprint for name in ("id1", "id2")
        }
        before = filled.issuance("id1")
        with filled._writing() as connection:
            for statement in SWAPPED.format(**shown).split(";"):
                connection.exec_driver_sql(statement)
        for call in (
            lambda: filled.vouched(filled.issuance("id1")),
            lambda: filled.vouched(before),
            filled.verify,
        ):
            with pytest.raises(errors.AuditError, match="`fingerprint`") as no:
                call()
            assert not any(each in str(no.value) for each in shown.values())

    def test_the_state_vouched_for_is_the_newest(self, filled):
        early = filled.issuance("id2")
        registry.revoke(filled, "id2")

        assert filled.vouched(early) == filled.issuance("id2")
