import json
import math

import numpy as np
import pytest

from tf_fingerprint import attribution
from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint.registry import State

from ..registry.store_contract import make_generator
from ..registry.store_contract import make_record


def make_candidates(*fingerprints_of, num_bits=128):
    generator = make_generator(num_bits)
    return attribution.Candidates(
        generator,
        [
            make_record(generator, f"R{number}", bits)
            for number, bits in enumerate(fingerprints_of)
        ],
    )


def random_candidates(num_candidates, num_bits=128):
    drawn = [fingerprints.random_bits(num_bits) for _ in range(num_candidates)]
    return make_candidates(*drawn, num_bits=num_bits)


def flipped(bits, num_flips):
    bits = bits.copy()
    bits[:num_flips] ^= 1
    return bits


def test_the_recipient_of_the_fingerprint_is_named():
    candidates = random_candidates(1000)

    for record in candidates.records[::100]:
        verdict = attribution.attribute(flipped(record.bits, 20), candidates)

        assert verdict.recipient == record.recipient
        assert verdict.record == record
        assert verdict.num_matches == 108
        assert verdict.num_bits == 128
        assert verdict.num_candidates == 1000
        assert verdict.threshold == 98
        assert verdict.margin == 108 - verdict.runner_up_matches > 0


def test_the_odds_are_those_of_the_best_match():
    candidates = random_candidates(1000)
    bits = flipped(candidates.records[5].bits, 20)

    verdict = attribution.attribute(bits, candidates)

    rate = fingerprints.false_positive_rate(108, 128)
    assert verdict.false_positive_rate == rate
    assert verdict.p_value == pytest.approx(1000 * rate, rel=1e-12, abs=0)


def test_the_threshold_is_the_last_number_that_is_enough():
    candidates = random_candidates(1000)
    bits = candidates.records[5].bits

    enough = attribution.attribute(flipped(bits, 128 - 98), candidates)
    too_few = attribution.attribute(flipped(bits, 128 - 97), candidates)

    assert enough.recipient == "R5"
    assert enough.p_value <= 1e-6
    assert too_few.recipient is None
    assert too_few.num_matches == 97
    assert too_few.p_value > 1e-6


def test_an_image_without_fingerprint_is_attributed_to_nobody():
    candidates = random_candidates(1000)
    decoded_bits = np.random.default_rng(0).integers(0, 2, (1000, 128))

    verdicts = attribution.attribute_many(decoded_bits, candidates)

    assert {verdict.recipient for verdict in verdicts} == {None}
    assert {verdict.record for verdict in verdicts} == {None}
    assert {verdict.state for verdict in verdicts} == {None}
    assert min(verdict.p_value for verdict in verdicts) > 1e-6


@pytest.mark.slow
def test_strangers_are_accused_as_seldom_as_promised():
    decoded_bits = np.random.default_rng(0).integers(0, 2, (20_000, 32))
    candidates = random_candidates(50, num_bits=32)

    verdicts = attribution.attribute_many(
        decoded_bits, candidates, max_false_positive_rate=0.05
    )

    accused = np.mean([verdict.recipient is not None for verdict in verdicts])
    threshold = verdicts[0].threshold
    promised = 50 * fingerprints.false_positive_rate(threshold, 32)
    assert promised <= 0.05
    spread = math.sqrt(promised / 20_000)
    assert promised / 2 < accused <= promised + 5 * spread


def test_of_two_equally_good_candidates_neither_is_named():
    bits = fingerprints.random_bits(128)
    between = flipped(bits, 4)
    candidates = make_candidates(bits, flipped(bits, 8))

    verdict = attribution.attribute(between, candidates)

    assert verdict.recipient is None
    assert verdict.num_matches == verdict.runner_up_matches == 124
    assert verdict.margin == 0


def test_the_better_of_two_good_candidates_is_named():
    bits = fingerprints.random_bits(128)
    candidates = make_candidates(bits, flipped(bits, 8))

    verdict = attribution.attribute(flipped(bits, 3), candidates)

    assert verdict.recipient == "R0"
    assert verdict.runner_up_matches == 123
    assert verdict.margin == 2


