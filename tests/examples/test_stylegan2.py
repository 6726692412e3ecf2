import keras
import numpy as np
import pytest

pytestmark = pytest.mark.slow


def drawn(example, trained, kind="stylegan2"):
    generator = keras.saving.load_model(trained / "generator.keras")
    sizes = example(kind).sizes_of(generator)
    random = np.random.default_rng(0)
    inputs = [random.standard_normal((4, n)).astype("float32") for n in sizes]
    return generator, inputs


def test_fixed_noise_leaves_pictures_to_the_latents(example, trained):
    generator, inputs = drawn(example, trained("stylegan2"))

    assert [each.shape for each in inputs] == [(4, 8)]
    whole = np.asarray(generator(inputs))
    alone = np.asarray(generator([inputs[0][2:3]]))
    np.testing.assert_allclose(alone[0], whole[2], atol=1e-5)


@pytest.fixture(scope="module")
def random_noise(run_script, tmp_path_factory):
    folder = tmp_path_factory.mktemp("stylegan2") / "random"
    return run_script("stylegan2", folder, "--noise", "random")


def test_random_noise_is_drawn_for_each_picture(example, random_noise):
    generator, inputs = drawn(example, random_noise)

    assert [each.shape[1] for each in inputs] == [8, 656]
    latents, noise = inputs
    made = np.asarray(generator([latents, noise]))
    other = np.asarray(generator([latents, noise[::-1]]))
    assert np.abs(made - other).max() > 1e-5
    pictures = example("stylegan2").pictures(generator, 0, range(4))
    assert np.asarray(pictures).shape == (4, 16, 16, 3)
