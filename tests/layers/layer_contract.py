"""What holds for every layer of this package."""

import keras
import numpy as np
import tensorflow as tf

from .oracles import normal


def check_layer(make_layer, *shapes, num_weights):
    """Runs the battery on a layer with inputs of these shapes, batch first."""
    inputs = [normal(*shape, seed=seed) for seed, shape in enumerate(shapes)]
    layer = make_layer()
    outputs = layer(*inputs)
    assert len(layer.trainable_weights) == num_weights
    _symbolic_shape_is_the_eager_one(layer, shapes, outputs)
    _config_goes_round(layer, inputs, outputs)
    _every_weight_learns(layer, inputs)
    _low_precision_is_close(layer, inputs, outputs)


def _symbolic_shape_is_the_eager_one(layer, shapes, outputs):
    symbols = [keras.Input(shape[1:]) for shape in shapes]
    assert layer(*symbols).shape[1:] == outputs.shape[1:]
    assert layer.compute_output_shape(*shapes) == outputs.shape


def _config_goes_round(layer, inputs, outputs):
    config = keras.saving.serialize_keras_object(layer)
    twin = keras.saving.deserialize_keras_object(config)
    assert type(twin) is type(layer)
    assert twin.get_config() == layer.get_config()
    twin(*inputs)
    twin.set_weights(layer.get_weights())
    np.testing.assert_array_equal(twin(*inputs), outputs)


def _every_weight_learns(layer, inputs):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(*inputs) ** 2)
    for gradient in tape.gradient(loss, layer.trainable_variables):
        assert np.any(gradient)


def _low_precision_is_close(layer, inputs, outputs):
    config = {**layer.get_config(), "dtype": "mixed_bfloat16"}
    twin = type(layer).from_config(config)
    twin(*inputs)
    twin.set_weights(layer.get_weights())
    rough = twin(*inputs)
    assert rough.dtype == "bfloat16"
    scale = np.abs(outputs).max()
    difference = np.abs(tf.cast(rough, "float32") - outputs).max()
    assert difference < 0.05 * scale
