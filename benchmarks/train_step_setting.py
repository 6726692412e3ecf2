"""What both sides of `train_step.py` train, and what that costs by count."""

import dataclasses

import numpy as np

from tf_fingerprint import config as configs

SHIPPED = configs.Config(
    data=configs.Data(source="procedural", resolution=64),
    networks=configs.Networks(
        num_bits=128,
        latent_dim=128,
        style_dim=128,
        embedding_layers=0,
        signed_bits=True,
        channel_base=512,
        max_channels=128,
        decoder_channel_base=512,
        decoder_max_channels=512,
        affine_gain=0.5,
        noise="fixed",
    ),
    losses=configs.Losses(
        adversarial=1.0,
        latent=1.0,
        fingerprint=5.0,
        consistency=0.5,
        r1=0.5,
        path_length=0.0,
    ),
    curriculum=configs.Curriculum(initial_bits=128),
    training=configs.Training(images=10**9, batch_size=8),
)

# What is compared; "xla" is TensorFlow with the step compiled by it. Computes
# in float32, but for the last two: TensorFlow and PyTorch with products in
# bfloat16, as `configs/cats_64_pixels.toml` trains.
FLOAT32_SIDES = ("tensorflow", "xla", "jax", "pytorch")
SIDES = (*FLOAT32_SIDES, "bfloat16", "pytorch_bfloat16")


def at(resolution: int) -> configs.Config:
    """The same at another resolution, with a layer more or less for it."""
    data = dataclasses.replace(SHIPPED.data, resolution=resolution)
    return dataclasses.replace(SHIPPED, data=data)


# How often a step passes through each network, in units of one forward pass:
# forward, backward to the features, backward to the weights. Generator: two
# batches forth and back, one for the discriminator. Discriminator: one batch
# forth and back to the fakes, two to its weights. Decoder: one forth and back.
# A penalty besides passes twice through every layer, and back through both.
PASSES = {
    "generator": (3, 2, 2),
    "discriminator": (1 + 2, 1 + 2, 2),
    "decoder": (1, 1, 1),
}
PENALTY_PASSES = (2, 2, 2)


@dataclasses.dataclass(frozen=True)
class Products:
    """Multiplications of one forward pass, for one image.

    Attributes:
        learned: In convolutions and dense layers.
        fixed: In low-pass filters, which have no gradient of their own.
    """

    learned: int
    fixed: int


def gflop_per_image(config: configs.Config) -> float:
    """Multiplications and additions of one step's products, in 10^9.

    Counts the least that the formulas need: convolutions, dense layers and
    filters, their gradients included, and nothing that is done per pixel.
    """
    networks = config.networks
    widths = networks.channel_base, networks.max_channels
    decoder = networks.decoder_channel_base, networks.decoder_max_channels
    sizes = _sizes(config)
    counts = {
        "generator": _generator(sizes, networks),
        "discriminator": _trunk(sizes, widths, 1),
        "decoder": _trunk(
            sizes, decoder, networks.latent_dim + networks.num_bits
        ),
    }
    total = 0.0
    for name, count in counts.items():
        penalties = _penalties(name, config) * np.array(PENALTY_PASSES)
        forward, to_features, to_weights = PASSES[name] + penalties
        total += count.learned * (forward + to_features + to_weights)
        total += count.fixed * (forward + to_features)
    return 2 * float(total) / 1e9


def _penalties(name, config):
    """How many of them a network has in one step, on the average."""
    if name == "discriminator" and config.losses.r1:
        return 1 / config.optimizer.r1_interval
    if name == "generator" and config.losses.path_length:
        # It takes half of the batch.
        return 0.5 / config.optimizer.path_length_interval
    return 0.0


def _generator(sizes, networks):
    widths = networks.channel_base, networks.max_channels
    style_dim, images = networks.style_dim, 3
    wide = _channels(4, *widths)
    learned, fixed = networks.latent_dim * 16 * wide, 0
    for size in sizes:
        before, wide = wide, _channels(size, *widths)
        if size > 4:
            learned += (size // 2) ** 2 * 9 * before * wide + style_dim * before
            fixed += size**2 * 16 * wide  # After the convolution,
            fixed += size**2 * 4 * images  # and of the picture so far.
        learned += size**2 * 9 * wide * wide + style_dim * wide
        learned += size**2 * wide * images + style_dim * wide
    return Products(learned, fixed)


def _trunk(sizes, widths, units):
    images = 3
    wide = _channels(sizes[-1], *widths)
    learned, fixed = sizes[-1] ** 2 * images * wide, 0
    for size in sizes[:0:-1]:
        before, wide = wide, _channels(size // 2, *widths)
        learned += size**2 * 9 * before * before
        learned += (size // 2) ** 2 * (9 + 1) * before * wide
        fixed += ((size + 1) ** 2 + (size // 2) ** 2) * 16 * before
    learned += 16 * 9 * wide * wide
    last = _channels(2, *widths)
    learned += 16 * wide * last + last * units
    return Products(learned, fixed)


def _sizes(config):
    return [2**level for level in range(2, config.data.resolution.bit_length())]


def _channels(size, channel_base, max_channels):
    return min(2 * channel_base // size, max_channels)
