import numpy as np
import pytest

from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint import registry

from .store_contract import make_generator


@pytest.fixture
def store(tmp_path):
    with registry.open_store(tmp_path / "registry.db", create=True) as store:
        yield store


def flipped(bits, num_flips):
    bits = np.array(bits)
    bits[:num_flips] ^= 1
    return bits


def test_a_draw_too_like_an_issued_one_is_drawn_again(store):
    first = registry.issue(store, "first", generator=make_generator())
    near, far = flipped(first.bits, 32), flipped(first.bits, 33)
    draws = iter([first.bits, near, far])

    second = registry.issue(
        store, "second", generator=make_generator(), draw=lambda _: next(draws)
    )

    np.testing.assert_array_equal(second.bits, far)


def test_what_another_process_issued_meanwhile_counts(store, tmp_path):
    registry.issue(store, "first", generator=make_generator())
    with registry.open_store(tmp_path / "registry.db") as other:
        theirs = registry.issue(other, "theirs", generator=make_generator())
    far = fingerprints.random_bits(128)
    draws = iter([flipped(theirs.bits, 5), far])

    ours = registry.issue(
        store, "ours", generator=make_generator(), draw=lambda _: next(draws)
    )

    np.testing.assert_array_equal(ours.bits, far)


def test_what_was_undone_does_not_count(store):
    bits = fingerprints.random_bits(128)
    registry.issue(store, "first", generator=make_generator())
    changed = registry.GeneratorRecord("a" * 64, "e" * 64, 128, 64)
    with pytest.raises(errors.RegistryError, match="must keep its decoder"):
        registry.issue(store, "no", generator=changed, draw=lambda _: bits)

    record = registry.issue(
        store, "yes", generator=make_generator(), draw=lambda _: bits
    )

    np.testing.assert_array_equal(record.bits, bits)


@pytest.mark.parametrize("distance", [None, 50])
def test_forbidden_answers_and_their_like_are_issued_to_nobody(store, distance):
    habit = fingerprints.random_bits(128)
    least = distance or 33
    draws = iter([habit, flipped(habit, least - 1), flipped(habit, least)])

    record = registry.issue(
        store,
        "ACME",
        generator=make_generator(),
        draw=lambda _: next(draws),
        spacing=registry.Spacing(
            forbidden=[habit], forbidden_distance=distance
        ),
    )

    assert (record.bits != habit).sum() == least


def test_a_distance_that_nothing_keeps_is_told(store):
    habit = fingerprints.random_bits(128)
    spacing = registry.Spacing(forbidden=[habit], forbidden_distance=128)

    with pytest.raises(errors.FingerprintTakenError, match="less distance"):
        registry.issue(
            store, "ACME", generator=make_generator(), spacing=spacing
        )

    assert store.issuances() == []


def test_forbidden_answers_of_another_length_are_refused(store):
    spacing = registry.Spacing(forbidden=np.zeros((1, 100)))

    with pytest.raises(ValueError, match="rows of 128 bits.*another run"):
        registry.issue(
            store, "ACME", generator=make_generator(), spacing=spacing
        )


@pytest.mark.parametrize("name", ["min_distance", "forbidden_distance"])
def test_no_fingerprint_may_be_issued_twice(name):
    with pytest.raises(ValueError, match=f"`{name}` must be 1 or more"):
        registry.Spacing(**{name: 0})
