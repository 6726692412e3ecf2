import json

import pytest

from tf_fingerprint import attribution
from tf_fingerprint import errors
from tf_fingerprint import evidence
from tf_fingerprint import registry

from ..calibration import habits
from .keeping import kept as kept
from .keeping import made as made


def test_reports_name_nobody_else(kept):
    place = kept / "evidence" / "0003"
    report = (place / "report.json").read_text()
    with registry.open_store(kept / "registry.db") as store:
        records = store.issuances()

    assert json.loads(report)["issuance"] is None
    assert not any(record.fingerprint in report for record in records)


def test_names_are_text_on_the_page(kept):
    page = (kept / "evidence" / "0002" / "report.html").read_text()

    assert "&lt;b&gt;&amp;Co" in page
    assert "<b>" not in page
    assert "http" not in page.replace("http://www.w3.org", "")


def test_evidence_needs_a_new_folder(kept, made):
    judge = attribution.Judge(habits.make_candidates(habits.fresh_bits(1)))

    with pytest.raises(errors.EvidenceError, match="new or empty folder"):
        evidence.Evidence(kept / "evidence", judge, registry.Head())


def test_nothing_is_left_of_a_failure(tmp_path):
    judge = attribution.Judge(habits.make_candidates(habits.fresh_bits(1)))

    with pytest.raises(RuntimeError):
        with evidence.Evidence(tmp_path / "new", judge, registry.Head()):
            raise RuntimeError

    assert not list(tmp_path.iterdir())


def test_evidence_without_a_calibration_says_so(tmp_path):
    bits = habits.fresh_bits(2)
    judge = attribution.Judge(habits.make_candidates(bits))
    logits = habits.picture_logits(bits)
    [verdict, _] = judge.judge(logits)

    with evidence.Evidence(tmp_path / "new", judge, registry.Head()) as keeping:
        keeping.add(tmp_path / "a.bmp", b"BM", logits[0], verdict)

    assert list(evidence.verify(tmp_path / "new")) == [("0001", "attributed")]
    page = (tmp_path / "new" / "0001" / "report.html").read_text()
    assert "no rate was measured" in page
    assert "Browsers don't show" in page.replace("&#x27;", "'")
