"""Layers of the fingerprinted generator, its discriminator and decoder."""

from tf_fingerprint.layers.embedding import (
    FingerprintEmbedding as FingerprintEmbedding,
)
from tf_fingerprint.layers.equalized import EqualizedConv2D as EqualizedConv2D
from tf_fingerprint.layers.equalized import EqualizedDense as EqualizedDense
from tf_fingerprint.layers.equalized import (
    scaled_leaky_relu as scaled_leaky_relu,
)
from tf_fingerprint.layers.minibatch import (
    MinibatchStandardDeviation as MinibatchStandardDeviation,
)
from tf_fingerprint.layers.modulation import ModulatedConv2D as ModulatedConv2D
from tf_fingerprint.layers.noise import NoisyActivation as NoisyActivation
from tf_fingerprint.layers.resampling import Upsample2D as Upsample2D
from tf_fingerprint.layers.resampling import downsample as downsample
from tf_fingerprint.layers.resampling import upsample as upsample
