import numpy as np
import pytest
import tensorflow as tf

from tf_fingerprint.scalable import updates
from tf_fingerprint.training.curriculum import Progress
from tf_fingerprint.training.immunisation import NUM_UNIFORMS
from tf_fingerprint.training.immunisation import Immunisation
from tf_fingerprint.training.schedule import Plan

from .. import tiny

# A flip of 16 x 16 pixels is seen in every one of them.
FLIPS = Immunisation(("flip",), ((1.0, 1.0),), clean_share=0.25)


def draws(count, seed=0, channels=1):
    rng = np.random.default_rng(seed)
    return (
        rng.random((count, NUM_UNIFORMS), np.float32),
        rng.standard_normal((count, 16, 16, channels), np.float32),
    )


def pictures(count, channels=1):
    rng = np.random.default_rng(1)
    return rng.uniform(-1, 1, (count, 16, 16, channels)).astype("float32")


def test_the_clean_share_of_every_batch_stays_as_it_is():
    images = pictures(8)

    outputs = FLIPS.apply(images, *draws(8), 1.0).numpy()

    np.testing.assert_array_equal(outputs[:2], images[:2])
    np.testing.assert_array_equal(outputs[2:], images[2:, :, ::-1])


def test_a_share_of_the_others_is_mirrored_first():
    mirroring = Immunisation(
        ("noise",), ((0.0, 0.0),), clean_share=0.5, mirror_share=0.3
    )
    images = pictures(400)

    outputs = mirroring.apply(images, *draws(400), 1.0).numpy()

    mirrored = (outputs == images[:, :, ::-1]).all(axis=(1, 2, 3))
    same = (outputs == images).all(axis=(1, 2, 3))
    assert (mirrored ^ same).all()
    assert not mirrored[:200].any()
    assert mirrored[200:].mean() == pytest.approx(0.3, abs=0.08)


def test_all_kinds_are_drawn_each_within_its_own_range():
    both = Immunisation(
        ("brightness", "noise", "noise"),
        ((0.2, 0.6), (0.1, 0.2), (0.1, 0.2)),
        clean_share=0,
    )
    white = np.ones((600, 16, 16, 1), "float32")

    outputs = both.apply(white, *draws(600), 1.0).numpy()

    spread = outputs.std(axis=(1, 2, 3))
    darker = outputs[spread < 1e-6].mean(axis=(1, 2, 3))
    # Brightness moves all pixels alike; noise is drawn twice as often.
    assert len(darker) / 600 == pytest.approx(1 / 3, abs=0.06)
    assert darker.min() >= 2 * 0.2 - 1 - 1e-6
    assert darker.max() <= 2 * 0.6 - 1 + 1e-6
    assert darker.std() == pytest.approx(0.8 / 12**0.5, rel=0.1)


def test_strengths_grow_from_the_mildest():
    growing = Immunisation(
        ("brightness",), ((1.0, 0.0),), clean_share=0, ramp_images=100
    )
    white = np.ones((50, 16, 16, 1), "float32")

    def darkest(reach):
        return growing.apply(white, *draws(50), reach).numpy().min()

    assert [growing.reach(n) for n in (-5, 0, 50, 100, 900)] == [
        *(0, 0, 0.5, 1, 1)
    ]
    assert darkest(0.0) == 1
    assert darkest(0.5) == pytest.approx(0, abs=0.1)
    assert darkest(1.0) == pytest.approx(-1, abs=0.1)


def test_figures_are_told_apart():
    values = tf.constant([1.0, 0.9, 0.5, 0.5, 0.5, 0.5, 0.6, 0.4])

    apart = FLIPS.apart("bit_accuracy", values)

    assert float(apart["bit_accuracy_clean"]) == pytest.approx(0.95)
    assert float(apart["bit_accuracy_perturbed"]) == pytest.approx(0.5)
    alone = Immunisation(("flip",), ((1.0, 1.0),), clean_share=0)
    assert set(alone.apart("x", values)) == {"x_perturbed"}


@pytest.fixture
def gan():
    gan = tiny.build_gan(anchored=True)
    gan.immunisation = FLIPS
    gan.progress = Progress(images=64, active_bits=tiny.NUM_BITS)
    return gan


@pytest.mark.parametrize(
    "plan",
    [
        Plan(fingerprints=True, anchored=True),
        Plan(fingerprints=True, decoder_only=True),
        Plan(fingerprints=True),
    ],
)
def test_the_decoder_sees_perturbed_pictures_in_every_phase(
    gan, plan, monkeypatch
):
    seen, before = [], []
    decode, perturb = gan.decoder.call, gan.perturb

    def watch(images, training=None):
        seen.append(images.numpy())
        return decode(images, training)

    def look(images, settings):
        before.append(images.numpy())
        return perturb(images, settings)

    monkeypatch.setattr(gan.decoder, "call", watch)
    monkeypatch.setattr(gan, "perturb", look)

    values = gan.train_step(tiny.photographs(), gan.settings(), plan)

    [images], [found] = before, seen
    np.testing.assert_array_equal(found[:1], images[:1])
    np.testing.assert_array_equal(found[1:], images[1:, :, ::-1])
    assert {"bit_accuracy_clean", "bit_accuracy_perturbed"} < set(values)


def test_what_happens_depends_on_seed_and_images_only(gan):
    gan.immunisation = Immunisation(("noise",), ((0.1, 0.1),), clean_share=0)
    images = tf.zeros((4, 16, 16, 1))

    def found(seen):
        gan.progress = Progress(images=seen, active_bits=tiny.NUM_BITS)
        return gan.perturb(images, gan.settings()).numpy()

    np.testing.assert_array_equal(found(64), found(64))
    assert (found(64) != found(68)).any()


def test_gradients_reach_the_generator_through_perturbations(gan):
    gan.immunisation = Immunisation(("combined",), ((2.0, 2.0),), clean_share=0)
    gan.loss_weights = {"fingerprint": 1.0}
    before = gan.generator.get_weights()

    updates.update_generator(
        gan, 4, gan.settings(), Plan(fingerprints=True, anchored=True)
    )

    changed = [
        np.any(new != old)
        for new, old in zip(gan.generator.get_weights(), before, strict=True)
    ]
    assert all(changed)


def test_without_kinds_nothing_is_drawn(gan, monkeypatch):
    gan.immunisation = Immunisation()
    images = tf.ones((4, 16, 16, 1))

    assert gan.perturb(images, gan.settings()) is images
    values = updates.update_decoder(gan, 4, gan.settings())
    assert "bit_accuracy_clean" not in values
