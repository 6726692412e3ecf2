import numpy as np
import pytest
import tensorflow as tf

from tf_fingerprint.training import random_inputs

SEED = tf.constant([1000, 48], "int64")
ALL_BITS = np.ones(8, "float32")


def draw(seed=SEED, batch_size=500, active=ALL_BITS, latent_dim=6, noise=5):
    """Latents, fingerprints and noise as NumPy arrays."""
    drawn = random_inputs.inputs(
        seed,
        batch_size,
        tf.constant(active),
        latent_dim=latent_dim,
        noise=noise,
    )
    return [array.numpy() for array in drawn]


def test_every_picture_has_latents_bits_and_noise():
    latents, fingerprints, noise = draw()

    assert latents.shape == (500, 6)
    assert fingerprints.shape == (500, 8)
    assert noise.shape == (500, 5)


def test_latents_and_noise_are_standard_normal():
    latents, _, noise = draw(batch_size=20_000)

    for drawn in (latents, noise):
        np.testing.assert_allclose(drawn.mean(axis=0), 0, atol=0.05)
        np.testing.assert_allclose(
            np.cov(drawn.T), np.eye(drawn.shape[1]), atol=0.05
        )


def test_half_of_the_active_bits_are_ones_independently():
    _, fingerprints, _ = draw(batch_size=20_000)

    assert set(np.unique(fingerprints)) == {0, 1}
    np.testing.assert_allclose(fingerprints.mean(axis=0), 0.5, atol=0.02)
    np.testing.assert_allclose(np.cov(fingerprints.T), np.eye(8) / 4, atol=0.02)


def test_bits_that_are_not_active_are_neutral():
    active = np.float32([1, 1, 1, 0, 0, 0, 0, 0])

    _, fingerprints, _ = draw(active=active)
    _, without_bits, _ = draw(active=0 * active)

    np.testing.assert_array_equal(fingerprints[:, :3], draw()[1][:, :3])
    np.testing.assert_array_equal(fingerprints[:, 3:], 0.5)
    np.testing.assert_array_equal(without_bits, 0.5)


def test_given_noise_is_the_same_for_every_picture():
    given = np.linspace(-1, 1, 5, dtype="float32")

    _, _, noise = draw(noise=given)

    np.testing.assert_array_equal(noise, np.tile(given, (500, 1)))


def test_the_same_seed_draws_the_same():
    for first, second in zip(draw(), draw(), strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("other", [[1000, 64], [1001, 48]])
def test_another_step_or_training_draws_something_else(other):
    for first, second in zip(
        draw(), draw(seed=tf.constant(other, "int64")), strict=True
    ):
        assert np.mean(np.all(first == second, axis=1)) < 0.02


def test_every_purpose_and_replica_has_a_seed_of_its_own(two_replicas):
    seeds = []
    for purpose in random_inputs.PURPOSES:
        drawn = two_replicas.run(
            random_inputs.replica_seed, args=(SEED, purpose)
        )
        seeds += [
            tuple(seed.numpy())
            for seed in two_replicas.experimental_local_results(drawn)
        ]

    assert len(set(seeds)) == 2 * len(random_inputs.PURPOSES)


def test_directions_have_the_standard_deviation_of_path_lengths():
    directions = random_inputs.directions(SEED, (200, 4, 8, 3)).numpy()

    assert directions.shape == (200, 4, 8, 3)
    assert directions.std() == pytest.approx(32**-0.5, rel=0.02)


def test_directions_are_no_latents_of_the_same_seed():
    directions = random_inputs.directions(SEED, (500, 1, 1, 6)).numpy()[:, 0, 0]

    assert abs(np.corrcoef(directions.flat, draw()[0].flat)[0, 1]) < 0.1


def test_fingerprints_are_drawn_from_a_table_and_bits_held_neutral():
    table = random_inputs.fingerprint_table(7, 5, 8)
    active = np.float32([1, 1, 1, 1, 1, 1, 0, 0])

    drawn = random_inputs.inputs(
        SEED, 500, tf.constant(active), latent_dim=6, noise=5, table=table
    )

    fingerprints = drawn[1].numpy()
    rows = {tuple(row) for row in fingerprints[:, :6]}
    assert rows == {tuple(row) for row in table[:, :6]}
    np.testing.assert_array_equal(fingerprints[:, 6:], 0.5)
    # Latents and noise are those of any other fingerprints.
    for index in (0, 2):
        np.testing.assert_array_equal(drawn[index], draw()[index])


def test_the_table_is_the_seed_s():
    one, another, other = (
        random_inputs.fingerprint_table(seed, 100, 32) for seed in (7, 7, 8)
    )

    np.testing.assert_array_equal(one, another)
    assert (one != other).mean() == pytest.approx(0.5, abs=0.05)
    assert len(np.unique(one, axis=0)) == 100
