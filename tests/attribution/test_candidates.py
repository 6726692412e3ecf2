import numpy as np
import pytest

from tf_fingerprint import attribution
from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint import registry
from tf_fingerprint.registry import State

from ..registry.store_contract import make_generator
from ..registry.store_contract import make_record


def make_candidates(num_candidates, num_bits=128):
    generator = make_generator(num_bits)
    return attribution.Candidates(
        generator, [make_record(generator) for _ in range(num_candidates)]
    )


@pytest.mark.parametrize("num_bits", [8, 13, 63, 64, 65, 100, 128, 200, 512])
def test_the_nearest_two_are_those_of_a_slow_loop(num_bits):
    candidates = make_candidates(20, num_bits)
    decoded_bits = np.random.default_rng(0).integers(0, 2, (7, num_bits))

    places, distances = candidates.nearest_two(decoded_bits)

    for bits, image_places, image_distances in zip(
        decoded_bits, places, distances, strict=True
    ):
        slow = [
            int((record.bits != bits).sum()) for record in candidates.records
        ]
        assert sorted(slow)[:2] == image_distances.tolist()
        assert [slow[place] for place in image_places] == sorted(slow)[:2]
        assert image_places[0] != image_places[1]


def test_512_differing_bits_are_counted():
    generator = make_generator(512)
    ones = make_record(generator, bits=np.ones(512))
    zeros = make_record(generator, bits=np.zeros(512))
    candidates = attribution.Candidates(generator, [ones, zeros])

    places, distances = candidates.nearest_two(np.zeros((1, 512), np.uint8))

    assert places.tolist() == [[1, 0]]
    assert distances.tolist() == [[0, 512]]


@pytest.mark.parametrize("num_candidates", [0, 1])
def test_where_there_are_no_two_fewer_are_found(num_candidates):
    candidates = make_candidates(num_candidates)

    places, distances = candidates.nearest_two(np.zeros((3, 128), np.uint8))

    assert places.shape == distances.shape == (3, num_candidates)


def test_candidates_are_those_of_one_generator_in_any_state(tmp_path):
    generator, other = make_generator(name="a"), make_generator(name="b")
    reserved = make_record(generator)
    issued = make_record(generator, state=State.ISSUED)
    with registry.open_store(tmp_path / "registry.db", create=True) as store:
        store.append([reserved, make_record(other), issued])

        candidates = attribution.Candidates.load(store, generator.digest)

    assert candidates.generator == generator
    assert candidates.records == (reserved, issued)
    assert len(candidates) == 2


def test_a_registry_without_the_generator_says_so(tmp_path):
    with registry.open_store(tmp_path / "registry.db", create=True) as store:
        with pytest.raises(errors.RegistryError, match="nothing was issued"):
            attribution.Candidates.load(store, "a" * 64)


def test_records_of_another_generator_are_refused():
    record = make_record(make_generator(name="b"))

    with pytest.raises(ValueError, match="a{12}.*b{12}"):
        attribution.Candidates(make_generator(name="a"), [record])


def test_a_fingerprint_is_nearest_to_itself():
    candidates = make_candidates(1000)
    bits = np.stack([record.bits for record in candidates.records])

    places, distances = candidates.nearest_two(bits)

    assert places[:, 0].tolist() == list(range(1000))
    assert not distances[:, 0].any()
    assert fingerprints.to_hex(bits[7]) == candidates.records[7].fingerprint
