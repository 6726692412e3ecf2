"""The report on a picture that two recipients' averaged copies left."""

import json

import numpy as np
import pytest

from tf_fingerprint import attribution
from tf_fingerprint import errors
from tf_fingerprint import evidence
from tf_fingerprint import fingerprints
from tf_fingerprint import registry

from ..calibration import habits
from .forging import change
from .forging import verify
from .keeping import made as made
from .keeping import png


@pytest.fixture
def mixed(made, tmp_path):
    """Evidence on a mixture of two copies that have 38 bits in common."""
    first = fingerprints.random_bits(64)
    second = first.copy()
    second[38:] ^= 1
    with registry.open_store(tmp_path / "registry.db", create=True) as store:
        for name, bits in (("Acme", first), ("Other", second)):
            registry.issue(
                store,
                name,
                generator=habits.GENERATOR,
                draw=lambda _, bits=bits: bits,
            )
        candidates, head = evidence.read(store, habits.GENERATOR.digest)
    logits = first.astype(np.float32) + second - 1
    logits[38:] = 0.05 * (-1.0) ** np.arange(26)
    judge = attribution.Judge(candidates, made)
    [verdict] = judge.judge(logits[None])
    with evidence.Evidence(tmp_path / "evidence", judge, head) as keeping:
        keeping.add(tmp_path / "found.png", png(0), logits, verdict)
    return tmp_path


def test_both_are_named_with_odds_that_stand(mixed):
    assert list(verify(mixed)) == [("0001", "ambiguous")]

    folder = mixed / "evidence" / "0001"
    report = json.loads((folder / "report.json").read_text())
    accused = report["verdict"]["accused"]
    named = [each["recipient"] for each in accused]
    assert sorted(named) == ["Acme", "Other"]
    assert max(each["p_value"] for each in accused) < 1e-6
    assert ", ".join(named) in (folder / "report.html").read_text()


@pytest.mark.parametrize(
    "key, to", [("recipient", "Third"), ("p_value", 1e-20), ("score", 1)]
)
def test_a_forged_accusation_is_found(mixed, key, to):
    change(mixed, "verdict", "accused", 1, key, to=to)

    with pytest.raises(errors.EvidenceError, match=rf"accused\.1\.{key}"):
        list(verify(mixed))


def test_a_later_revocation_does_not_disturb_it(mixed):
    with registry.open_store(mixed / "registry.db") as store:
        for record in store.issuances():
            registry.revoke(store, record.id)

    assert list(verify(mixed)) == [("0001", "ambiguous")]
