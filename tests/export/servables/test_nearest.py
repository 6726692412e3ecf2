import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from export.servables import nearest
from tf_fingerprint import attribution
from tf_fingerprint import errors
from tf_fingerprint import fingerprints

from ...registry.store_contract import make_generator
from ...registry.store_contract import make_record


def candidates_of(rows):
    generator = make_generator(rows.shape[-1])
    return attribution.Candidates(
        generator,
        [
            make_record(generator, f"R{number}", bits)
            for number, bits in enumerate(rows)
        ],
    )


def answers(candidates, bits, is_read=None, **options):
    """One dict of values a row."""
    matcher = nearest.Nearest(candidates, **options)
    if is_read is None:
        is_read = np.ones(len(bits), bool)
    attribute = tf.function(matcher.attribute)
    found = attribute(tf.constant(bits, tf.int32), tf.constant(is_read))
    columns = {name: values.numpy().tolist() for name, values in found.items()}
    return [
        dict(zip(columns, row, strict=True))
        for row in zip(*columns.values(), strict=True)
    ]


def as_answer(verdict):
    """What the graph must say where Python says this."""
    runner_up = verdict.runner_up_matches
    tied = verdict.num_matches == runner_up
    if verdict.record:
        kind = b"attributed"
    elif tied and verdict.num_matches >= verdict.threshold:
        kind = b"ambiguous"
    else:
        kind = b"nobody"
    return {
        "verdict": kind,
        "recipient_id": verdict.record.id.encode() if verdict.record else b"",
        "matches": verdict.num_matches,
        "runner_up_matches": -1 if runner_up is None else runner_up,
        "p_value": verdict.false_positive_rate,
        "p_value_corrected": verdict.p_value,
        "log10_p": pytest.approx(
            fingerprints.log10_false_positive_rate(
                verdict.num_matches, verdict.num_bits
            )
        ),
    }


@pytest.mark.parametrize(
    ("num_bits", "rate"),
    [(number, 0.02) for number in (13, 63, 64, 65, 128, 255, 256, 512)]
    + [(8, 1.0), (8, 1e-6), (128, 1e-6), (128, 1.0), (200, 1e-9)],
)
def test_verdicts_are_those_of_python(num_bits, rate):
    random = np.random.default_rng(num_bits)
    issued = random.integers(0, 2, (12, num_bits))
    # Some close to each other, and one twice, so that there are ties.
    issued[6:9] = issued[:3]
    issued[6:9, :2] ^= 1
    issued[11] = issued[10]
    candidates = candidates_of(issued)
    flips = random.random((300, num_bits)) < random.random((300, 1)) / 2
    bits = issued[random.integers(0, 12, 300)] ^ flips
    bits[:12] = issued
    bits[12:15] = 1 - issued[:3]
    try:
        expected = attribution.attribute_many(
            bits, candidates, max_false_positive_rate=rate
        )
    except errors.TooFewBitsError:
        with pytest.raises(errors.TooFewBitsError):
            nearest.Nearest(candidates, max_false_positive_rate=rate)
        return

    found = answers(candidates, bits, max_false_positive_rate=rate)

    assert found == [as_answer(verdict) for verdict in expected]
    kinds = {answer["verdict"] for answer in found}
    assert {b"attributed", b"ambiguous"} <= kinds
    assert rate == 1 or b"nobody" in kinds


@pytest.mark.parametrize("num_candidates", [0, 1, 2])
@pytest.mark.parametrize("num_bits", [128, 255, 256])
def test_few_candidates_are_enough(num_candidates, num_bits):
    issued = np.random.default_rng(1).integers(0, 2, (2, num_bits))
    candidates = candidates_of(issued[:num_candidates])
    bits = np.concatenate([issued, 1 - issued])

    found = answers(candidates, bits)

    expected = attribution.attribute_many(bits, candidates)
    assert found == [as_answer(verdict) for verdict in expected]