def test_a_single_candidate_has_no_runner_up():
    candidates = random_candidates(1)

    verdict = attribution.attribute(candidates.records[0].bits, candidates)

    assert verdict.recipient == "R0"
    assert verdict.runner_up_matches is None
    assert verdict.margin is None


def test_without_candidates_nobody_is_named():
    candidates = attribution.Candidates(make_generator(), [])

    verdict = attribution.attribute(np.zeros(128), candidates)

    assert verdict.recipient is None
    assert verdict.num_candidates == 0
    assert verdict.num_matches == 0
    assert verdict.p_value == verdict.false_positive_rate == 1.0


@pytest.mark.parametrize("state", list(State))
def test_reservations_are_candidates_too_and_the_verdict_says_so(state):
    generator = make_generator()
    record = make_record(generator, state=state)
    candidates = attribution.Candidates(generator, [record])

    verdict = attribution.attribute(record.bits, candidates)

    assert verdict.record == record
    assert verdict.state == state


def test_a_batch_is_attributed_like_its_images():
    candidates = random_candidates(100, num_bits=100)
    decoded_bits = np.random.default_rng(0).integers(0, 2, (50, 100))
    decoded_bits[::2] = [record.bits for record in candidates.records[:25]]

    verdicts = attribution.attribute_many(decoded_bits > 0, candidates)

    assert verdicts == [
        attribution.attribute(bits, candidates) for bits in decoded_bits
    ]
    assert [verdict.recipient for verdict in verdicts[::2]] == [
        f"R{number}" for number in range(25)
    ]


def test_an_empty_batch_has_no_verdicts():
    assert (
        attribution.attribute_many(np.zeros((0, 128)), random_candidates(3))
        == []
    )


def test_bits_of_another_decoder_are_refused():
    with pytest.raises(ValueError, match="128 bits.*Received 100.*another run"):
        attribution.attribute(np.zeros(100), random_candidates(3))


def test_a_batch_is_not_taken_for_an_image_nor_the_reverse():
    with pytest.raises(ValueError, match="1 axes.*Received 2"):
        attribution.attribute(np.zeros((1, 128)), random_candidates(3))
    with pytest.raises(ValueError, match="2 axes.*Received 1"):
        attribution.attribute_many(np.zeros(128), random_candidates(3))


def test_logits_are_refused():
    with pytest.raises(ValueError, match="pass `logits > 0`"):
        attribution.attribute(np.full(128, 0.3), random_candidates(3))


def test_a_registry_too_large_for_its_bits_is_an_error_and_not_nobody():
    candidates = random_candidates(10, num_bits=16)

    with pytest.raises(errors.TooFewBitsError, match="longer"):
        attribution.attribute(candidates.records[0].bits, candidates)


def test_a_verdict_fits_into_json():
    candidates = random_candidates(3)
    named = attribution.attribute(candidates.records[1].bits, candidates)
    nobody = attribution.attribute(
        fingerprints.random_bits(128), random_candidates(3)
    )

    for verdict in (named, nobody):
        fields = json.loads(json.dumps(verdict.to_dict()))
        assert fields["recipient"] == verdict.recipient
        assert fields["p_value"] == verdict.p_value
        assert fields["margin"] == verdict.margin
    assert named.to_dict()["state"] == "reserved"
    assert nobody.to_dict()["state"] is None


def test_a_fingerprint_is_detected_up_to_the_threshold():
    fingerprint = fingerprints.random_bits(128)

    enough = attribution.detect(flipped(fingerprint, 128 - 92), fingerprint)
    too_few = attribution.detect(flipped(fingerprint, 128 - 91), fingerprint)

    assert enough.detected
    assert enough.threshold == enough.num_matches == 92
    assert enough.false_positive_rate <= 1e-6 < too_few.false_positive_rate
    assert not too_few.detected


def test_another_fingerprint_is_not_detected():
    bits, fingerprint = (fingerprints.random_bits(128) for _ in range(2))

    assert not attribution.detect(bits, fingerprint).detected


def test_detection_refuses_bits_of_another_length():
    with pytest.raises(ValueError, match="128 bits.*Received 127"):
        attribution.detect(np.zeros(127), np.zeros(128))
