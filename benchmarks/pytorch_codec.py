"""The codec's networks in PyTorch, for `artificial_codec.py` to time.

Written for speed on a processor: channels last, activations in place. Weights
are those of a Keras network, in its order.
"""

import torch
from torch import nn
from torch.nn import functional

SIDE = 16


class Codec(nn.Module):
    """Encoder and decoder, made like Keras networks of these arguments."""

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder = Encoder(**encoder)
        self.decoder = Decoder(**decoder)

    def take(self, encoder_weights, decoder_weights):
        """Copies lists of kernels and biases, as Keras gives them."""
        for network, arrays in (
            (self.encoder, encoder_weights),
            (self.decoder, decoder_weights),
        ):
            layers = [
                layer for layer in network.modules() if hasattr(layer, "weight")
            ]
            pairs = zip(arrays[::2], arrays[1::2], strict=True)
            for layer, (kernel, bias) in zip(layers, pairs, strict=True):
                axes = (3, 2, 0, 1) if kernel.ndim == 4 else (1, 0)
                weight = torch.from_numpy(kernel.transpose(axes).copy())
                layer.weight.data.copy_(weight)
                layer.bias.data.copy_(torch.from_numpy(bias))
        return self.to(memory_format=torch.channels_last)


class Encoder(nn.Module):
    def __init__(
        self, resolution, num_bits, width, residual, mark_resolution=0, **_
    ):
        super().__init__()
        self.residual = residual
        self.coarser = resolution // (mark_resolution or resolution)
        self.scale = resolution // SIDE
        w = width
        self.pattern = nn.Linear(num_bits, SIDE * SIDE * 3)
        self.conv1 = conv(6, w)
        self.conv2 = conv(w, w, 2)
        self.conv3 = conv(w, 2 * w, 2)
        self.conv4 = conv(2 * w, 4 * w, 2)
        self.conv5 = conv(4 * w, 8 * w, 2)
        self.up6 = nn.Conv2d(8 * w, 4 * w, 2)
        self.conv6 = conv(8 * w, 4 * w)
        self.up7 = nn.Conv2d(4 * w, 2 * w, 2)
        self.conv7 = conv(4 * w, 2 * w)
        self.up8 = nn.Conv2d(2 * w, w, 2)
        self.conv8 = conv(2 * w, w)
        self.up9 = nn.Conv2d(w, w, 2)
        self.conv9 = conv(2 * w + 6, w)
        self.conv10 = conv(w, w)
        self.last = nn.Conv2d(w, 3, 1)

    def forward(self, images, bits):
        pattern = functional.relu(self.pattern(bits))
        # Keras lays it out with channels last.
        pattern = pattern.view(-1, SIDE, SIDE, 3).permute(0, 3, 1, 2)
        pattern = functional.interpolate(pattern, scale_factor=self.scale)
        inputs = torch.cat([images, pattern], 1)
        conv1 = relu(self.conv1(inputs))
        conv2 = relu(self.conv2(conv1))
        conv3 = relu(self.conv3(conv2))
        conv4 = relu(self.conv4(conv3))
        conv5 = relu(self.conv5(conv4))
        conv6 = relu(self.conv6(torch.cat([conv4, up(self.up6, conv5)], 1)))
        conv7 = relu(self.conv7(torch.cat([conv3, up(self.up7, conv6)], 1)))
        conv8 = relu(self.conv8(torch.cat([conv2, up(self.up8, conv7)], 1)))
        both = torch.cat([conv1, up(self.up9, conv8), inputs], 1)
        outputs = self.last(relu(self.conv10(relu(self.conv9(both)))))
        if self.coarser > 1:
            pooled = functional.avg_pool2d(outputs, self.coarser)
            outputs = functional.interpolate(
                pooled, scale_factor=self.coarser, mode="bilinear"
            )
        if self.residual:
            return (images + outputs).clamp(0, 1)
        return torch.sigmoid(outputs)


class Decoder(nn.Module):
    def __init__(self, resolution, num_bits, width, dense_units, **_):
        super().__init__()
        w = width
        self.convs = nn.Sequential(
            conv(3, w, 2),
            conv(w, w),
            conv(w, 2 * w, 2),
            conv(2 * w, 2 * w),
            conv(2 * w, 2 * w, 2),
            conv(2 * w, 4 * w, 2),
            conv(4 * w, 4 * w, 2),
        )
        features = 4 * w * (resolution // 32) ** 2
        self.dense = nn.Linear(features, dense_units)
        self.logits = nn.Linear(dense_units, num_bits)

    def forward(self, images):
        features = images
        for layer in self.convs:
            features = relu(layer(features))
        # In Keras's order, for its weights.
        features = features.permute(0, 2, 3, 1).flatten(1)
        return self.logits(relu(self.dense(features)))


def conv(channels, filters, stride=1):
    return nn.Conv2d(channels, filters, 3, stride, padding=1)


def relu(features):
    return functional.relu(features, inplace=True)


def up(layer, features):
    features = functional.interpolate(features, scale_factor=2)
    return relu(layer(functional.pad(features, (0, 1, 0, 1))))
