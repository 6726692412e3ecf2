"""Whether both sides of `train_step.py` compute the same thing."""

import keras
import numpy as np
import pytorch_step
import torch
import train_step_sides

LARGEST_DIFFERENCE = 1e-3
RATE = 0.1


def differences(setting):
    """How far the two sides are apart, with the same weights and inputs.

    Compares what the networks return, and one whole step of plain gradient
    descent, penalty included: its losses and, as a share of the largest
    change, the change of every weight. Adam would hide gradients' scales.

    Args:
        setting: As `train_step_sides.SHIPPED`.

    Returns:
        Dict from what was compared to the largest difference.
    """
    torch.manual_seed(0)
    random = np.random.default_rng(0)
    gan = train_step_sides.build_gan(
        setting, optimizer=lambda lazy: keras.optimizers.SGD(RATE)
    )
    noise = train_step_sides.fixed_noise(setting["resolution"])
    step = pytorch_step.Step(setting, noise)
    networks = {
        name: (getattr(gan, name), getattr(step, name))
        for name in ("generator", "discriminator", "decoder")
    }
    for name, (theirs, ours) in networks.items():
        for weight in theirs.weights:
            if weight.path.endswith(("bias", "strength")):
                weight.assign(0.3 * random.standard_normal(weight.shape))
        pytorch_step.copy_weights(ours, named(theirs))
        optimizer = torch.optim.SGD(ours.parameters(), lr=RATE)
        setattr(step, f"{name}_optimizer", optimizer)
    gan.ema_generator.set_weights(gan.generator.get_weights())
    step.ema_generator.load_state_dict(step.generator.state_dict())
    draws = _draws(setting, random)
    return {
        **_outputs(networks, draws, noise),
        **_one_step(gan, step, networks, draws, noise),
    }


def named(network):
    """A Keras network's weights, by path."""
    return {weight.path: weight.numpy() for weight in network.weights}


def _draws(setting, random):
    """What one step draws: photographs, then inputs for each purpose."""
    batch, size = setting["batch_size"], setting["resolution"]
    shape = (batch, size, size, 3)
    images = random.uniform(-1, 1, shape).astype("float32")
    inputs = [
        (
            random.standard_normal((batch, setting["latent_dim"]), "float32"),
            random.integers(0, 2, (batch, setting["num_bits"])).astype("float32"),
        )
        for _ in range(3)
    ]
    return images, inputs


def _outputs(networks, draws, noise):
    images, [(latents, fingerprints), *_] = draws
    tiled = np.tile(noise, (len(images), 1))
    compared = {}
    for name, (theirs, ours) in networks.items():
        with torch.no_grad():
            if name == "generator":
                expected = theirs((latents, fingerprints, tiled))
                actual = ours(*tensors(latents, fingerprints))
                actual = actual.permute(0, 2, 3, 1)
            else:
                expected = theirs(images)
                actual = ours(channels_first(images))
        if name == "decoder":
            expected = np.concatenate(expected, axis=1)
        compared[f"{name} outputs"] = np.abs(actual - expected).max()
    return compared


def _one_step(gan, step, networks, draws, noise):
    images, inputs = draws
    tiled = np.tile(noise, (len(images), 1))
    before = {name: named(pair[0]) for name, pair in networks.items()}
    gan.sample_inputs = lambda size, settings, purpose: (
        *inputs[purpose],
        tiled,
    )
    plan = gan.plan()  # Makes the bits active, which the settings tell.
    expected = gan.train_step(
        keras.ops.convert_to_tensor(images), gan.settings(), plan
    )

    sampled = iter([inputs[0], inputs[2]])
    step.sample = lambda: tensors(*next(sampled))
    step.fingerprints = lambda: tensors(inputs[1][1])[0]
    actual = step(channels_first(images))

    if expected.keys() != actual.keys():
        raise ValueError(
            "Both sides must have the same losses. TensorFlow has "
            f"{sorted(expected)}, PyTorch {sorted(actual)}."
        )
    compared = {
        f"{name} loss": abs(float(expected[name]) / actual[name] - 1)
        for name in expected
    }
    networks = {**networks, "average": (gan.ema_generator, step.ema_generator)}
    before["average"] = before["generator"]
    for name, (theirs, ours) in networks.items():
        compared[f"{name} weights"] = _change_difference(
            before[name], theirs, ours
        )
    return compared


def _change_difference(before, theirs, ours):
    """Largest difference, each weight's beside its own largest change."""
    after = named(theirs)
    with torch.no_grad():
        largest = 0.0
        for path, parameter in pytorch_step.paired(ours, after):
            change = np.abs(after[path] - before[path]).max()
            difference = np.abs(pytorch_step.to_keras(parameter) - after[path])
            largest = max(largest, difference.max() / (change + 1e-7))
    return largest


def tensors(*arrays):
    return [torch.from_numpy(array) for array in arrays]


def channels_first(images):
    return torch.from_numpy(images).permute(0, 3, 1, 2)
