"""Each loss against its formula in NumPy, and where its bounds are."""

import numpy as np
import pytest
import tensorflow as tf

from tf_fingerprint.training import losses

LOG_2 = np.log(2)
BATCH = 5


def normal(*shape):
    return np.random.normal(size=shape).astype("float32")


def bits(*shape):
    return np.random.randint(0, 2, shape).astype("float32")


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits.astype("float64")))


def test_the_generator_pays_for_what_the_discriminator_sees_through():
    logits = normal(BATCH, 1)

    loss = losses.non_saturating_generator_loss(logits)

    expected = -np.log(sigmoid(logits[:, 0]))
    np.testing.assert_allclose(loss, expected, rtol=1e-5)


def test_the_discriminator_pays_for_photographs_and_fakes():
    real, fake = normal(BATCH, 1), normal(BATCH, 1)

    loss = losses.logistic_discriminator_loss(real, fake)

    expected = -np.log(sigmoid(real[:, 0])) - np.log(1 - sigmoid(fake[:, 0]))
    np.testing.assert_allclose(loss, expected, rtol=1e-5)


def test_an_undecided_discriminator_costs_log_2_a_picture():
    undecided = np.zeros((BATCH, 1), "float32")

    one = losses.non_saturating_generator_loss(undecided)
    two = losses.logistic_discriminator_loss(undecided, undecided)

    np.testing.assert_allclose(one, LOG_2, rtol=1e-6)
    np.testing.assert_allclose(two, 2 * LOG_2, rtol=1e-6)


def test_a_discriminator_that_is_sure_costs_a_finite_amount():
    sure = np.float32([[-300.0], [300.0]])

    np.testing.assert_allclose(
        losses.non_saturating_generator_loss(sure), [300, 0]
    )
    np.testing.assert_allclose(
        losses.logistic_discriminator_loss(sure, -sure), [600, 0]
    )


def test_the_r1_penalty_is_the_squared_length_of_a_gradient():
    gradients = normal(BATCH, 4, 6, 3)

    penalty = losses.r1_penalty(gradients)

    expected = [np.linalg.norm(gradient) ** 2 for gradient in gradients]
    np.testing.assert_allclose(penalty, expected, rtol=1e-5)


def test_a_path_length_is_the_root_mean_square_over_layers():
    gradients = normal(BATCH, 3, 7)

    lengths = losses.path_lengths(gradients)

    expected = [
        np.sqrt(np.mean([np.linalg.norm(layer) ** 2 for layer in picture]))
        for picture in gradients
    ]
    np.testing.assert_allclose(lengths, expected, rtol=1e-5)


def test_a_path_of_no_length_has_a_slope_that_is_a_number():
    gradients = tf.zeros((BATCH, 3, 7))
    with tf.GradientTape() as tape:
        tape.watch(gradients)
        lengths = losses.path_lengths(gradients)

    assert np.all(np.isfinite(tape.gradient(lengths, gradients)))


def test_the_latent_loss_is_a_mean_squared_error():
    latents, estimated = normal(BATCH, 7), normal(BATCH, 7)

    loss = losses.latent_loss(latents, estimated)

    expected = [
        sum((a - b) ** 2 for a, b in zip(*pair, strict=True)) / 7
        for pair in zip(latents, estimated, strict=True)
    ]
    np.testing.assert_allclose(loss, expected, rtol=1e-5)


def test_the_latent_loss_is_1_for_who_knows_nothing():
    latents = normal(1, 100_000)

    loss = losses.latent_loss(latents, np.zeros_like(latents))

    np.testing.assert_allclose(loss, 1, atol=0.02)


def test_the_fingerprint_loss_is_a_cross_entropy():
    fingerprints, logits = bits(BATCH, 8), 3 * normal(BATCH, 8)

    loss = losses.fingerprint_loss(fingerprints, logits, np.ones(8, "float32"))

    right = np.where(fingerprints, sigmoid(logits), 1 - sigmoid(logits))
    expected = -np.log(right).mean(axis=1)
    np.testing.assert_allclose(loss, expected, rtol=1e-5)


def test_the_fingerprint_loss_is_log_2_for_who_knows_nothing():
    fingerprints = bits(BATCH, 8)

    loss = losses.fingerprint_loss(
        fingerprints, np.zeros_like(fingerprints), np.ones(8, "float32")
    )

    np.testing.assert_allclose(loss, LOG_2, rtol=1e-6)


def test_the_fingerprint_loss_has_no_bound_above_but_one_below():
    fingerprints = bits(BATCH, 8)
    active = np.ones(8, "float32")
    sure = 200 * (2 * fingerprints - 1)

    right = losses.fingerprint_loss(fingerprints, sure, active)
    wrong = losses.fingerprint_loss(fingerprints, -sure, active)

    np.testing.assert_allclose(right, 0, atol=1e-6)
    np.testing.assert_allclose(wrong, 200, rtol=1e-6)


