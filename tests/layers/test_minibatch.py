import numpy as np
import pytest

from tf_fingerprint.layers import minibatch

from . import oracles
from .layer_contract import check_layer


@pytest.mark.parametrize(
    ("batch", "group"), [(8, 4), (4, 4), (6, 6), (2, 2), (1, 1)]
)
def test_each_image_learns_how_much_its_group_differs(batch, group):
    features = oracles.normal(batch, 3, 3, 5)

    outputs = minibatch.MinibatchStandardDeviation(4)(features)

    np.testing.assert_array_equal(outputs[..., :5], features)
    num_groups = batch // group
    for index in range(batch):
        same = features[index % num_groups :: num_groups]
        assert len(same) == group
        deviation = np.mean(np.sqrt(np.var(same, axis=0) + 1e-8))
        np.testing.assert_allclose(outputs[index, ..., 5], deviation, rtol=1e-5)


def test_alike_images_have_no_deviation():
    features = np.repeat(oracles.normal(1, 3, 3, 5), 4, axis=0)

    outputs = minibatch.MinibatchStandardDeviation()(features)

    np.testing.assert_allclose(outputs[..., 5], 1e-4, rtol=0.01)


def test_minibatch_keeps_the_contract():
    check_layer(
        minibatch.MinibatchStandardDeviation, (4, 3, 3, 5), num_weights=0
    )
