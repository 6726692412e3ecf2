import numpy as np
import pytest


@pytest.fixture
def diffusion(example):
    return example("diffusion")


def test_signal_and_noise_follow_the_cosine(diffusion):
    times = np.linspace(0, 1, 11)

    signal, noise = map(np.asarray, diffusion.rates(times))

    cosine = np.cos((times + 0.008) / 1.008 * np.pi / 2)
    np.testing.assert_allclose(signal, cosine / cosine[0], atol=1e-6)
    np.testing.assert_allclose(signal**2 + noise**2, 1, atol=1e-6)
    assert noise[0] == 0
    assert signal[-1] == pytest.approx(0, abs=1e-6)


def test_noising_at_once_is_noising_little_by_little(diffusion):
    random = np.random.default_rng(0)
    image = np.full(20_000, 0.5)
    times = np.linspace(0, 0.7, 50)
    signals = np.asarray(diffusion.rates(times)[0], "float64") ** 2

    # DDPM's forward process: sqrt(1 - beta) x + sqrt(beta) noise, each step.
    steps = image
    for before, after in zip(signals, signals[1:], strict=False):
        kept = after / before
        noise = random.standard_normal(len(image))
        steps = np.sqrt(kept) * steps + np.sqrt(1 - kept) * noise
    noise = random.standard_normal((1, len(image), 1, 1)).astype("float32")
    at_once, _ = diffusion.noised(
        np.float32(image).reshape(1, -1, 1, 1), noise, np.float32([0.7])
    )

    assert np.mean(at_once) == pytest.approx(steps.mean(), abs=0.03)
    assert np.std(at_once) == pytest.approx(steps.std(), abs=0.03)


def test_noised_pictures_are_those_of_the_closed_form(diffusion):
    random = np.random.default_rng(0)
    images, noise = random.normal(size=(2, 3, 4, 4, 2)).astype("float32")
    times = np.float32([0, 0.3, 0.9])

    noisy, velocity = map(np.asarray, diffusion.noised(images, noise, times))

    cosine = np.cos((times + 0.008) / 1.008 * np.pi / 2)
    signal = (cosine / cosine[0])[:, None, None, None]
    rate = np.sqrt(np.maximum(1 - signal**2, 0))
    np.testing.assert_allclose(noisy, signal * images + rate * noise, atol=1e-5)
    # Both can be had back from picture and velocity.
    np.testing.assert_allclose(
        signal * noisy - rate * velocity, images, atol=1e-5
    )
    np.testing.assert_allclose(
        rate * noisy + signal * velocity, noise, atol=1e-5
    )


def test_a_network_that_knows_the_picture_takes_all_noise_out(diffusion):
    random = np.random.default_rng(0)
    image = random.uniform(-1, 1, (1, 4, 4, 3)).astype("float32")
    noise = random.standard_normal((2, 4, 4, 3)).astype("float32")

    def network(inputs, training):
        noisy, times = map(np.asarray, inputs)
        signal, rate = (
            np.asarray(each)[:, None, None, None]
            for each in diffusion.rates(times)
        )
        return (signal * noisy - image) / rate

    made = np.asarray(diffusion.denoise(network, noise, steps=5))

    np.testing.assert_allclose(made, np.repeat(image, 2, 0), atol=1e-4)


def test_the_same_noise_gives_the_same_picture(diffusion):
    noise = np.random.default_rng(0).standard_normal((2, 4, 4, 3))
    noise = noise.astype("float32")

    def network(inputs, training):
        return 0.5 * inputs[0]

    made = [np.asarray(diffusion.denoise(network, noise)) for _ in range(2)]

    np.testing.assert_array_equal(*made)
    assert not np.array_equal(made[0][0], made[0][1])


def test_noise_becomes_pictures_of_the_right_spread(diffusion):
    """Of pictures that are normal, the best network is known in closed form."""
    noise = np.random.default_rng(0).standard_normal((1, 8, 8, 3))
    noise, spread = noise.astype("float32"), 0.2

    def network(inputs, training):
        noisy, times = map(np.asarray, inputs)
        signal, rate = (
            np.asarray(each)[:, None, None, None]
            for each in diffusion.rates(times)
        )
        variance = (signal * spread) ** 2 + rate**2
        picture = signal * spread**2 / variance * noisy
        return (
            signal * (noisy - signal * picture) / np.maximum(rate, 1e-6)
            - rate * picture
        )

    made = np.asarray(diffusion.denoise(network, noise, steps=300))

    # The flow maps quantiles to quantiles: all noise shrinks by one factor.
    np.testing.assert_allclose(made, spread * noise, atol=0.02)


def test_patches_are_put_back_where_they_were_taken(example, diffusion):
    options = example("training").parser(diffusion.EXAMPLE)
    options = options.parse_args(
        ["x", "--to", "y", "--resolution", "16", "--width", "8"]
    )
    network = diffusion.generator(options)
    *_, last, _, _, _ = network.layers
    bias = np.arange(12, dtype="float32")
    last.set_weights([0 * last.get_weights()[0], bias])

    velocities = np.asarray(
        network([np.zeros((1, 16, 16, 3), "float32"), np.zeros(1, "float32")])
    )

    patch = bias.reshape(2, 2, 3)
    np.testing.assert_array_equal(velocities[0], np.tile(patch, (8, 8, 1)))
