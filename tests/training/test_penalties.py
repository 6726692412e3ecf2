import numpy as np
import pytest
import tensorflow as tf

from tf_fingerprint.training import penalties

from .. import tiny
from ..randomized import randomize

STEP = 1e-2


def normal(*shape):
    return tf.random.normal(shape)


def gradients_by_differences(function, inputs):
    """Gradients of a function that has one number for each example.

    Each number of the input is moved alone; all moves are one large batch.
    """
    shape = inputs.shape[1:]
    size = np.prod(shape)
    moves = STEP * np.eye(size, dtype="float32").reshape(size, 1, *shape)
    rises = np.array(function(tf.reshape(inputs + moves, (-1, *shape))))
    falls = np.array(function(tf.reshape(inputs - moves, (-1, *shape))))
    slopes = (rises - falls).reshape(size, -1).T / (2 * STEP)
    return slopes.reshape(inputs.shape)


def test_r1_is_the_squared_length_of_the_gradient_at_each_photograph():
    discriminator = tiny.SmallReader(1)
    images = normal(3, tiny.SIDE, tiny.SIDE, 1)

    penalty = penalties.r1(discriminator, images)

    gradients = gradients_by_differences(
        lambda images: discriminator(images)[:, 0], images
    )
    expected = np.sum(gradients**2, axis=(1, 2, 3))
    np.testing.assert_allclose(penalty, expected, rtol=1e-2)


def path_lengths_by_differences(generator, inputs, directions):
    latents, fingerprints, noise = inputs
    styles = generator.styles(fingerprints)

    def shift(moved):
        def tiled(array):
            copies = moved.shape[0] // styles.shape[0]
            return tf.tile(array, [copies] + [1] * (len(array.shape) - 1))

        pictures = generator.synthesis((tiled(latents), moved, tiled(noise)))
        shifts = pictures * tiled(directions)
        return np.sum(shifts, axis=(1, 2, 3), dtype="float64")

    gradients = gradients_by_differences(shift, styles)
    return np.sqrt(np.mean(np.sum(gradients**2, axis=2), axis=1))


def test_path_lengths_are_how_far_pictures_move_with_their_styles():
    generator = tiny.SmallGenerator()
    inputs = normal(3, tiny.LATENT_DIM), normal(3, 8), normal(3, tiny.NUM_NOISE)
    directions = normal(3, tiny.SIDE, tiny.SIDE, 1)

    lengths = penalties.path_lengths(generator, inputs, directions)

    expected = path_lengths_by_differences(generator, inputs, directions)
    np.testing.assert_allclose(lengths, expected, rtol=1e-2)


def test_so_they_are_with_real_networks(generator):
    randomize(generator)
    inputs = normal(2, 6), normal(2, 8), normal(2, generator.num_noise)
    directions = normal(2, 16, 16, 3) / 16

    lengths = penalties.path_lengths(generator, inputs, directions)

    expected = path_lengths_by_differences(generator, inputs, directions)
    np.testing.assert_allclose(lengths, expected, rtol=5e-2)


def test_path_lengths_teach_all_that_styles_pass_through(generator):
    randomize(generator)
    inputs = normal(2, 6), normal(2, 8), normal(2, generator.num_noise)
    directions = normal(2, 16, 16, 3)

    with tf.GradientTape() as tape:
        lengths = penalties.path_lengths(generator, inputs, directions)
    kernels = [
        weight.value
        for weight in generator.trainable_weights
        if weight.path.endswith("kernel")
    ]
    gradients = tape.gradient(lengths, kernels)

    assert kernels
    assert all(np.any(gradient) for gradient in gradients)


def test_the_mean_path_length_moves_a_hundredth_of_the_way():
    mean = tf.Variable(3.0)

    updated = penalties.update_mean(mean, tf.constant([4.0, 8.0]))

    assert float(updated) == pytest.approx(0.99 * 3 + 0.01 * 6)
    assert float(mean) == float(updated)


def test_the_mean_path_length_is_over_all_replicas(two_replicas):
    with two_replicas.scope():
        mean = tf.Variable(0.0, aggregation=tf.VariableAggregation.NONE)

    def update():
        context = tf.distribute.get_replica_context()
        length = [2.0, 6.0][context.replica_id_in_sync_group]
        return penalties.update_mean(mean, tf.fill([2], length))

    updated = two_replicas.run(update)

    for value in two_replicas.experimental_local_results(updated):
        np.testing.assert_allclose(value, 0.04, rtol=1e-5)


def test_lengths_are_not_drawn_to_what_they_draw_the_mean_to():
    lengths, mean = tf.Variable([4.0, 8.0]), tf.Variable(3.0)

    with tf.GradientTape() as tape:
        updated = penalties.update_mean(mean, lengths)

    assert tape.gradient(updated, lengths) is None
