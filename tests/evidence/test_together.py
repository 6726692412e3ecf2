"""The report on several images of one source: written, recomputed, forged."""

import json
import shutil

import numpy as np
import pytest

from tf_fingerprint import attribution
from tf_fingerprint import errors
from tf_fingerprint import evidence
from tf_fingerprint import registry
from tf_fingerprint.evidence import verifying

from ..calibration import habits
from .forging import change
from .forging import digest_again
from .forging import verify
from .keeping import made as made
from .keeping import png

# So spoiled that most of them are no evidence alone.
NOISE = 1.6


@pytest.fixture(scope="module", params=["hard", "soft"])
def several(made, request, tmp_path_factory):
    """Evidence on six spoiled pictures of Acme's, alone and together."""
    folder = tmp_path_factory.mktemp("several")
    with registry.open_store(folder / "registry.db", create=True) as store:
        draw = habits.drawing(made)
        for name in ("Acme", "Other"):
            registry.issue(store, name, generator=habits.GENERATOR, draw=draw)
        candidates, head = evidence.read(store, habits.GENERATOR.digest)
    judge = attribution.Judge(candidates, made, decide=request.param)
    bits = np.repeat(candidates.records[0].bits[None], 6, axis=0)
    logits = habits.picture_logits(bits, noise=NOISE)
    with evidence.Evidence(folder / "evidence", judge, head) as keeping:
        for number, verdict in enumerate(judge.judge(logits)):
            path = folder / f"found {number}.png"
            keeping.add(path, png(number), logits[number], verdict)
        keeping.add_together(judge.combine(logits))
    return folder


@pytest.fixture
def copy(several, tmp_path):
    shutil.copytree(several, tmp_path / "copy")
    return tmp_path / "copy"


def report_of(folder):
    return json.loads(
        (folder / "evidence" / "together" / "report.json").read_text()
    )


def test_together_they_stand_as_evidence(several):
    found = verify(several)

    assert [name for name, _ in found] == [
        *(f"000{number}" for number in range(1, 7)),
        "together",
    ]
    assert found[-1] == ("together", "attributed")
    assert verify(several, with_registry=False) == found
    assert {finding for _, finding in found[:-1]} != {"attributed"}


def test_the_report_says_which_images_and_how_they_voted(several):
    report = report_of(several)

    assert [each["report"] for each in report["images"]] == [
        f"000{number}" for number in range(1, 7)
    ]
    assert max(report["decoded"]["votes"]) == 6
    assert report["verdict"]["num_images"] == 6
    # 500 photographs make 83 groups of 6.
    assert sum(report["photograph_matches"]) == 83
    assert report["verdict"]["measured"]["trials"] == 83


def test_the_page_shows_them_all(several):
    page = (several / "evidence" / "together" / "report.html").read_text()

    assert page.count("<img ") == 6
    assert "Made by the copy of Acme" in page
    assert "groups of 6 photographs" in page
    assert all(each["sha256"] in page for each in report_of(several)["images"])


@pytest.mark.parametrize(
    "keys, to",
    [
        (("decoded", "votes", 3), lambda votes: 6 - votes or 5),
        (("decoded", "bits"), "0" * 16),
        (("images", 2, "sha256"), "0" * 64),
        (("images", 2, "name"), "another.png"),
        (("images",), lambda images: images[:5]),
        (("images",), lambda images: images[::-1]),
        (("verdict", "p_value"), 1e-30),
        (("photograph_matches", 30), 84),
    ],
)
def test_a_forged_figure_is_found_without_the_registry(copy, keys, to):
    change(copy, *keys, to=to, name="together")

    with pytest.raises(errors.EvidenceError, match="together/report.json"):
        verify(copy, with_registry=False)


@pytest.mark.parametrize(
    "keys, to",
    [
        (("verdict", "recipient"), "Other"),
        (("verdict", "finding"), "no_evidence"),
        (("verdict", "soft", "log10_p"), -99.0),
        (("verdict", "measured", "hits"), 83),
        (("verdict", "presence"), 1.0),
        (("issuance", "recipient"), "Other"),
        (("registry", "num_candidates"), 1),
    ],
)
def test_a_forged_figure_is_found_by_the_registry(copy, keys, to):
    change(copy, *keys, to=to, name="together")

    with pytest.raises(errors.EvidenceError, match="together/report.json"):
        verify(copy)


def test_an_image_that_was_left_out_is_found(copy):
    """One that speaks for the suspect, say."""
    shutil.rmtree(copy / "evidence" / "0003")
    digest_again(copy)

    with pytest.raises(errors.EvidenceError, match="together/.*`images`"):
        verify(copy)


def test_an_image_that_was_put_in_is_found(copy):
    shutil.copytree(copy / "evidence" / "0003", copy / "evidence" / "0007")
    digest_again(copy)

    with pytest.raises(errors.EvidenceError, match="together/.*`images`"):
        verify(copy)


def test_a_page_that_says_something_else_is_found(copy):
    path = copy / "evidence" / "together" / "report.html"
    path.write_text(path.read_text().replace("Acme", "Other"))
    digest_again(copy)

    with pytest.raises(errors.EvidenceError, match="together/report.html"):
        verify(copy)


def test_it_outlives_a_revocation(copy):
    with registry.open_store(copy / "registry.db") as store:
        registry.revoke(store, store.issuances()[0].id)

    assert verify(copy)[-1] == ("together", "attributed")


def test_a_verdict_on_other_images_is_refused(made, tmp_path):
    bits = habits.fresh_bits(2)
    judge = attribution.Judge(habits.make_candidates(bits), made)
    logits = habits.picture_logits(bits)
    keeping = evidence.Evidence(tmp_path / "new", judge, registry.Head())

    with pytest.raises(ValueError, match="on the 1 images.*one on 2"), keeping:
        keeping.add(
            tmp_path / "a.png", png(0), logits[0], judge.judge(logits)[0]
        )
        keeping.add_together(judge.combine(logits))


def test_more_images_than_photographs_have_no_measured_rate(tmp_path):
    few = habits.make_calibration(20)
    bits = habits.fresh_bits(1)
    judge = attribution.Judge(habits.make_candidates(bits), few)
    logits = habits.picture_logits(np.repeat(bits, 30, axis=0))

    with evidence.Evidence(tmp_path / "new", judge, registry.Head()) as keeping:
        for number, verdict in enumerate(judge.judge(logits)):
            keeping.add(
                tmp_path / f"{number}.png", png(0), logits[number], verdict
            )
        keeping.add_together(judge.combine(logits))

    assert list(evidence.verify(tmp_path / "new"))[-1][0] == "together"
    page = (tmp_path / "new" / "together" / "report.html").read_text()
    assert "against photographs" not in page
    assert page.count("<img ") == 24  # As many as there is room for.


def test_the_ten_thousandth_image_comes_behind_the_others(tmp_path):
    for name in ("10000", "9999", "together", "1000"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.json").touch()

    names = [path.parent.name for path in verifying._reports(tmp_path)]

    assert names == ["1000", "9999", "10000", "together"]
