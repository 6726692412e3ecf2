import sys
import tracemalloc

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from tf_fingerprint.attribution import search

from ..fuzzing import fuzzed

needs_faiss = pytest.mark.skipif(
    not search.is_installed(),
    reason="faiss is not installed; install tf-fingerprint[search]",
)
ENGINES = ["numpy", pytest.param("faiss", marks=needs_faiss)]


def slow_nearest_two(packed, queries):
    """Sorts by distance, and by place where distances are equal."""
    places, distances = [], []
    for query in queries:
        all_distances = np.unpackbits(packed ^ query, axis=-1).sum(axis=-1)
        order = sorted(range(len(packed)), key=all_distances.__getitem__)
        places.append(order[:2])
        distances.append(all_distances[order[:2]].tolist())
    return places, distances


def drawn(seed, count, num_bytes, num_kinds=256):
    """Bytes of few kinds make many distances equal."""
    generator = np.random.default_rng(seed)
    kinds = generator.integers(0, 256, num_kinds, dtype=np.uint8)
    return generator.choice(kinds, (count, num_bytes))


def check(engine, packed, queries):
    places, distances = search.make_search(packed, engine).nearest_two(queries)

    slow_places, slow_distances = slow_nearest_two(packed, queries)
    assert distances.tolist() == slow_distances
    assert places.tolist() == slow_places
    assert places.dtype == distances.dtype == np.int64


@pytest.mark.parametrize("engine", ENGINES)
@fuzzed(60)
@hypothesis.given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(0, 300),
    num_queries=st.integers(0, 20),
    num_bytes=st.sampled_from([1, 2, 5, 8, 9, 16, 31, 32, 33, 64]),
    num_kinds=st.integers(1, 4),
    tile=st.integers(1, 500),
)
def test_every_engine_answers_like_a_slow_loop_ties_included(
    engine, seed, count, num_queries, num_bytes, num_kinds, tile
):
    packed = drawn(seed, count, num_bytes, num_kinds)
    queries = drawn(seed + 1, num_queries, num_bytes, num_kinds)
    if count and num_queries:
        queries[0] = packed[-1]

    with pytest.MonkeyPatch.context() as patch:
        # So small that candidates and batch are taken in several parts.
        patch.setattr(search, "_TILE_COMPARISONS", tile)
        check(engine, packed, queries)


@needs_faiss
@pytest.mark.parametrize("num_kinds", [1, 2, 256])
def test_engines_agree_where_there_are_many(num_kinds):
    packed = drawn(0, 70_000, 16, num_kinds)
    queries = np.concatenate([drawn(1, 20, 16, num_kinds), packed[::7000]])

    by_numpy = search.make_search(packed, "numpy").nearest_two(queries)
    by_faiss = search.make_search(packed, "faiss").nearest_two(queries)

    np.testing.assert_array_equal(by_numpy, by_faiss)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("num_bytes", [31, 32, 64])
def test_as_many_differing_bits_as_there_are_can_be_told(engine, num_bytes):
    packed = np.full((2, num_bytes), 255, np.uint8)
    queries = np.zeros((1, num_bytes), np.uint8)

    found = search.make_search(packed, engine).nearest_two(queries)

    assert found[0].tolist() == [[0, 1]]
    assert found[1].tolist() == [[8 * num_bytes] * 2]


def test_memory_does_not_grow_with_the_batch():
    finder = search.make_search(drawn(0, 50_000, 16), "numpy")
    queries = drawn(1, 100, 16)

    tracemalloc.start()
    finder.nearest_two(queries)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    # All comparisons at once would take 40 MB.
    assert peak_bytes < 2e6


def test_few_fingerprints_are_searched_without_faiss(monkeypatch):
    monkeypatch.setattr(search, "is_installed", lambda: True)

    few = search.make_search(drawn(0, 99_999, 2))

    assert isinstance(few, search.NumpySearch)


@needs_faiss
def test_many_fingerprints_are_searched_by_faiss():
    many = search.make_search(drawn(0, 100_000, 2))

    assert isinstance(many, search.FaissSearch)


def test_without_faiss_numpy_searches_many(monkeypatch):
    monkeypatch.setattr(search, "is_installed", lambda: False)

    many = search.make_search(drawn(0, 100_000, 2))

    assert isinstance(many, search.NumpySearch)


def test_a_missing_engine_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)

    with pytest.raises(ModuleNotFoundError, match=r"tf-fingerprint\[search\]"):
        search.make_search(drawn(0, 3, 2), "faiss")


def test_an_unknown_engine_is_refused():
    with pytest.raises(ValueError, match="faiss, numpy. Received 'magic'"):
        search.make_search(drawn(0, 3, 2), "magic")
