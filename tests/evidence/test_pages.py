"""The page of a report, to the byte as it was before it was a template."""

import hashlib

import pytest

from tf_fingerprint import evidence

IMAGE = {"name": "O'Neil's \"one\" &#34; <b>.png", "sha256": "a" * 64}
ISSUANCE = {
    **{"id": "0123456789abcdef", "state": "active", "fingerprint": "a5"},
    "issued_at": "2026-11-21T00:00:00+00:00",
}
VERDICT = {
    **{"finding": "attributed", "recipient": 'O\'Neil & "Sons" <b>'},
    **{"reason": "It's one's.", "num_matches": 7, "num_bits": 8},
    **{"threshold": 7, "runner_up_matches": 3, "num_candidates": 3},
    **{"false_positive_rate": 1e-3, "p_value": 3e-3, "expired": None},
    "accused": [{"recipient": "A&B", "p_value": 1e-9}],
    "measured": {"hits": 1, "trials": 1000, "low": 0.001, "high": 0.01},
    "soft": {"log10_p_corrected": -25.3},
    **{"presence": 172.0, "presence_threshold": 115.0},
}
CALIBRATION = {
    **{"photographs": 9000, "sources": {"cats": 9000}, "num_bits": 8},
    **{"made_at": "2026-11-20", "digest": "b" * 64, "data_digest": "c" * 64},
    "effective_bits": 6.5,
    "presence": {"tested": {"cats": {"hits": 1, "trials": 3000}}},
}
REPORT = {
    "made_at": "2026-11-21T01:00:00+00:00",
    "image": IMAGE | {"bytes": 1234},
    "decoded": {
        **{"logits": [3.0, -2.5, 1.0, -0.01, 0.2, 5.0, -7.0, 0.0]},
        **{"generator_digest": "d" * 64, "decoder_digest": "e" * 64},
    },
    "verdict": VERDICT,
    "issuance": ISSUANCE,
    "photograph_matches": [0, 2, 900, 2000, 3000, 2000, 900, 198, 0],
    "calibration": CALIBRATION,
    "registry": {
        **{"num_candidates": 3, "candidates_digest": "f" * 64},
        "head": {"digest": "0" * 64, "position": 12},
    },
    "formulas": {"margin": "num_matches - runner_up_matches"},
    "versions": {"numpy": "2.3"},
}
NOBODY = REPORT | {
    **{"issuance": None, "photograph_matches": None, "calibration": None},
    "verdict": VERDICT | {"finding": "no_evidence", "recipient": None},
    "passive": {"sentence": "A second opinion's."},
}
SEVERAL = {
    **{key: value for key, value in REPORT.items() if key != "image"},
    "images": [IMAGE | {"report": name} for name in ("0001", "0002")],
    "decoded": REPORT["decoded"]
    | {"bits": "a5", "votes": [2, 0, 1, 1, 0, 2, 1, 2]},
}
PNG = b"\x89PNG\r\n\x1a\nno picture"

# Of the pages that the code wrote before there were templates.
# Evidence that lies in somebody's safe verifies as long as they stay.
ONE_DIGEST = "3a349325d17714a27660bcddf4ea96295fa0690aac5367940bc033b46b65b860"
NOBODY_DIGEST = (
    "51df339c55f4b5c93ce8895e4a77b061b7b5518a81849b627516374f9d22fa02"
)
SEVERAL_DIGEST = (
    "e7665a2302e7749bde6989bf0ee5416e61b3d26683821e19104cde31b1b4d5f4"
)


@pytest.mark.parametrize(
    ("report", "contents", "digest"),
    [
        (REPORT, [PNG], ONE_DIGEST),
        (NOBODY, [b"BM"], NOBODY_DIGEST),
        (SEVERAL, [PNG, b"\xff\xd8\xff"], SEVERAL_DIGEST),
    ],
    ids=["one", "nobody", "several"],
)
def test_a_page_is_what_it_always_was(report, contents, digest):
    page = evidence.page(report, contents)

    assert hashlib.sha256(page.encode()).hexdigest() == digest
