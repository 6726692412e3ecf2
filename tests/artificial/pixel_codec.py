"""A codec without networks: bits are light and dark pixels of the edge."""

import types

import numpy as np

from tf_fingerprint import registry

SIDE, NUM_BITS = 32, 64


class PixelCodec:
    """What `artificial.CodecRun` is to who marks pictures and reads them.

    Args:
        skill: Share of the bits that are written; the others are as chance
            has them.
    """

    encoder = None
    encoder_digest, decoder_digest = "e" * 64, "d" * 64
    calibration = None

    def __init__(self, skill=1.0):
        self.skill = skill
        self.encoded = 0
        self.config = types.SimpleNamespace(
            data=types.SimpleNamespace(
                resolution=SIDE, channels=3, crop="center"
            ),
            networks=types.SimpleNamespace(num_bits=NUM_BITS),
        )

    @property
    def record(self):
        return registry.GeneratorRecord(
            self.encoder_digest,
            self.decoder_digest,
            num_bits=NUM_BITS,
            resolution=SIDE,
        )

    def encode(self, images, fingerprints, batch_size=64, strength=1.0):
        self.encoded += len(images)
        self.strength = strength
        written = round(self.skill * NUM_BITS)
        bits = np.broadcast_to(fingerprints, (len(images), NUM_BITS))
        pixels = images.reshape(len(images), -1, 3).copy()
        pixels[:, :written] = np.where(bits, 200, 50)[:, :written, None]
        pixels[:, written:NUM_BITS] = 50
        return pixels.reshape(images.shape)

    def decode(self, images, batch_size=64):
        pixels = images.reshape(len(images), -1, 3)
        return pixels[:, :NUM_BITS, 0].astype("float32") - 127.5
