"""The network of plain layers that a sealed instance is."""

import keras

from tf_fingerprint.models import synthesis
from tf_fingerprint.models import widths

NOISE = ("random", "fixed", "none")

# An instance computes in this type, under whatever policy it is made.
DTYPE = "float32"


def plain_network(generator, *, noise="random"):
    """The network of all instances of one generator, without their weights.

    Made of Keras's own layers only, so that whoever loads it needs no code of
    ours. Low-pass filters don't learn, and nor do the biases they carry.

    Args:
        generator: `Generator`.
        noise: "random", "fixed" or "none"; see `seal`.

    Returns:
        `keras.Model` from `latents`, or `[latents, noise]`, to images.

    Raises:
        ValueError: If `noise` is not one of the three.
    """
    check_noise(noise)
    arguments = generator.synthesis.arguments
    resolution, channels = arguments["resolution"], arguments["channels"]
    latents = keras.Input((arguments["latent_dim"],), name="latents")
    if noise == "random":
        num_noise = synthesis.num_noise(resolution)
        maps = keras.Input((num_noise,), name="noise")
        inputs, adder = [latents, maps], _RandomNoise(maps)
    elif noise == "fixed":
        inputs, adder = latents, _FixedNoise(latents)
    else:
        inputs, adder = latents, _without_noise

    image = None
    features = latents
    for size in widths.resolutions(resolution):
        filters = widths.channels_at(
            size, arguments["channel_base"], arguments["max_channels"]
        )
        if size == 4:
            features = _content(features, filters)
        else:
            name = f"conv_up_{size}"
            features = adder(_convolve_up(features, filters, name), name)
            features = _activate(features, name)
        name = f"conv_{size}"
        features = keras.layers.Conv2D(
            filters, 3, padding="same", dtype=DTYPE, name=name
        )(features)
        features = _activate(adder(features, name), name)
        image = _show(features, image, channels, size)
    return keras.Model(inputs, image, name="instance")


def check_noise(noise):
    """Raises `ValueError` unless generators can be trained with this noise."""
    if noise not in NOISE:
        raise ValueError(
            '`noise` must be "random", "fixed" or "none". '
            f"Received: noise={noise!r}"
        )


def _content(latents, filters):
    """From the latents to the first features."""
    features = keras.layers.Dense(16 * filters, dtype=DTYPE, name="content")(
        latents
    )
    return keras.layers.Reshape(
        (4, 4, filters), dtype=DTYPE, name="content_features"
    )(_activate(features, "content"))


def _convolve_up(features, filters, name):
    """`resampling.upsampling_conv`; the bias comes with the filter."""
    features = keras.layers.Conv2DTranspose(
        filters, 3, strides=2, use_bias=False, dtype=DTYPE, name=name
    )(features)
    features = keras.layers.ZeroPadding2D(
        1, dtype=DTYPE, name=f"{name}_padding"
    )(features)
    return keras.layers.DepthwiseConv2D(
        4, trainable=False, dtype=DTYPE, name=f"{name}_low_pass"
    )(features)


def _activate(features, name):
    """The leaky rectifier alone: its factor is in the weights before it."""
    return keras.layers.LeakyReLU(
        negative_slope=0.2, dtype=DTYPE, name=f"{name}_activation"
    )(features)


def _show(features, image, channels, size):
    """What the features look like, on top of the smaller image, if any."""
    shown = keras.layers.Conv2D(
        channels, 1, dtype=DTYPE, name=f"to_image_{size}"
    )(features)
    if image is None:
        return shown
    # Zero insertion with padding (2, 1) and filter: one transposed convolution.
    image = keras.layers.Conv2DTranspose(
        channels,
        4,
        strides=2,
        padding="same",
        use_bias=False,
        trainable=False,
        dtype=DTYPE,
        name=f"upsample_{size}",
    )(image)
    return keras.layers.Add(dtype=DTYPE, name=f"skip_{size}")([image, shown])


def _without_noise(features, name):
    return features


class _RandomNoise:
    """Adds to each convolution its part of the noise vector, weighted."""

    def __init__(self, noise):
        self.num_noise = noise.shape[-1]
        self.offset = 0
        self.noise = keras.layers.Reshape(
            (self.num_noise, 1), dtype=DTYPE, name="noise_column"
        )(noise)

    def __call__(self, features, name):
        _, height, width, _ = features.shape
        begin, end = self.offset, self.offset + height * width
        self.offset = end
        noise = keras.layers.Cropping1D(
            (begin, self.num_noise - end),
            dtype=DTYPE,
            name=f"{name}_noise_part",
        )(self.noise)
        noise = keras.layers.Reshape(
            (height, width, 1), dtype=DTYPE, name=f"{name}_noise_map"
        )(noise)
        noise = keras.layers.Conv2D(
            1, 1, use_bias=False, dtype=DTYPE, name=f"{name}_noise"
        )(noise)
        return keras.layers.Add(dtype=DTYPE, name=f"{name}_with_noise")(
            [features, noise]
        )


class _FixedNoise:
    """Adds to each convolution a map that is among the weights."""

    def __init__(self, latents):
        # Layers have inputs, constants have none: 0 * latents + 1 is a 1.
        self.one = keras.layers.Dense(
            1, trainable=False, dtype=DTYPE, name="one"
        )(latents)

    def __call__(self, features, name):
        _, height, width, _ = features.shape
        noise = keras.layers.Dense(
            height * width,
            use_bias=False,
            dtype=DTYPE,
            name=f"{name}_noise",
        )(self.one)
        noise = keras.layers.Reshape(
            (height, width, 1), dtype=DTYPE, name=f"{name}_noise_map"
        )(noise)
        return keras.layers.Add(dtype=DTYPE, name=f"{name}_with_noise")(
            [features, noise]
        )
