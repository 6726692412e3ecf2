import dataclasses
import datetime
import json

import numpy as np
import pytest

from tf_fingerprint import fingerprints
from tf_fingerprint.registry import State

from .store_contract import make_generator
from .store_contract import make_record


def test_a_records_bits_are_those_of_its_hexadecimal_form():
    bits = fingerprints.random_bits(100)

    record = make_record(make_generator(100), bits=bits)

    np.testing.assert_array_equal(record.bits, bits)


def test_a_record_fits_into_json():
    record = make_record(state=State.ISSUED)

    fields = json.loads(json.dumps(record.to_dict()))

    assert fields["state"] == "issued"
    assert fields["num_bits"] == 128
    assert (
        datetime.datetime.fromisoformat(fields["issued_at"]) == record.issued_at
    )


def test_records_can_not_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        make_record().recipient = "somebody else"


@pytest.mark.parametrize(
    "recipient", ["", " ", " ACME", "ACME\n", "AC\nME", "AC\0ME", "AC\ud800ME"]
)
def test_recipients_have_a_name_on_one_line(recipient):
    with pytest.raises(ValueError, match="`recipient` must be a name"):
        make_record(recipient=recipient)


def test_a_fingerprint_has_as_many_bits_as_its_generators():
    with pytest.raises(ValueError, match="128 bits must have 32"):
        make_record(fingerprint="00" * 15)


def test_a_time_without_zone_is_refused():
    with pytest.raises(ValueError, match="`issued_at` must have a time zone"):
        make_record(issued_at=datetime.datetime(2026, 1, 1))


@pytest.mark.parametrize("digest", ["", "a" * 63, "A" * 64, "a" * 64 + "\n"])
@pytest.mark.parametrize("field", ["digest", "decoder_digest"])
def test_digests_are_sha256(field, digest):
    with pytest.raises(ValueError, match=f"`{field}` must be a SHA-256"):
        dataclasses.replace(make_generator(), **{field: digest})


@pytest.mark.parametrize("num_bits", [0, 7, 513])
def test_generators_have_a_possible_number_of_bits(num_bits):
    with pytest.raises(ValueError, match="`num_bits`"):
        make_generator(num_bits)


def test_generators_have_a_possible_resolution():
    with pytest.raises(ValueError, match="`resolution`.*Received 0"):
        dataclasses.replace(make_generator(), resolution=0)


@pytest.mark.parametrize("offset", [{"microseconds": 1}, {"hours": -9}])
def test_times_in_json_are_read_back_as_the_same_moment(offset):
    zone = datetime.timezone(datetime.timedelta(**offset))
    moment = datetime.datetime(2026, 1, 1, tzinfo=zone)

    fields = make_record(issued_at=moment, expires_at=moment).to_dict()

    for name in ("issued_at", "expires_at"):
        assert datetime.datetime.fromisoformat(fields[name]) == moment


@pytest.mark.parametrize("_id", ["", "a b", "ä", "a" * 33, "a\n"])
def test_ids_are_short_and_plain(_id):
    with pytest.raises(ValueError, match="`id` must have 1 to 32"):
        make_record(id=_id)


@pytest.mark.parametrize(
    "changes",
    [
        {"batch": "list"},
        {"batch_line": 1},
        {"batch": "list", "batch_line": 0},
        {"batch": " ", "batch_line": 1},
    ],
)
def test_batches_have_a_name_and_lines_from_1_on(changes):
    with pytest.raises(ValueError, match="`batch"):
        make_record(**changes)


def test_times_that_utc_does_not_have_are_refused():
    zone = datetime.timezone(datetime.timedelta(hours=14))
    moment = datetime.datetime(1, 1, 1, tzinfo=zone)

    with pytest.raises(ValueError, match="years 1 and 9999"):
        make_record(expires_at=moment)


def test_a_right_ends_at_the_very_moment_that_it_held_until():
    until = datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC)
    record = make_record(expires_at=until)

    assert record.is_expired(until)
    assert not record.is_expired(until - datetime.timedelta(microseconds=1))
    assert not make_record().is_expired(until)
