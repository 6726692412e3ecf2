"""What every store must do, as tests to inherit, and records to do it with.

A test class inherits `StoreContract` and says how to open its store:

    class TestSomeStore(store_contract.StoreContract):
        @pytest.fixture
        def reopen(self, tmp_path):
            return lambda: some_store.open(tmp_path)
"""

import dataclasses
import datetime
import secrets

import numpy as np
import pytest

from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint.registry import GeneratorRecord
from tf_fingerprint.registry import IssuanceRecord
from tf_fingerprint.registry import State


def make_generator(num_bits=128, name="a"):
    return GeneratorRecord(
        digest=name * 64,
        decoder_digest="d" * 64,
        num_bits=num_bits,
        resolution=64,
    )


def make_record(generator=None, recipient="ACME", bits=None, **changes):
    generator = generator or make_generator()
    if bits is None:
        bits = fingerprints.random_bits(generator.num_bits)
    record = IssuanceRecord(
        id=secrets.token_hex(8),
        fingerprint=fingerprints.to_hex(bits),
        recipient=recipient,
        issued_at=datetime.datetime.now(datetime.UTC),
        generator=generator,
    )
    return dataclasses.replace(record, **changes)


class StoreContract:
    @pytest.fixture
    def store(self, reopen):
        with reopen() as store:
            yield store

    def test_records_come_back_in_the_order_of_their_recording(self, store):
        records = [make_record(recipient=f"R{n}") for n in range(20)]
        for record in records:
            store.append([record])

        assert store.issuances() == records

    def test_records_outlive_the_store(self, reopen):
        record = make_record()
        with reopen() as store:
            store.append([record])

        with reopen() as store:
            assert store.issuances() == [record]

    def test_another_store_sees_a_record_at_once(self, reopen):
        record = make_record()
        with reopen() as one, reopen() as other:
            one.append([record])
            assert other.issuance(record.id) == record

    @pytest.mark.parametrize(
        "recipient",
        [
            "ACME GmbH & Co. KG",
            "株式会社",
            "O'Brien; DROP TABLE x",
            "👩‍🔬",
            '"%s"',
        ],
    )
    def test_recipients_of_any_name_come_back(self, store, recipient):
        record = make_record(recipient=recipient)
        store.append([record])

        assert store.issuances() == [record]

    @pytest.mark.parametrize("num_bits", [8, 9, 13, 100, 128, 512])
    def test_fingerprints_of_any_length_come_back(self, store, num_bits):
        bits = fingerprints.random_bits(num_bits)
        record = make_record(make_generator(num_bits), bits=bits)
        store.append([record])

        np.testing.assert_array_equal(store.issuance(record.id).bits, bits)

    def test_times_come_back_to_the_microsecond_in_utc(self, store):
        zone = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
        moment = datetime.datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=zone)
        record = make_record(issued_at=moment)
        store.append([record])

        issued_at = store.issuance(record.id).issued_at

        assert issued_at == moment
        assert issued_at.tzinfo is datetime.UTC

    def test_a_fingerprint_is_recorded_only_once(self, store):
        first = make_record(recipient="first")
        second = make_record(recipient="second", bits=first.bits)
        store.append([first])

        with pytest.raises(errors.FingerprintTakenError):
            store.append([second])

        assert store.issuances() == [first]

    def test_an_id_is_recorded_only_once(self, store):
        first = make_record()
        store.append([first])

        with pytest.raises(errors.RegistryError) as caught:
            store.append([make_record(id=first.id)])

        assert caught.type is errors.RegistryError
        assert store.issuances() == [first]

    def test_of_several_records_all_or_none_are_kept(self, store):
        earlier = make_record()
        store.append([earlier])
        batch = [make_record(make_generator(name="b")) for _ in range(9)]
        taken = make_record(bits=earlier.bits)

        with pytest.raises(errors.FingerprintTakenError):
            store.append([*batch, taken])

        assert store.issuances() == [earlier]
        assert store.generators() == [make_generator()]
        store.append(batch)
        assert store.issuances() == [earlier, *batch]

    def test_appending_nothing_changes_nothing(self, store):
        store.append([])

        assert store.issuances() == []
        assert store.generators() == []

    def test_issuances_can_be_narrowed_down(self, store):
        one, other = make_generator(name="a"), make_generator(name="b")
        records = [make_record(one), make_record(other), make_record(one)]
        store.append(records)
        store.change_state(
            records[0].id, before=[State.RESERVED], after=State.ISSUED
        )

        of_one = store.issuances(generator_digest=one.digest)
        reserved = store.issuances(state=State.RESERVED)
        both = store.issuances(
            generator_digest=one.digest, state=State.RESERVED
        )

        assert [record.id for record in of_one] == [
            records[0].id,
            records[2].id,
        ]
        assert reserved == records[1:]
        assert both == records[2:]

    def test_records_read_lazily_are_those_of_the_generator(self, store):
        one, other = make_generator(name="a"), make_generator(name="b")
        records = [make_record(one), make_record(other), make_record(one)]
        store.append(records)

        lazy = store.lazy_issuances(one)

        assert lazy == store.issuances(generator_digest=one.digest)
        assert lazy == [records[0], records[2]]

    def test_a_generator_is_recorded_once_with_its_first_record(self, store):
        generator = make_generator()
        for _ in range(3):
            store.append([make_record(generator)])

        assert store.generators() == [generator]
        assert store.generator(generator.digest) == generator

    @pytest.mark.parametrize(
        "change", [{"decoder_digest": "e" * 64}, {"num_bits": 64}]
    )
    def test_a_generator_keeps_its_decoder_and_size(self, store, change):
        generator = make_generator()
        store.append([make_record(generator)])
        changed = dataclasses.replace(generator, **change)

        with pytest.raises(errors.RegistryError, match="must keep its d"):
            store.append([make_record(changed)])

        assert store.generators() == [generator]

    def test_an_unknown_generator_is_named_with_the_known_ones(self, store):
        store.append([make_record(make_generator(name="a"))])

        with pytest.raises(errors.RegistryError, match="b{12}.*knows a{12}"):
            store.generator("b" * 64)

    def test_an_unknown_issuance_is_named(self, store):
        with pytest.raises(errors.RegistryError, match="no issuance 0123"):
            store.issuance("0123")

    def test_a_state_changes_for_good_and_for_one_record_only(self, reopen):
        records = [make_record(), make_record()]
        issued = dataclasses.replace(records[0], state=State.ISSUED)
        with reopen() as store:
            store.append(records)
            changed = store.change_state(
                issued.id, before=[State.RESERVED], after=State.ISSUED
            )
            assert changed == issued

        with reopen() as store:
            assert store.issuances() == [issued, records[1]]

    def test_a_state_that_is_reached_already_stays(self, store):
        record = make_record(state=State.ISSUED)
        store.append([record])

        changed = store.change_state(
            record.id, before=[State.RESERVED], after=State.ISSUED
        )

        assert changed == record

    def test_a_state_changes_only_from_the_one_expected(self, store):
        record = make_record(state=State.ISSUED)
        store.append([record])

        with pytest.raises(errors.RegistryError, match="It is issued"):
            # Only reached from a state that the record is not in.
            store.change_state(
                record.id, before=[State.RESERVED], after=State.RESERVED
            )

        assert store.issuances() == [record]

    def test_changing_the_state_of_nothing_is_refused(self, store):
        with pytest.raises(errors.RegistryError, match="no issuance 0123"):
            store.change_state(
                "0123", before=[State.RESERVED], after=State.ISSUED
            )
