import dataclasses
import gzip
import hashlib
import json

import numpy as np
import pytest

from tf_fingerprint import calibration
from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint import registry
from tf_fingerprint.calibration import refusal

from . import habits


@pytest.fixture(scope="module")
def made():
    return habits.make_calibration()


def test_a_file_holds_all_of_it(made, tmp_path):
    path = tmp_path / "new" / "calibration.json"

    made.save(path)
    found = calibration.load(path)

    assert found.digest == made.digest
    assert hashlib.sha256(path.read_bytes()).hexdigest() == made.digest
    assert found.summary() == made.summary()
    np.testing.assert_array_equal(found.decoded_bits, made.decoded_bits)
    np.testing.assert_array_equal(found.logits, made.logits)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_packed_file_holds_the_same(made, tmp_path):
    plain, packed = tmp_path / "c.json", tmp_path / "c.json.gz"

    made.save(plain)
    made.save(packed)

    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()
    assert calibration.load(packed).digest == made.digest
    assert packed.stat().st_size < plain.stat().st_size


def test_a_packed_file_that_is_not_whole_is_named(made, tmp_path):
    path = tmp_path / "c.json.gz"
    made.save(path)
    content = path.read_bytes()

    for broken in (
        content[:5],
        content[:-9],
        content[:2] + b"x" + content[3:],
        content[:500] + b"xxxx" + content[504:],
        content[:-8] + b"x" * 8,
    ):
        path.write_bytes(broken)
        with pytest.raises(errors.CalibrationError, match="must be a calib"):
            calibration.load(path)


def test_saving_onto_a_folder_leaves_nothing(made, tmp_path):
    with pytest.raises(errors.CalibrationError, match="can't be written"):
        made.save(tmp_path)

    assert not list(tmp_path.parent.glob(f".{tmp_path.name}*"))


def test_every_change_of_a_file_is_refused_or_changes_the_digest(
    made, tmp_path
):
    small = dataclasses.replace(
        made,
        sources=(("a", 3),),
        read=calibration.Levels(made.read.values[:3], made.read.step),
    )
    path = tmp_path / "calibration.json"
    small.save(path)
    content = path.read_bytes()

    for place in range(0, len(content), 23):
        changed = bytearray(content)
        changed[place] ^= 1
        path.write_bytes(changed)
        try:
            found = calibration.load(path)
        except errors.CalibrationError:
            continue
        digest = hashlib.sha256(changed).hexdigest()
        assert found.digest == digest != small.digest


@pytest.mark.parametrize(
    "key, value",
    [
        ("form", "another"),
        ("sources", [["a", 1999]]),
        ("sources", []),
        ("levels", "AAAA"),
        ("levels", "%"),
        ("step", 0),
        ("made_at", "yesterday"),
        ("soft", {}),
        ("generator", {"digest": "a"}),
    ],
)
def test_a_file_that_is_not_whole_is_named(made, tmp_path, key, value):
    path = tmp_path / "calibration.json"
    made.save(path)
    content = json.loads(path.read_text()) | {key: value}
    path.write_text(json.dumps(content))

    with pytest.raises(errors.CalibrationError, match="must be a calibration"):
        calibration.load(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(errors.CalibrationError, match="calibrate"):
        calibration.load(tmp_path / "gone.json")


def test_the_habit_is_what_most_photographs_read_as(made):
    ones = made.decoded_bits.sum(axis=0)

    np.testing.assert_array_equal(made.habit, ones > 1000)


def test_a_rate_is_counted_over_the_photographs(made):
    bits = habits.fresh_bits(1)[0]
    matches = (made.decoded_bits == bits).sum(axis=1)

    rate = made.measured_rate(bits, 36)

    assert rate.hits == (matches >= 36).sum() > 0
    assert rate.trials == 2000
    assert rate.low < rate.rate < rate.high


def test_the_habit_is_refused_and_what_it_never_shows_is_not(made):
    assert made.refuses(made.habit)
    assert not made.acceptable(made.habit)
    assert made.acceptable(1 - made.habit)


def test_a_single_photograph_that_matches_too_well_is_enough(made):
    _, forbidden = calibration.guarded_matches(64)
    read = np.concatenate([habits.fresh_bits(500), 1 - made.decoded_bits[:1]])
    alone = dataclasses.replace(
        made, read=calibration.Levels.of(2.0 * read - 1)
    )
    bits = alone.decoded_bits[-1].copy()

    bits[: 64 - forbidden] ^= 1
    assert alone.refuses(bits)
    bits[64 - forbidden] ^= 1
    assert alone.acceptable(bits)


def test_what_issuance_draws_is_acceptable():
    made = habits.make_calibration(strength=3.0)
    drawn = [made.draw(64) for _ in range(50)]

    assert all(made.acceptable(bits) for bits in drawn)
    assert any(made.refuses(bits) for bits in habits.fresh_bits(1500))


def test_a_decoder_that_reads_everything_everywhere_is_given_up(
    made, monkeypatch
):
    monkeypatch.setattr(refusal, "is_refused", lambda *_: True)

    with pytest.raises(errors.CalibrationError, match="100 were drawn"):
        made.draw(64)


def test_fingerprints_of_another_length_are_refused(made):
    with pytest.raises(ValueError, match="64 bits.*Received 8"):
        made.refuses(np.zeros(8))


def test_the_registry_issues_what_a_calibration_draws(made, tmp_path):
    with registry.open_store(tmp_path / "r.db", create=True) as store:
        record = registry.issue(
            store, "Acme", generator=habits.GENERATOR, draw=made.draw
        )

    assert made.acceptable(record.bits)


def test_the_best_match_over_a_registry_is_counted(made):
    issued = habits.fresh_bits(5)

    counts = made.best_match_counts(habits.make_candidates(issued).packed)

    best = [
        max(int((row == bits).sum()) for bits in issued)
        for row in made.decoded_bits
    ]
    assert counts == {k: best.count(k) for k in sorted(set(best))}


def test_another_decoder_is_refused(made):
    other = dataclasses.replace(habits.GENERATOR, decoder_digest="e" * 64)

    with pytest.raises(errors.CalibrationError, match="one decoder only"):
        made.check_decoder(other)


def test_the_summary_names_the_habit(made):
    summary = made.summary()

    assert summary["habit"] == fingerprints.to_hex(made.habit)
    assert summary["effective_bits"] < 32
    assert summary["photographs"] == 2000
    json.dumps(summary)