@pytest.mark.parametrize("offset", [0, -1])
def test_the_threshold_is_the_last_number_that_is_enough(offset):
    issued = np.random.default_rng(2).integers(0, 2, (1000, 128))
    bits = issued[5].copy()
    bits[: 128 - 98 - offset] ^= 1

    [answer] = answers(candidates_of(issued), bits[None])

    assert answer["matches"] == 98 + offset
    assert answer["verdict"] == (b"nobody" if offset else b"attributed")
    assert (answer["p_value_corrected"] <= 1e-6) == (offset == 0)


def test_a_full_match_has_odds_that_single_precision_can_not_hold():
    issued = np.random.default_rng(3).integers(0, 2, (3, 128))

    [answer] = answers(candidates_of(issued), issued[1:2])

    assert answer["p_value"] == 2.0**-128
    assert answer["p_value_corrected"] == 3 * 2.0**-128
    assert answer["log10_p"] == pytest.approx(-128 * np.log10(2))


def test_a_revoked_issuance_is_still_recognized():
    issued = np.random.default_rng(4).integers(0, 2, (3, 128))
    candidates = candidates_of(issued)
    records = list(candidates.records)
    records[1] = dataclasses.replace(records[1], state="revoked")
    records[2] = dataclasses.replace(records[2], state="retired")
    candidates = attribution.Candidates(candidates.generator, records)

    found = answers(candidates, np.concatenate([issued, 1 - issued]))

    assert [answer["verdict"] for answer in found[:3]] == [
        b"attributed",
        b"revoked",
        b"attributed",
    ]
    assert [answer["recipient_id"].decode() for answer in found[:3]] == [
        record.id for record in records
    ]
    assert {answer["verdict"] for answer in found[3:]} == {b"nobody"}
    assert {answer["recipient_id"] for answer in found[3:]} == {b""}


def test_names_stand_for_recipients_only_if_asked_for():
    issued = np.random.default_rng(5).integers(0, 2, (2, 128))

    [answer] = answers(candidates_of(issued), issued[1:], names=True)

    assert answer["recipient_id"] == b"R1"


@pytest.mark.parametrize("num_candidates", [0, 1, 4])
def test_what_could_not_be_read_accuses_nobody(num_candidates):
    issued = np.zeros((num_candidates, 128), int)
    issued += np.arange(num_candidates)[:, None] % 2

    found = answers(
        candidates_of(issued), np.zeros((2, 128)), np.array([False, False])
    )

    assert found == 2 * [
        {
            "verdict": b"unreadable",
            "recipient_id": b"",
            "matches": -1,
            "runner_up_matches": -1,
            "p_value": 1.0,
            "p_value_corrected": 1.0,
            "log10_p": 0.0,
        }
    ]


def test_an_empty_batch_is_judged_in_no_time():
    issued = np.random.default_rng(6).integers(0, 2, (2, 128))

    assert answers(candidates_of(issued), np.zeros((0, 128), int)) == []


def test_fingerprints_too_short_to_be_evidence_are_refused():
    issued = np.random.default_rng(7).integers(0, 2, (2, 8))

    with pytest.raises(errors.TooFewBitsError, match="8 bits cannot tell"):
        nearest.Nearest(candidates_of(issued))


def test_the_version_follows_the_registry():
    issued = np.random.default_rng(8).integers(0, 2, (3, 128))
    candidates = candidates_of(issued)
    generator, records = candidates.generator, candidates.records
    revoked = dataclasses.replace(records[0], state="revoked")

    versions = [
        nearest.registry_version(attribution.Candidates(generator, some))
        for some in (records, records, records[:2], (revoked, *records[1:]), ())
    ]

    assert versions[0] == versions[1]
    assert len(set(versions)) == 4
    assert versions[0].endswith("-3")
    assert versions[-1].endswith("-0")


def test_a_million_candidates_would_take_sixteen_bytes_each():
    issued = np.random.default_rng(9).integers(0, 2, (100, 128))

    module = nearest.Nearest(candidates_of(issued)).module

    assert module.words.dtype == tf.int64
    assert module.words.shape == (2, 100)
    assert len(module.variables) == 3
    assert not module.trainable_variables
