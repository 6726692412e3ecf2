"""Numbered weights are found wherever a converter puts them."""

import numpy as np
import pytest

from export.bundles import numbering
from tf_fingerprint import errors


def test_all_are_different_and_finite():
    weights = numbering.numbered(1000)

    assert weights.dtype == np.float32
    assert np.isfinite(weights).all()
    assert len(np.unique(weights)) == 1000


def test_a_permuted_array_says_where_its_weights_come_from():
    weights = numbering.numbered(24)[12:].reshape(3, 4)

    places = numbering.places_of(weights.T, 24)

    assert np.array_equal(places, np.arange(12, 24).reshape(3, 4).T)


def test_constants_of_the_graph_are_no_weights():
    constants = np.array([0, 1, -1, 127.5, 255, 0.2, np.inf], np.float32)

    assert numbering.places_of(constants, 10**6) is None


def test_what_was_computed_from_weights_is_refused():
    values = numbering.numbered(4).copy()
    values[1] *= 0.5

    with pytest.raises(errors.ExportError, match="as they were, or none"):
        numbering.places_of(values, 4)


@pytest.mark.parametrize("found", [[0, 1], [0, 1, 2, 2]])
def test_each_weight_must_be_there_once(found):
    with pytest.raises(errors.ExportError, match="1 of 3 are missing or"):
        numbering.check_complete([np.array(found)], 3, "ONNX")


@pytest.mark.parametrize("num_weights", [0, 2**31])
def test_there_are_not_as_many_numbers(num_weights):
    with pytest.raises(ValueError, match="must lie between 1 and"):
        numbering.numbered(num_weights)
