"""Diffusion: a U-Net that takes noise out of pictures, step by step.

    python examples/diffusion.py photographs.zip --to runs/diffusion

Trained as DDPM with a cosine schedule, sampled as DDIM without new noise. The
network predicts the velocity, which is as large at every amount of noise.

References:
    Ho et al., 2020 (https://arxiv.org/abs/2006.11239).
    Song et al., 2021 (https://arxiv.org/abs/2010.02502).
    Nichol & Dhariwal, 2021 (https://arxiv.org/abs/2102.09672).
    Salimans & Ho, 2022 (https://arxiv.org/abs/2202.00512).
"""

import math

import drawing
import keras
import learning
import numpy as np
import tensorflow as tf
import training
from keras import layers
from keras import ops

from tf_fingerprint.training import adam

# What is drawn in a step.
NOISE, TIMES = 0, 1

# Steps from noise to a picture.
SAMPLING_STEPS = 30

# Offset of the cosine, and the last time, where a little signal is left.
OFFSET, LAST = 0.008, 0.99


def add_options(parser):
    """Those that only this example has."""
    parser.add_argument("--width", type=int, default=32, help="channels")
    parser.add_argument("--blocks", type=int, default=1, help="a resolution")
    parser.add_argument("--patch", type=int, default=2, help="pixels a side")
    parser.add_argument("--learning-rate", type=float, default=1e-3)


def rates(times):
    """How much signal and noise a picture has at some times.

        signal^2 = cos^2((time + offset) / (1 + offset) * pi / 2), up to a
        factor that makes it 1 at time 0;  noise^2 = 1 - signal^2

    Args:
        times: In [0, 1], any shape.

    Returns:
        Signal and noise, each of that shape.

    Reference:
        Nichol & Dhariwal, 2021, Equation 17
        (https://arxiv.org/abs/2102.09672).
    """
    times = ops.convert_to_tensor(times, "float32")
    angles = (times + OFFSET) / (1 + OFFSET) * (math.pi / 2)
    first = math.cos(OFFSET / (1 + OFFSET) * math.pi / 2)
    signal = ops.clip(ops.cos(angles) / first, 0, 1)
    return signal, ops.sqrt(1 - ops.square(signal))


def noised(images, noise, times):
    """Pictures at some times: `signal * images + noise_rate * noise`.

    Args:
        images: `(batch, height, width, channels)`.
        noise: The same shape.
        times: `(batch,)`.

    Returns:
        The pictures, and the velocity, `signal * noise - noise_rate * images`.
    """
    signal, noise_rate = (each[:, None, None, None] for each in rates(times))
    velocity = signal * noise - noise_rate * images
    return signal * images + noise_rate * noise, velocity


