import dataclasses
import datetime
import itertools

import numpy as np
import pytest

from tf_fingerprint import attribution
from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint import registry
from tf_fingerprint.registry import State

from .store_contract import make_generator


@pytest.fixture
def store(tmp_path):
    with registry.open_store(tmp_path / "registry.db", create=True) as store:
        yield store


def test_an_issuance_is_recorded_before_it_is_handed_out(store):
    record = registry.issue(store, "ACME", generator=make_generator())

    assert store.issuances() == [record]
    assert record.recipient == "ACME"
    assert record.state == State.RESERVED


def test_an_issuance_says_when_it_was_made(store):
    before = datetime.datetime.now(datetime.UTC)
    record = registry.issue(store, "ACME", generator=make_generator())
    after = datetime.datetime.now(datetime.UTC)

    assert before <= record.issued_at <= after


def test_the_fingerprint_is_the_one_drawn(store):
    bits = fingerprints.random_bits(100)

    record = registry.issue(
        store,
        "ACME",
        generator=make_generator(num_bits=100),
        draw=lambda num_bits: bits[:num_bits],
    )

    np.testing.assert_array_equal(record.bits, bits)


def test_one_recipient_may_be_issued_several_fingerprints(store):
    records = [
        registry.issue(store, "ACME", generator=make_generator())
        for _ in range(5)
    ]

    assert len({record.fingerprint for record in records}) == 5
    assert len({record.id for record in records}) == 5


def test_all_fingerprints_of_eight_bits_can_be_issued_but_one_more_not(store):
    generator = make_generator(num_bits=8)
    numbers = itertools.count()

    def draw(num_bits):
        # Each number twice, so that every second draw is taken.
        return np.unpackbits(np.uint8([next(numbers) // 2 % 256]))

    for number in range(256):
        registry.issue(store, f"R{number}", generator=generator, draw=draw)

    with pytest.raises(errors.FingerprintTakenError, match="Use longer"):
        registry.issue(store, "one more", generator=generator)
    assert len({record.fingerprint for record in store.issuances()}) == 256
    assert len(store.issuances()) == 256


def test_a_random_source_that_repeats_itself_is_suspected(store):
    def draw(num_bits):
        return np.zeros(num_bits)

    registry.issue(store, "first", generator=make_generator(), draw=draw)

    with pytest.raises(errors.FingerprintTakenError, match="random source"):
        registry.issue(store, "second", generator=make_generator(), draw=draw)
    assert [record.recipient for record in store.issuances()] == ["first"]


def test_a_fingerprint_is_unique_across_generators(store):
    bits = fingerprints.random_bits(128)
    one, other = make_generator(name="a"), make_generator(name="b")
    registry.issue(store, "one", generator=one, draw=lambda _: bits)

    with pytest.raises(errors.FingerprintTakenError):
        registry.issue(store, "other", generator=other, draw=lambda _: bits)


def test_a_recipient_without_a_name_gets_nothing(store):
    with pytest.raises(ValueError, match="`recipient`"):
        registry.issue(store, " ", generator=make_generator())

    assert store.issuances() == []


def test_confirming_finishes_an_issuance(store):
    one, other = (
        registry.issue(store, name, generator=make_generator())
        for name in ("one", "other")
    )
    assert registry.unfinished(store) == [one, other]

    confirmed = registry.confirm(store, one.id)

    assert confirmed.state == State.ISSUED
    assert confirmed.fingerprint == one.fingerprint
    assert registry.unfinished(store) == [other]


def test_confirming_twice_is_confirming_once(store):
    record = registry.issue(store, "ACME", generator=make_generator())

    first = registry.confirm(store, record.id)

    assert registry.confirm(store, record.id) == first


def test_what_was_never_issued_can_not_be_confirmed(store):
    with pytest.raises(errors.RegistryError, match="no issuance"):
        registry.confirm(store, "0123456789abcdef")


@pytest.mark.parametrize("confirmed", [False, True])
def test_revoking_withdraws_an_issuance(store, confirmed):
    one, other = (
        registry.issue(store, name, generator=make_generator())
        for name in ("one", "other")
    )
    if confirmed:
        registry.confirm(store, one.id)

    revoked = registry.revoke(store, one.id, reason="the contract ended")

    assert revoked == dataclasses.replace(one, state=State.REVOKED)
    assert store.issuances() == [revoked, other]
    assert registry.revoke(store, one.id) == revoked


def test_what_is_revoked_is_never_confirmed_again(store):
    record = registry.issue(store, "ACME", generator=make_generator())
    registry.revoke(store, record.id)

    with pytest.raises(errors.RegistryError, match="It is revoked"):
        registry.confirm(store, record.id)


def test_a_revoked_fingerprint_is_never_given_out_again(store):
    record = registry.issue(store, "ACME", generator=make_generator())
    registry.revoke(store, record.id)

    with pytest.raises(errors.FingerprintTakenError):
        registry.issue(
            store,
            "other",
            generator=make_generator(),
            draw=lambda _: record.bits,
        )


def test_an_image_of_a_revoked_copy_shows_its_issuance_and_accuses_nobody(
    store,
):
    record = registry.issue(store, "ACME", generator=make_generator())
    revoked = registry.revoke(store, record.id)

    candidates = attribution.Candidates.load(store, record.generator.digest)
    verdict = attribution.attribute(record.bits, candidates)

    assert verdict.record == revoked
    assert verdict.finding is attribution.Finding.NOT_ISSUED
    row = verdict.to_dict()
    assert (row["issuance_id"], row["state"]) == (record.id, "revoked")
    assert row["recipient"] is None


def test_what_was_never_issued_can_not_be_revoked(store):
    with pytest.raises(errors.RegistryError, match="no issuance"):
        registry.revoke(store, "0123456789abcdef")
