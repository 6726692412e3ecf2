"""The synthesis network: from latents and styles to a picture."""

import keras
import numpy as np

from tf_fingerprint.layers import arguments
from tf_fingerprint.layers import equalized
from tf_fingerprint.layers import modulation
from tf_fingerprint.layers import noise as noise_layers
from tf_fingerprint.layers import resampling
from tf_fingerprint.models import widths


def num_noise(resolution):
    """Length of the flat noise vector: one map for each 3x3 convolution.

    Args:
        resolution: Height and width of the images.

    Returns:
        Number of noise values for one picture.

    Example:

    >>> num_noise(16)
    656
    """
    first, *others = widths.resolutions(resolution)
    return first**2 + sum(2 * size**2 for size in others)


def fixed_noise(resolution):
    """The noise of generators that are trained with the same for all pictures.

    Args:
        resolution: Height and width of the images.

    Returns:
        `(num_noise(resolution),)`, standard normal, the same for ever.
    """
    # `RandomState` is frozen: the same numbers in every version of NumPy.
    values = np.random.RandomState(0).standard_normal(num_noise(resolution))
    return values.astype("float32")


def num_styles(resolution):
    """Number of layers that have a style of their own.

    The layer that shows a resolution shares its style with the convolution
    that leaves it, as in StyleGAN2.

    Returns `2 log2(resolution) - 2`.

    Example:

    >>> num_styles(128)
    12
    """
    return 2 * len(widths.resolutions(resolution))


@keras.saving.register_keras_serializable(package="tf_fingerprint")
class Synthesis(arguments.NetworkArguments, keras.Model):
    """StyleGAN2's skip synthesis, with the latent in the constant's place.

    `resolution`: height and width of the images, a power of two from 16 to 256;
    `modulated_resolutions`: smallest and largest modulated resolution; the
    others have plain convolutions, which no fingerprint reaches.
    `noise_strength`: initial factor on each layer's noise. 0 in the paper.
    `inputs`: `(latents, styles, noise)`, of shapes `(batch, latent_dim)`,
    `(batch, num_styles(resolution), style_dim)` and
    `(batch, num_noise(resolution))`. Returns
    `(batch, resolution, resolution, channels)`, float32.

    Reference:
        Karras et al., 2020 (https://arxiv.org/abs/1912.04958).
    """

    def __init__(
        self,
        resolution,
        channels=3,
        latent_dim=512,
        style_dim=512,
        channel_base=8192,
        max_channels=512,
        modulated_resolutions=(4, 256),
        affine_gain=1.0,
        noise_strength=0.0,
        **kwargs,
    ):
        sizes = widths.resolutions(resolution)
        wide = {
            s: widths.channels_at(s, channel_base, max_channels) for s in sizes
        }
        latents = keras.Input((latent_dim,), name="latents")
        styles = keras.Input((num_styles(resolution), style_dim), name="styles")
        noise = keras.Input((num_noise(resolution),), name="noise")
        builder = _Builder(styles, noise, self.arguments)

        features = equalized.EqualizedDense(
            16 * wide[4], activate=True, name="content"
        )(latents)
        features = keras.layers.Reshape((4, 4, wide[4]))(features)
        image = None
        for size in sizes:
            if size > 4:
                features = builder.conv(features, wide[size], size, "up")
            features = builder.conv(features, wide[size], size)
            shown = builder.to_image(features, size)
            if image is not None:
                image = resampling.Upsample2D(name=f"upsample_{size}")(image)
                shown = keras.layers.Add(name=f"skip_{size}")([image, shown])
            image = shown
        image = keras.layers.Identity(name="image", dtype="float32")(image)
        super().__init__(
            inputs=[latents, styles, noise], outputs=image, **kwargs
        )


class _Builder:
    """Adds layers one after the other, each with its style and noise map."""

    def __init__(self, styles, noise, arguments):
        self.styles = styles
        self.noise = noise
        self.arguments = arguments
        self.style_index = 0
        self.noise_offset = 0

    def conv(self, features, filters, size, resample=None):
        """A 3x3 convolution with noise, bias and activation."""
        name = f"conv_up_{size}" if resample else f"conv_{size}"
        features = self._convolve(features, filters, 3, size, name, resample)
        self.style_index += 1
        features = noise_layers.NoisyActivation(
            self.noise_offset,
            strength=self.arguments["noise_strength"],
            scaled=True,
            name=f"{name}_activation",
        )(features, self.noise)
        self.noise_offset += size**2
        return features

    def to_image(self, features, size):
        """A 1x1 convolution that shows what the features look like."""
        channels = self.arguments["channels"]
        return self._convolve(features, channels, 1, size, f"to_image_{size}")

    def _convolve(
        self, features, filters, kernel_size, size, name, resample=None
    ):
        shows = kernel_size == 1
        # What comes behind a convolution would multiply by it otherwise.
        gain = 1.0 if shows else equalized.GAIN
        low, high = self.arguments["modulated_resolutions"]
        if not low <= size <= high:
            return equalized.EqualizedConv2D(
                filters,
                kernel_size,
                resample=resample,
                use_bias=shows,
                activate=False,
                gain=gain,
                name=name,
            )(features)
        return modulation.ModulatedConv2D(
            filters,
            kernel_size,
            resample=resample,
            demodulate=not shows,
            use_bias=shows,
            affine_gain=self.arguments["affine_gain"],
            gain=gain,
            name=name,
        )(features, self.styles[:, self.style_index])
