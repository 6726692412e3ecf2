"""Generator, discriminator and decoder in PyTorch, for comparison only.

The same functions as `tf_fingerprint.models`, with the same weights under the
same names.
"""

import pytorch_layers as layers
import torch
from torch import nn


def resolutions(resolution):
    return [2**level for level in range(2, resolution.bit_length())]


def channels_at(size, channel_base, max_channels):
    return min(2 * channel_base // size, max_channels)


class Generator(nn.Module):
    """Fixed noise, and the signed bits themselves as the style."""

    def __init__(
        self,
        resolution,
        latent_dim,
        num_bits,
        affine_gain,
        channel_base,
        max_channels,
        noise,
    ):
        super().__init__()
        self.sizes = resolutions(resolution)
        wide = [channels_at(s, channel_base, max_channels) for s in self.sizes]
        if noise is None:
            noise = torch.randn(2 * sum(s * s for s in self.sizes) - 16)
        style = (num_bits, affine_gain)
        self.content = layers.Dense(latent_dim, 16 * wide[0], activate=True)
        self.upsample = layers.Upsample(3)
        start = 0
        for size, before, after in zip(
            self.sizes, wide[:1] + wide, wide, strict=False
        ):
            if size > 4:
                conv = layers.StyledConv(before, after, *style, up=True)
                self.add_module(f"conv_up_{size}", conv)
                start = self._add_noise(f"noise_up_{size}", noise, start, size)
            conv = layers.StyledConv(after, after, *style)
            self.add_module(f"conv_{size}", conv)
            start = self._add_noise(f"noise_{size}", noise, start, size)
            self.add_module(
                f"to_image_{size}", layers.ToImage(after, 3, *style)
            )

    def _add_noise(self, name, noise, start, size):
        end = start + size * size
        maps = torch.as_tensor(noise[start:end]).reshape(size, size, 1)
        self.register_buffer(name, maps, persistent=False)
        return end

    def forward(self, latents, fingerprints):
        style = 2 * fingerprints - 1
        features = self.content(latents).view(len(latents), 4, 4, -1)
        features = features.permute(0, 3, 1, 2)  # Channels are last already.
        image = None
        for size in self.sizes:
            if size > 4:
                features = self._styled(f"up_{size}", features, style)
            features = self._styled(f"{size}", features, style)
            shown = self.get_submodule(f"to_image_{size}")(features, style)
            image = shown if image is None else shown + self.upsample(image)
        return image

    def _styled(self, name, features, style):
        conv = self.get_submodule(f"conv_{name}")
        return conv(features, style, self.get_buffer(f"noise_{name}"))


class Block(nn.Module):
    """Residual block; its `1 / sqrt(2)` is folded into both branches."""

    def __init__(self, channels, filters):
        super().__init__()
        self.conv = layers.Conv(channels, channels)
        self.conv_down = layers.Conv(
            channels, filters, down=True, gain=1 / layers.GAIN
        )
        self.shortcut = layers.Conv(
            channels, filters, 1, down=True, linear=True, gain=1 / layers.GAIN
        )

    def forward(self, features):
        return self.conv_down(self.conv(features)) + self.shortcut(features)


class Trunk(nn.Module):
    """Discriminator, or decoder: with or without a look at the batch."""

    def __init__(
        self, resolution, units, channel_base, max_channels, variety=False
    ):
        super().__init__()
        sizes = resolutions(resolution)[::-1]
        wide = [channels_at(s, channel_base, max_channels) for s in sizes]
        self.from_image = layers.Conv(3, wide[0], 1)
        self.blocks = [f"block_{size}" for size in sizes[:-1]]
        for name, before, after in zip(
            self.blocks, wide, wide[1:], strict=False
        ):
            self.add_module(name, Block(before, after))
        self.variety = variety
        self.conv_4 = layers.Conv(wide[-1] + variety, wide[-1])
        last = channels_at(2, channel_base, max_channels)
        self.dense = layers.Dense(16 * wide[-1], last, activate=True)
        self.outputs = layers.Dense(last, units)

    def forward(self, images):
        features = self.from_image(images)
        for name in self.blocks:
            features = self.get_submodule(name)(features)
        if self.variety:
            features = append_deviation(features)
        features = self.conv_4(features).permute(0, 2, 3, 1).flatten(1)
        return self.outputs(self.dense(features))


def append_deviation(features, group_size=4):
    """Minibatch standard deviation, as one more channel."""
    batch, channels, height, width = features.shape
    size = group_size if batch % group_size == 0 else batch
    groups = features.view(size, batch // size, channels, height, width)
    variance = groups.var(0, unbiased=False)
    deviation = (variance + 1e-8).sqrt().mean((1, 2, 3))  # (m,)
    channel = deviation.repeat(size)[:, None, None, None]
    return torch.cat([features, channel.expand(-1, 1, height, width)], 1)
