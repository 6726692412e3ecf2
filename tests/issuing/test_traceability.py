import re

import numpy as np
import pytest
import tensorflow as tf

from tf_fingerprint import cli
from tf_fingerprint import errors
from tf_fingerprint import fingerprints
from tf_fingerprint import registry
from tf_fingerprint.backends import replicas
from tf_fingerprint.issuing import traceability

from ..registry.store_contract import make_record
from ..tiny_run import tiny_run as tiny_run
from ..tiny_run import tiny_run_dir as tiny_run_dir


@pytest.mark.parametrize("num_bits", [16, 32, 128])
def test_as_many_copies_can_be_told_as_the_threshold_allows(num_bits):
    for matches in range(num_bits + 1):
        copies = fingerprints.max_candidates(matches, num_bits, 1e-6)

        rate = fingerprints.false_positive_rate(matches, num_bits)
        if copies < 1e12:  # Beyond, floats don't tell one more.
            assert rate * copies <= 1e-6 < rate * (copies + 1)
        if 0 < copies < 1e12:
            needed = fingerprints.match_threshold(num_bits, 1e-6, copies)
            assert needed <= matches


def test_a_run_at_chance_hands_nothing_out(tiny_run, tmp_path):
    with pytest.raises(errors.UntraceableError, match="of 32 bits are read"):
        tiny_run.issue("Acme", tmp_path / "r.db", to=tmp_path / "acme")

    assert not (tmp_path / "acme").exists()
    with registry.open_store(tmp_path / "r.db") as store:
        assert store.count() == 0


@pytest.mark.parametrize("more", [["--reserve"], ["--to", "{}/acme"]])
def test_the_command_refuses_too(tiny_run_dir, tmp_path, capsys, more):
    argv = ["issue", str(tiny_run_dir), "--registry", str(tmp_path / "r.db")]

    argv += ["--recipient", "Acme", *more]
    assert cli.main([each.format(tmp_path) for each in argv]) == 1
    assert "--untraceable" in capsys.readouterr().err


def test_more_copies_need_more_bits(tiny_run, tmp_path):
    """Reads 31 of 32 bits: enough for 130 copies, not for 131."""
    reached = traceability.Reached(31 / 32, num_bits=32, pictures=64)
    copies = reached.num_copies
    assert copies == np.floor(1e-6 * 2**32 / 33)
    tiny_run.kept["reached"] = reached
    with registry.open_store(tmp_path / "r.db", create=True) as store:
        store.append([make_record() for _ in range(copies - 1)])
        traceability.check(tiny_run, store)
        with pytest.raises(errors.UntraceableError, match="among 131"):
            traceability.check(tiny_run, store, 2)
    del tiny_run.kept["reached"]


@pytest.mark.slow
def test_a_training_ends_with_what_was_reached(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        replicas,
        "choose_strategy",
        lambda: tf.distribute.MirroredStrategy(["CPU:0"]),
    )
    argv = ["train", "configs/smoke.toml", "--run-dir", str(tmp_path / "run")]

    assert cli.main([*argv, "--set", "training.images=64"]) == 0

    said = capsys.readouterr().err
    assert re.search(r"Reached: \d+\.\d% of 8 bits .* no picture can", said)
    assert "Next: train longer" in said
