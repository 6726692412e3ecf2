"""One image, one answer: alone, in bulk, and served, in every state."""

import datetime
import types

import numpy as np
import pytest
import tensorflow as tf

from export.servables import nearest
from tf_fingerprint import attribution
from tf_fingerprint.registry import State

from ..registry.store_contract import make_generator
from ..registry.store_contract import make_record

PAST = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
STATES = [
    {"state": State.RESERVED},
    {"state": State.ISSUED},
    {"state": State.REVOKED},
    {"state": State.RETIRED},
    {"state": State.ISSUED, "expires_at": PAST},
    {"state": State.REVOKED, "expires_at": PAST},
    {"state": State.RETIRED, "expires_at": PAST},
]
# What the words of a served answer are called elsewhere.
FINDINGS = {
    "attributed": "attributed",
    "revoked": "not_issued",
    "ambiguous": "ambiguous",
    "nobody": "no_evidence",
}


@pytest.fixture(scope="module")
def candidates():
    """One of each state, two alike, and one that is two bits from another."""
    random = np.random.default_rng(0)
    generator = make_generator(128)
    rows = random.integers(0, 2, (len(STATES) + 1, 128))
    records = [
        make_record(generator, f"R{n}", bits, **changes)
        for n, (bits, changes) in enumerate(
            zip(rows, [*STATES, {}], strict=True)
        )
    ]
    near = rows[-1].copy()
    near[:2] ^= 1
    return attribution.Candidates(
        generator, [*records, make_record(generator, "Near", near)]
    )


@pytest.fixture(scope="module")
def bits(candidates):
    """One image of each, one between the two, and one of nobody's."""
    shown = np.stack([record.bits for record in candidates.records])
    between = shown[-1].copy()
    between[0] ^= 1
    return np.concatenate([shown, between[None], 1 - between[None]])


@pytest.fixture(scope="module")
def alone(candidates, bits):
    judge = attribution.Judge(candidates)
    return [verdict.to_dict() for verdict in judge.judge(2.0 * bits - 1)]


def test_bulk_says_the_same(candidates, bits, alone, tmp_path):
    pytest.importorskip("apache_beam")
    from tf_fingerprint import fingerprints
    from tf_fingerprint.bulk import snapshot
    from tf_fingerprint.bulk import stages

    path = str(tmp_path / "candidates")
    snapshot.write(candidates, path)
    read = [
        ((str(n), ""), types.SimpleNamespace(inference=packed))
        for n, packed in enumerate(fingerprints.pack(bits))
    ]

    rows = list(stages.attribute(read, path, 1e-6))

    same = ("finding", "recipient", "issuance_id", "expires_at", "p_value")
    for row, verdict in zip(rows, alone, strict=True):
        # Near each other they are ambiguous where the runner-up is judged too.
        if row["runner_up_matches"] >= row["threshold"]:
            assert verdict["finding"] == "ambiguous"
            continue
        assert {key: row[key] for key in same} == {
            key: verdict[key] for key in same
        }
        if row["issuance_id"]:
            assert row["state"] == verdict["state"]


def test_a_server_says_the_same(candidates, bits, alone):
    matcher = nearest.Nearest(candidates)
    found = tf.function(matcher.attribute)(
        tf.constant(bits, tf.int32), tf.constant([True] * len(bits))
    )

    answers = zip(
        found["verdict"].numpy(), found["recipient_id"].numpy(), strict=True
    )
    for (word, issuance), verdict, row in zip(
        answers,
        alone,
        attribution.attribute_many(bits, candidates),
        strict=True,
    ):
        assert FINDINGS[word.decode()] == str(row.finding)
        assert issuance.decode() == (row.record.id if row.record else "")
        if verdict["finding"] != "ambiguous":
            assert str(row.finding) == verdict["finding"]
            assert issuance.decode() == (verdict["issuance_id"] or "")


def test_each_state_is_told(alone):
    told = [
        (verdict["finding"], verdict["state"], verdict["expired"])
        for verdict in alone[: len(STATES)]
    ]

    assert told == [
        ("attributed", "reserved", None),
        ("attributed", "issued", None),
        ("not_issued", "revoked", None),
        ("attributed", "retired", None),
        ("attributed", "issued", True),
        ("not_issued", "revoked", True),
        ("attributed", "retired", True),
    ]
    assert [verdict["recipient"] for verdict in alone[2:4]] == [None, "R3"]
