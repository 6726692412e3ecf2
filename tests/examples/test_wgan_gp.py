import keras
import numpy as np
import tensorflow as tf


def test_the_penalty_is_that_of_slopes_found_by_finite_differences(example):
    random = np.random.default_rng(0)
    critic = keras.Sequential(
        [
            keras.Input((3, 3, 2)),
            keras.layers.Flatten(),
            keras.layers.Dense(4, activation="tanh"),
            keras.layers.Dense(1),
        ]
    )
    critic.set_weights([4 * w for w in critic.get_weights()])
    images = random.uniform(-1, 1, (2, 3, 3, 2)).astype("float32")
    fakes = random.uniform(-1, 1, (2, 3, 3, 2)).astype("float32")
    places = np.float32([0.25, 0.9]).reshape(2, 1, 1, 1)

    penalties = example("wgan_gp").gradient_penalty(
        critic, tf.constant(images), tf.constant(fakes), tf.constant(places)
    )

    kernel, bias, last, _ = (w.astype("float64") for w in critic.get_weights())

    def score(point):
        return (np.tanh(point @ kernel + bias) @ last)[0]

    for index in range(2):
        place = float(places[index, 0, 0, 0])
        point = place * images[index] + (1 - place) * fakes[index]
        point = point.reshape(-1).astype("float64")
        slopes = [
            (score(point + step) - score(point - step)) / 2e-5
            for step in 1e-5 * np.eye(len(point))
        ]
        expected = (np.linalg.norm(slopes) - 1) ** 2
        assert expected > 0.01
        np.testing.assert_allclose(penalties[index], expected, rtol=1e-3)


def test_the_penalty_reaches_the_critics_weights(example):
    dense = keras.layers.Dense(1, use_bias=False)
    critic = keras.Sequential(
        [keras.Input((2, 2, 1)), keras.layers.Flatten(), dense]
    )
    kernel = np.float32([[3], [0], [4], [0]])
    dense.set_weights([kernel])
    images = tf.zeros((1, 2, 2, 1))

    with tf.GradientTape() as tape:
        penalty = example("wgan_gp").gradient_penalty(
            critic, images, images, tf.ones((1, 1, 1, 1))
        )
    slopes = tape.gradient(penalty, dense.kernel.value)

    # (5 - 1)^2, and 2 (5 - 1) along the kernel's own direction.
    np.testing.assert_allclose(penalty, [16], rtol=1e-5)
    np.testing.assert_allclose(slopes, 8 * kernel / 5, rtol=1e-5)


def test_the_critic_judges_each_picture_by_itself(example):
    wgan_gp = example("wgan_gp")
    options = example("training").parser(wgan_gp.EXAMPLE)
    options = options.parse_args(
        ["x", "--to", "y", "--resolution", "16", "--width", "4"]
    )
    critic = wgan_gp.critic(options)
    images = np.random.default_rng(0).normal(size=(4, 16, 16, 3))

    together = critic(images, training=True)
    apart = [critic(image[None], training=True)[0] for image in images]

    np.testing.assert_allclose(together, apart, atol=1e-5)
