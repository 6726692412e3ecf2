"""The layers of `pytorch_networks.py`.

Written for speed on a processor: channels last, constant factors folded into
the kernels, activations in place.
"""

import math

import torch
from torch import nn
from torch.nn import functional

SLOPE = 0.2
GAIN = math.sqrt(2)
TAPS = torch.outer(*2 * [torch.tensor([1.0, 3.0, 3.0, 1.0])]) / 64


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
