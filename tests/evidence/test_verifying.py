"""Reports stand, and every change of one is found and named."""

import datetime
import shutil

import pytest

from tf_fingerprint import calibration
from tf_fingerprint import errors
from tf_fingerprint import evidence
from tf_fingerprint import registry

from ..calibration import habits
from .forging import change
from .forging import digest_again
from .forging import folder as folder
from .forging import verify
from .keeping import kept as kept
from .keeping import made as made
from .keeping import png


@pytest.mark.slow
@pytest.mark.parametrize("with_registry", [True, False])
def test_what_was_written_stands(kept, with_registry):
    assert verify(kept, with_registry) == [
        ("0001", "attributed"),
        ("0002", "attributed"),
        ("0003", "no_evidence"),
    ]


def names(kept):
    return [
        "manifest.json",
        "calibration.json",
        *(f"0001/{name}" for name in ("image", "report.json", "report.html")),
    ]


@pytest.mark.parametrize("name", names(None))
def test_a_changed_byte_of_any_file_is_named(folder, name):
    path = folder / "evidence" / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(errors.EvidenceError, match="does not stand") as caught:
        verify(folder)

    if name != "manifest.json":
        assert str(caught.value).startswith(f"{name}: ")


@pytest.mark.parametrize("name", names(None))
def test_a_missing_file_is_named(folder, name):
    (folder / "evidence" / name).unlink()

    with pytest.raises(errors.EvidenceError, match=name):
        verify(folder)


def test_an_added_file_is_named(folder):
    (folder / "evidence" / "0001" / "more").write_text("x")

    with pytest.raises(errors.EvidenceError, match="0001/more"):
        verify(folder)


@pytest.mark.parametrize(
    "keys, to",
    [
        (("decoded", "logits", 5), lambda logit: -logit),
        (("decoded", "bits"), "0" * 16),
        (("image", "sha256"), "0" * 64),
        (("image", "bytes"), 1),
        (("verdict", "false_positive_rate"), lambda rate: rate / 10),
        (("verdict", "p_value"), 1e-30),
        (("verdict", "threshold"), 3),
        (("calibration", "photographs"), 9),
        (("calibration", "effective_bits"), 64.0),
        (("photograph_matches", 30), 0),
        (("formulas", "bits"), "as one likes"),
        (("form",), "another"),
    ],
)
def test_a_forged_figure_is_found_without_the_registry(folder, keys, to):
    change(folder, *keys, to=to)

    with pytest.raises(errors.EvidenceError, match="0001/report.json"):
        verify(folder, with_registry=False)


@pytest.mark.parametrize(
    "keys, to",
    [
        (("verdict", "recipient"), "Third"),
        (("verdict", "finding"), "no_evidence"),
        (("verdict", "runner_up_matches"), 12),
        (("verdict", "measured", "hits"), 3),
        (("verdict", "soft", "log10_p"), -99.0),
        (("verdict", "presence"), 1.0),
        (("verdict", "state"), "issued"),
        (("verdict", "expires_at"), "2001-01-01T00:00:00+00:00"),
        (("verdict", "expired"), True),
        (("verdict", "decoder_digest"), "0" * 64),
        (("decoded", "decoder_digest"), "0" * 64),
        (("issuance", "recipient"), "Third"),
        (("registry", "num_candidates"), 2),
        (("registry", "candidates_digest"), "0" * 64),
        (("registry", "generator", "resolution"), 32),
    ],
)
def test_a_forged_figure_is_found_by_the_registry(folder, keys, to):
    change(folder, *keys, to=to)

    with pytest.raises(errors.EvidenceError, match="0001/report.json"):
        verify(folder)


def test_a_head_that_the_registry_never_had_is_found(folder):
    change(folder, "registry", "head", "digest", to="0" * 63 + "1")

    with pytest.raises(errors.RegistryError, match="audit log"):
        verify(folder)


def test_a_page_that_says_something_else_is_found(folder):
    path = folder / "evidence" / "0001" / "report.html"
    path.write_text(path.read_text().replace("Acme", "Third"))
    digest_again(folder)

    with pytest.raises(errors.EvidenceError, match="0001/report.html"):
        verify(folder)


def test_another_image_is_found(folder):
    (folder / "evidence" / "0001" / "image").write_bytes(png(9))
    digest_again(folder)

    with pytest.raises(errors.EvidenceError, match="image.sha256"):
        verify(folder)


def test_the_calibration_of_another_decoder_is_found(folder, made):
    other = habits.make_calibration(
        500,
        generator=registry.GeneratorRecord("a" * 64, "e" * 64, 64, 16),
    )
    other.save(folder / "evidence" / "calibration.json")
    for number in (2, 3):
        shutil.rmtree(folder / "evidence" / f"000{number}")
    change(folder, "calibration", to=other.summary())
    [counts] = calibration.match_histograms(
        other.decoded_bits, records_of(folder)[0].bits[None]
    )
    change(folder, "photograph_matches", to=counts.tolist())

    with pytest.raises(errors.CalibrationError, match="one decoder only"):
        verify(folder)


def records_of(folder):
    with registry.open_store(folder / "registry.db") as store:
        return store.issuances()


def test_reports_outlive_later_issuances_and_revocations(folder):
    [first, *_] = records_of(folder)
    with registry.open_store(folder / "registry.db") as store:
        registry.issue(store, "Late", generator=habits.GENERATOR)
        store.change_expiry(first.id, datetime.datetime.now(datetime.UTC))
        registry.revoke(store, first.id)

    assert verify(folder)[0] == ("0001", "attributed")


def test_a_registry_that_lost_an_issuance_is_found(folder, kept):
    with registry.open_store(folder / "other.db", create=True) as store:
        store.append(records_of(folder)[:2])

    with pytest.raises(errors.EvidenceError, match="must hold the 3 issuances"):
        list(evidence.verify(folder / "evidence", folder / "other.db"))