def test_bit_accuracy_counts_matches():
    fingerprints, logits = bits(BATCH, 8), normal(BATCH, 8)

    accuracy = losses.bit_accuracy(fingerprints, logits, np.ones(8, "float32"))

    expected = [
        sum((logit > 0) == bool(bit) for bit, logit in zip(*row, strict=True))
        / 8
        for row in zip(fingerprints, logits, strict=True)
    ]
    np.testing.assert_allclose(accuracy, expected)


def test_bit_accuracy_lies_between_0_and_1_and_is_a_half_by_chance():
    fingerprints, logits = bits(1, 100_000), normal(1, 100_000)
    active = np.ones(100_000, "float32")
    sure = 2 * fingerprints - 1

    assert losses.bit_accuracy(fingerprints, sure, active) == 1
    assert losses.bit_accuracy(fingerprints, -sure, active) == 0
    np.testing.assert_allclose(
        losses.bit_accuracy(fingerprints, logits, active), 0.5, atol=0.01
    )


@pytest.mark.parametrize("loss", [losses.fingerprint_loss, losses.bit_accuracy])
def test_neutral_bits_do_not_count(loss):
    fingerprints, logits = bits(BATCH, 8), normal(BATCH, 8)
    active = np.float32([1, 1, 1, 0, 0, 0, 0, 0])
    held = np.where(active, fingerprints, 0.5).astype("float32")
    other_logits = np.where(active, logits, normal(BATCH, 8))

    expected = loss(fingerprints[:, :3], logits[:, :3], np.ones(3, "float32"))

    np.testing.assert_allclose(loss(held, logits, active), expected, rtol=1e-5)
    np.testing.assert_allclose(
        loss(held, other_logits, active), expected, rtol=1e-5
    )


@pytest.mark.parametrize("loss", [losses.fingerprint_loss, losses.bit_accuracy])
def test_without_bits_there_is_no_loss(loss):
    nothing = loss(bits(BATCH, 8), normal(BATCH, 8), np.zeros(8, "float32"))
    np.testing.assert_array_equal(nothing, np.zeros(BATCH))


def test_the_consistency_loss_is_the_mean_squared_difference_of_pixels():
    images, others = normal(BATCH, 4, 6, 3), normal(BATCH, 4, 6, 3)

    loss = losses.consistency_loss(images, others)

    expected = [
        sum((a - b) ** 2 for a, b in zip(x.flat, y.flat, strict=True)) / 72
        for x, y in zip(images, others, strict=True)
    ]
    np.testing.assert_allclose(loss, expected, rtol=1e-5)
    # White and black differ most.
    np.testing.assert_array_equal(
        losses.consistency_loss(np.ones_like(images), -np.ones_like(images)), 4
    )


def test_the_coarse_consistency_loss_sees_means_over_squares_only():
    images, others = normal(BATCH, 8, 12, 3), normal(BATCH, 8, 12, 3)

    loss = losses.coarse_consistency_loss(images, others)

    expected = np.zeros(BATCH)
    for row in range(0, 8, 4):
        for column in range(0, 12, 4):
            square = np.s_[:, row : row + 4, column : column + 4]
            means = (images - others)[square].mean(axis=(1, 2))
            expected += np.sum(means**2, axis=1) / (2 * 3 * 3)
    np.testing.assert_allclose(loss, expected, rtol=1e-4)


@pytest.mark.parametrize(
    "loss, shapes",
    [
        (losses.non_saturating_generator_loss, [(1,)]),
        (losses.logistic_discriminator_loss, [(1,), (1,)]),
        (losses.r1_penalty, [(4, 6, 3)]),
        (losses.path_lengths, [(3, 7)]),
        (losses.latent_loss, [(7,), (7,)]),
        (losses.consistency_loss, [(4, 6, 3), (4, 6, 3)]),
        (losses.coarse_consistency_loss, [(8, 4, 3), (8, 4, 3)]),
        (
            lambda *a: losses.fingerprint_loss(*a, np.ones(8, "float32")),
            [(8,), (8,)],
        ),
        (
            lambda *a: losses.bit_accuracy(*a, np.ones(8, "float32")),
            [(8,), (8,)],
        ),
    ],
)
def test_every_example_has_a_loss_that_no_other_changes(loss, shapes):
    arguments = [normal(BATCH, *shape) for shape in shapes]

    together = loss(*arguments)

    assert together.shape == (BATCH,)
    for index in range(BATCH):
        alone = loss(*(a[index : index + 1] for a in arguments))
        np.testing.assert_allclose(alone[0], together[index], rtol=1e-5)


def test_hinge_losses_are_those_of_slow_loops():
    rng = np.random.default_rng(0)
    real, fake = rng.normal(size=(2, 3, 4)).astype("float32")

    found = losses.hinge_discriminator_loss(real, fake)

    for number, value in enumerate(np.asarray(found)):
        parts = [
            max(0, 1 - a) + max(0, 1 + b)
            for a, b in zip(real[number], fake[number], strict=True)
        ]
        assert value == pytest.approx(np.mean(parts), abs=1e-6)
    np.testing.assert_allclose(
        losses.hinge_generator_loss(fake), -fake.mean(axis=1), atol=1e-6
    )
