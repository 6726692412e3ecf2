import itertools

import numpy as np
import pytest

from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint import registry
from tf_fingerprint.registry import State

from .store_contract import make_generator

NAMES = [f"Recipient {number}" for number in range(1, 26)]


@pytest.fixture
def store(tmp_path):
    with registry.open_store(tmp_path / "registry.db", create=True) as store:
        yield store


def issue(store, names, **options):
    options = {"generator": make_generator(), "lines_at_once": 10} | options
    return registry.issue_many(store, names, **options)


def distances_between(records):
    bits = np.array([record.bits for record in records]).astype(int)
    counts = (bits[:, None] != bits).sum(axis=-1)
    return counts[~np.eye(len(bits), dtype=bool)]


def test_each_line_is_issued_one_fingerprint_in_order(store):
    records = issue(store, NAMES)

    assert [record.recipient for record in records] == NAMES
    assert [record.batch_line for record in records] == list(range(1, 26))
    assert {record.state for record in records} == {State.RESERVED}
    assert store.issuances() == records
    store.verify()


def test_the_fingerprints_of_a_batch_keep_apart(store):
    spacing = registry.Spacing(min_distance=52)

    records = issue(store, NAMES, spacing=spacing, lines_at_once=25)

    assert distances_between(records).min() >= 52


def test_a_list_issued_to_before_changes_nothing(store):
    records = issue(store, NAMES)
    head = store.head()

    assert issue(store, NAMES) == records
    assert store.head() == head


@pytest.mark.parametrize("num_drawn", [0, 5, 10, 17, 24])
def test_a_batch_that_broke_off_goes_on_without_gap_or_double(store, num_drawn):
    drawn = itertools.count()

    def draw(num_bits):
        if next(drawn) == num_drawn:
            raise KeyboardInterrupt
        return fingerprints.random_bits(num_bits)

    with pytest.raises(KeyboardInterrupt):
        issue(store, NAMES, draw=draw)
    # All or nothing a transaction of ten lines.
    assert len(store.issuances()) == num_drawn // 10 * 10
    records = issue(store, NAMES)

    assert [record.recipient for record in records] == NAMES
    assert sorted(map(id_of, store.issuances())) == sorted(map(id_of, records))
    store.verify()


def id_of(record):
    return record.id


def test_lines_that_another_process_takes_meanwhile_are_not_doubled(
    store, tmp_path
):
    numbers = itertools.count()

    def draw(num_bits):
        if next(numbers) == 12:  # In the second transaction of three.
            with registry.open_store(tmp_path / "registry.db") as other:
                theirs.extend(issue(other, NAMES))
        return fingerprints.random_bits(num_bits)

    theirs = []
    assert issue(store, NAMES, draw=draw) == theirs == store.issuances()
    store.verify()


def test_one_recipient_may_stand_in_several_lines(store):
    records = issue(store, ["ACME"] * 3)

    assert len({record.fingerprint for record in records}) == 3


def test_a_named_list_may_grow(store):
    first = issue(store, NAMES[:7], batch="2026")

    records = issue(store, NAMES, batch="2026")

    assert records[:7] == first
    assert len(store.issuances()) == 25
    assert issue(store, NAMES[:7], batch="2026") == first


def test_a_changed_list_is_another_unless_it_has_a_name(store):
    issue(store, NAMES)
    issue(store, NAMES[:7])
    assert len(store.issuances()) == 32

    issue(store, NAMES, batch="2026")
    with pytest.raises(errors.RegistryError, match="Line 2 .* 'Recipient 2'"):
        issue(store, [NAMES[0], "somebody"], batch="2026")
    with pytest.raises(errors.RegistryError, match="its generator a{12}"):
        issue(store, NAMES, batch="2026", generator=make_generator(name="b"))
    assert len(store.issuances()) == 57


def test_a_line_without_a_name_is_told_before_anything_is_recorded(store):
    with pytest.raises(ValueError, match="line 25 of `recipients`"):
        issue(store, [*NAMES[:24], " "])

    assert store.issuances() == []


def test_no_lines_need_no_fingerprints(store):
    assert issue(store, []) == []


def test_taken_draws_of_a_batch_are_drawn_again(store):
    numbers = itertools.count()

    def draw(num_bits):  # Each twice, so that every second one is taken.
        return np.unpackbits(np.uint8([next(numbers) // 2]))

    records = issue(
        store, NAMES[:20], draw=draw, generator=make_generator(num_bits=8)
    )

    assert len({record.fingerprint for record in records}) == 20


def test_rotating_retires_and_issues_afresh(store):
    [old] = issue(store, ["ACME"])
    registry.confirm(store, old.id)

    new = registry.rotate(store, old.id)

    assert store.issuance(old.id).state == State.RETIRED
    assert (new.recipient, new.state) == ("ACME", State.RESERVED)
    assert new.fingerprint != old.fingerprint
    with pytest.raises(errors.RegistryError, match="It is retired"):
        registry.rotate(store, old.id)
    assert len(store.issuances()) == 2
    store.verify()
