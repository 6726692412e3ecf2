"""Pictures that are put together of two copies' pictures."""

import numpy as np
import pytest

import tf_fingerprint
from tf_fingerprint import attribution
from tf_fingerprint.attribution import Finding
from tf_fingerprint.runs import directory

from ..calibration import habits

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (directory.SHIPPED / "generator.keras").is_file(),
        reason="this copy has no pretrained weights",
    ),
]

PICTURES = 32


@pytest.fixture(scope="module")
def run():
    return tf_fingerprint.load()


def masks():
    """Where a picture is the first copy's."""
    row, column = np.indices((64, 64))
    return {
        "halves": column < 32,
        "thirds": column < 21,
        "quarters": (row < 32) & (column < 32),
        "triangles": row + column < 64,
        "lines": row % 2 == 0,
    }


@pytest.mark.parametrize("kind", masks())
def test_splices_accuse_their_makers_or_nobody(run, kind):
    issued = habits.fresh_bits(20, run.record.num_bits)
    candidates = attribution.Candidates(
        run.record, habits.make_records(issued, generator=run.record)
    )
    one, other = (
        run.generate(PICTURES, fingerprints=issued[place], seed=place)
        for place in (0, 1)
    )
    spliced = np.where(masks()[kind][..., None], one, other)

    verdicts = attribution.Judge(candidates, run.calibration).judge(
        run.decode(spliced)
    )

    named = {verdict.record for verdict in verdicts} - {None}
    named |= {each.record for verdict in verdicts for each in verdict.accused}
    assert named <= set(candidates.records[:2])
    assert Finding.NOT_ISSUED not in [each.finding for each in verdicts]