def generator(options):
    """From noisy pictures and times to velocities: a U-Net on patches."""
    side, patch = options.resolution, options.patch
    images = keras.Input((side, side, 3), name="images")
    times = keras.Input((), name="times")
    moment = _Moment(4 * options.width, dtype="float32")(times)
    moment = layers.Dense(4 * options.width, activation="silu")(moment)
    features = images
    if patch > 1:
        features = layers.Reshape(
            (side // patch, patch, side // patch, patch * 3)
        )(features)
        features = layers.Permute((1, 3, 2, 4))(features)
        features = layers.Reshape(
            (side // patch, side // patch, patch * patch * 3)
        )(features)
    features = layers.Conv2D(options.width, 3, padding="same")(features)
    shortcuts = [features]
    for level in (1, 2, 3):
        if level > 1:
            features = layers.AveragePooling2D(2)(features)
        for _ in range(options.blocks):
            features = _block(features, moment, options.width * level)
            shortcuts.append(features)
    for level in (3, 2, 1):
        for _ in range(options.blocks):
            features = layers.Concatenate()([features, shortcuts.pop()])
            features = _block(features, moment, options.width * level)
        if level > 1:
            features = layers.UpSampling2D()(features)
    features = layers.Concatenate()([features, shortcuts.pop()])
    features = layers.Activation("silu")(layers.GroupNormalization(8)(features))
    features = layers.Conv2D(
        patch * patch * 3,
        3,
        padding="same",
        kernel_initializer="zeros",
        dtype="float32",
    )(features)
    if patch > 1:
        features = layers.Reshape(
            (side // patch, side // patch, patch, patch * 3), dtype="float32"
        )(features)
        features = layers.Permute((1, 3, 2, 4), dtype="float32")(features)
    velocities = layers.Reshape((side, side, 3), dtype="float32")(features)
    return keras.Model([images, times], velocities, name="generator")


def _block(features, moment, width):
    """Two convolutions beside a shortcut, told how much noise there is."""
    shortcut = features
    if features.shape[-1] != width:
        shortcut = layers.Conv2D(width, 1)(features)
    features = layers.GroupNormalization(8)(features)
    features = layers.Activation("silu")(features)
    features = layers.Conv2D(width, 3, padding="same")(features)
    told = layers.Reshape((1, 1, width))(layers.Dense(width)(moment))
    features = layers.Add()([features, told])
    features = layers.Activation("silu")(features)
    features = layers.Conv2D(
        width, 3, padding="same", kernel_initializer="zeros"
    )(features)
    return layers.Add()([features, shortcut])


@keras.saving.register_keras_serializable(package="examples")
class _Moment(layers.Layer):
    """Times as waves of many lengths."""

    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def call(self, times):
        frequencies = np.geomspace(1, 100, self.size // 2).astype("float32")
        angles = ops.cast(times, "float32")[:, None] * frequencies * math.pi
        return ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=-1)

    def get_config(self):
        return {**super().get_config(), "size": self.size}


class Diffusion(learning.Training):
    """Learns to tell noise from picture at every amount of noise."""

    def __init__(self, options, generator, average):
        super().__init__(
            generator,
            average,
            names=("loss",),
            seed=options.seed,
            ema_decay=training.ema_decay(EXAMPLE, options),
        )
        self.optimizer_ = adam.Adam(options.learning_rate)
        self.optimizer_.build(generator.trainable_variables)

    def update(self, images):
        """One step down the squared error."""
        times = LAST * self.uniform((tf.shape(images)[0],), TIMES)
        noise = self.normal(tf.shape(images), NOISE)
        noisy, velocity = noised(images, noise, times)

        def error():
            predicted = self.generator([noisy, times], training=True)
            return tf.reduce_mean(tf.square(predicted - velocity))

        return {"loss": self.descend(self.optimizer_, self.generator, error)}


def denoise(network, noise, steps=SAMPLING_STEPS):
    """From noise to pictures, without any further chance.

    Args:
        network: From pictures and times to velocities.
        noise: `(batch, height, width, channels)`, standard normal.
        steps: How many.

    Returns:
        Images in [-1, 1].

    Reference:
        Song et al., 2021, Equation 12, with sigma 0
        (https://arxiv.org/abs/2010.02502).
    """
    images = noisy = ops.convert_to_tensor(noise)
    times = np.linspace(LAST, 0, steps + 1).astype("float32")
    for time, following in zip(times, times[1:], strict=False):
        signal, noise_rate = rates(time)
        velocity = network([noisy, np.full(len(noise), time)], training=False)
        images = ops.clip(signal * noisy - noise_rate * velocity, -1, 1)
        noise = (noisy - signal * images) / noise_rate
        signal, noise_rate = rates(following)
        noisy = signal * images + noise_rate * noise
    return images


def pictures(generator, seed, numbers):
    """Images in [-1, 1]."""
    noise = drawing.normal(seed, numbers, generator.input_shape[0][1:])

    def network(inputs, training):
        return generator.predict_on_batch(inputs)  # Compiled once.

    return denoise(network, noise)


EXAMPLE = training.Example(
    __doc__.splitlines()[0],
    add_options,
    generator,
    Diffusion,
    pictures,
)

if __name__ == "__main__":
    training.main(EXAMPLE)
