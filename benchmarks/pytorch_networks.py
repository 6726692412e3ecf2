"""Generator, discriminator and decoder in PyTorch, for comparison only.

The same functions as `tf_fingerprint.models`, with the same weights under the
same names, written for speed on a processor: channels last, constant factors
folded into the kernels, activations in place.
"""

import math

import torch
from torch import nn
from torch.nn import functional

SLOPE = 0.2
GAIN = math.sqrt(2)
TAPS = torch.outer(*2 * [torch.tensor([1.0, 3.0, 3.0, 1.0])]) / 64


def resolutions(resolution):
    return [2**level for level in range(2, resolution.bit_length())]


def channels_at(size, channel_base, max_channels):
    return min(2 * channel_base // size, max_channels)


class LowPass(nn.Module):
    """Filters every channel with [1, 3, 3, 1] in both directions."""

    def __init__(self, channels, padding, gain=1.0, stride=1):
        super().__init__()
        kernel = (TAPS * gain).repeat(channels, 1, 1, 1)
        self.register_buffer("taps", kernel, persistent=False)
        self.padding = padding
        self.stride = stride

    def forward(self, features):
        return functional.conv2d(
            features,
            self.taps,
            padding=self.padding,
            stride=self.stride,
            groups=len(self.taps),
        )


class Upsample(nn.Module):
    """Zeros between the pixels, then the low-pass filter, in one operation."""

    def __init__(self, channels):
        super().__init__()
        kernel = (TAPS * 4).repeat(channels, 1, 1, 1)
        self.register_buffer("taps", kernel, persistent=False)

    def forward(self, image):
        return functional.conv_transpose2d(
            image, self.taps, stride=2, padding=1, groups=len(self.taps)
        )


class Dense(nn.Module):
    def __init__(self, inputs, units, activate=False):
        super().__init__()
        self.kernel = nn.Parameter(torch.randn(units, inputs))
        self.bias = nn.Parameter(torch.zeros(units))
        self.gain = GAIN if activate else 1.0
        self.kernel_scale = self.gain / math.sqrt(inputs)
        self.activate = activate

    def forward(self, inputs):
        outputs = functional.linear(
            inputs, self.kernel * self.kernel_scale, self.bias * self.gain
        )
        if self.activate:
            functional.leaky_relu_(outputs, SLOPE)
        return outputs


class Conv(nn.Module):
    """Convolution, `gain` times the scaled leaky rectifier after it."""

    def __init__(
        self, channels, filters, size=3, down=False, linear=False, gain=1.0
    ):
        super().__init__()
        self.kernel = nn.Parameter(torch.randn(filters, channels, size, size))
        self.bias = None if linear else nn.Parameter(torch.zeros(filters))
        self.gain = gain if linear else gain * GAIN
        self.kernel_scale = self.gain / math.sqrt(channels * size * size)
        self.linear = linear
        self.padding = 0 if down else size // 2
        self.low_pass, self.stride = None, 1
        if down and size == 1:  # Only what the convolution sees is filtered.
            self.low_pass = LowPass(channels, padding=1, stride=2)
        elif down:
            self.low_pass, self.stride = LowPass(channels, padding=2), 2

    def forward(self, features):
        if self.low_pass is not None:
            features = self.low_pass(features)
        outputs = functional.conv2d(
            features,
            self.kernel * self.kernel_scale,
            None if self.linear else self.bias * self.gain,
            stride=self.stride,
            padding=self.padding,
        )
        return (
            outputs if self.linear else functional.leaky_relu_(outputs, SLOPE)
        )


class ModulatedConv(nn.Module):
    """Scales the features before and after a convolution that all share."""

    def __init__(self, channels, filters, style_dim, affine_gain, size=3):
        super().__init__()
        self.kernel = nn.Parameter(torch.randn(filters, channels, size, size))
        self.affine = Dense(style_dim, channels)
        self.bias = nn.Parameter(torch.zeros(filters))
        self.kernel_scale = 1 / math.sqrt(channels * size * size)
        self.affine_gain = affine_gain

    def scale(self, style):
        return 1 + self.affine_gain * self.affine(style)


class ToImage(ModulatedConv):
    def __init__(self, channels, filters, style_dim, affine_gain):
        super().__init__(channels, filters, style_dim, affine_gain, size=1)

    def forward(self, features, style):
        features = features * self.scale(style)[:, :, None, None]
        kernel = self.kernel * self.kernel_scale
        return functional.conv2d(features, kernel, self.bias)


class StyledConv(ModulatedConv):
    """Modulated convolution, noise, bias and activation."""

    def __init__(self, channels, filters, style_dim, affine_gain, up=False):
        super().__init__(channels, filters, style_dim, affine_gain)
        self.strength = nn.Parameter(torch.zeros(()))
        self.low_pass = LowPass(filters, padding=1, gain=4.0) if up else None

    def forward(self, features, style, noise):
        kernel = self.kernel * self.kernel_scale
        scale = self.scale(style)  # (b, i)
        features = features * scale[:, :, None, None]
        if self.low_pass is None:
            outputs = functional.conv2d(features, kernel, padding=1)
        else:
            outputs = self.low_pass(
                functional.conv_transpose2d(
                    features, kernel.transpose(0, 1), stride=2
                )
            )
        power = functional.linear(scale.square(), kernel.square().sum((2, 3)))
        factor = torch.rsqrt(power + 1e-8) * GAIN  # (b, o)
        # The same for all pictures, so the gain is cheaper here than after.
        shift = (self.strength * noise + self.bias) * GAIN  # (h, w, o)
        shift = shift.permute(2, 0, 1)
        outputs = torch.addcmul(shift, outputs, factor[:, :, None, None])
        return functional.leaky_relu_(outputs, SLOPE)


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
        self.content = Dense(latent_dim, 16 * wide[0], activate=True)
        self.upsample = Upsample(3)
        start = 0
        for size, before, after in zip(
            self.sizes, wide[:1] + wide, wide, strict=False
        ):
            if size > 4:
                conv = StyledConv(before, after, *style, up=True)
                self.add_module(f"conv_up_{size}", conv)
                start = self._add_noise(f"noise_up_{size}", noise, start, size)
            conv = StyledConv(after, after, *style)
            self.add_module(f"conv_{size}", conv)
            start = self._add_noise(f"noise_{size}", noise, start, size)
            self.add_module(f"to_image_{size}", ToImage(after, 3, *style))

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
        self.conv = Conv(channels, channels)
        self.conv_down = Conv(channels, filters, down=True, gain=1 / GAIN)
        self.shortcut = Conv(
            channels, filters, 1, down=True, linear=True, gain=1 / GAIN
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
        self.from_image = Conv(3, wide[0], 1)
        self.blocks = [f"block_{size}" for size in sizes[:-1]]
        for name, before, after in zip(
            self.blocks, wide, wide[1:], strict=False
        ):
            self.add_module(name, Block(before, after))
        self.variety = variety
        self.conv_4 = Conv(wide[-1] + variety, wide[-1])
        last = channels_at(2, channel_base, max_channels)
        self.dense = Dense(16 * wide[-1], last, activate=True)
        self.outputs = Dense(last, units)

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
