import importlib.util

import numpy as np
import pytest

from tf_fingerprint import attribution
from tf_fingerprint.registry import State

from ..registry.store_contract import make_generator
from ..registry.store_contract import make_record

if importlib.util.find_spec("apache_beam") is None:
    pytest.skip(
        "apache-beam is not installed; install tf-fingerprint[bulk]",
        allow_module_level=True,
    )

from tf_fingerprint.bulk import snapshot  # noqa: E402


@pytest.mark.parametrize("num_bits", [13, 128])
@pytest.mark.parametrize("count", [0, 1, 25])
def test_workers_have_the_same_candidates(
    num_bits, count, tmp_path, monkeypatch
):
    monkeypatch.setattr(snapshot, "_PART_ROWS", 10)
    generator = make_generator(num_bits)
    records = [
        make_record(generator, f"株式会社 {n}", state=State.ISSUED)
        for n in range(count)
    ]
    candidates = attribution.Candidates(generator, records)
    path = str(tmp_path / "candidates")

    snapshot.write(candidates, path)
    read = snapshot.read(path)

    assert read.generator == generator
    assert read.records == candidates.records
    bits = np.random.default_rng(0).integers(0, 2, (9, num_bits))
    for one, other in zip(
        read.nearest_two(bits), candidates.nearest_two(bits), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_a_process_reads_a_file_once(tmp_path):
    generator = make_generator()
    path = str(tmp_path / "candidates")
    candidates = attribution.Candidates(generator, [make_record(generator)])
    snapshot.write(candidates, path)

    assert snapshot.read(path) is snapshot.read(path)
