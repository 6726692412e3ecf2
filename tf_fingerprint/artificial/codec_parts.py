"""What the codec's networks are made of."""

import keras

# Side of the pattern that a fingerprint becomes before it meets the picture.
PATTERN_SIDE = 16


class Layers:
    """Makes layers whose weights begin in one of two ways."""

    def __init__(self, initializer):
        # Uniform in +-1 / sqrt(fan in), a sixth of what ReLU needs; or just
        # what it needs.
        self._gain = {"torch": 1 / 3, "he": 2.0}[initializer]
        self._biased = initializer == "torch"

    def _weights(self, fan_in):
        bias = "zeros"
        if self._biased:
            bias = keras.initializers.RandomUniform(
                -(fan_in**-0.5), fan_in**-0.5
            )
        return {
            "kernel_initializer": keras.initializers.VarianceScaling(
                self._gain, "fan_in", "uniform"
            ),
            "bias_initializer": bias,
        }

    def conv(self, features, filters, name, *, strides=1):
        """3x3, ReLU; one row of zeros on every side, also with strides."""
        if strides > 1:
            features = keras.layers.ZeroPadding2D(1, name=f"{name}_padding")(
                features
            )
        return keras.layers.Conv2D(
            filters,
            3,
            strides=strides,
            padding="valid" if strides > 1 else "same",
            activation="relu",
            name=name,
            **self._weights(9 * features.shape[-1]),
        )(features)

    def up(self, features, filters, name):
        """Twice the size, then 2x2 with zeros at the right and bottom, ReLU."""
        features = keras.layers.UpSampling2D(name=f"{name}_upsampling")(
            features
        )
        return keras.layers.Conv2D(
            filters,
            2,
            padding="same",
            activation="relu",
            name=name,
            **self._weights(4 * features.shape[-1]),
        )(features)

    def last(self, features, name):
        """1x1 to three channels, in float32."""
        return keras.layers.Conv2D(
            3,
            1,
            name=name,
            dtype="float32",
            **self._weights(features.shape[-1]),
        )(features)

    def dense(self, features, units, name, activation=None, dtype=None):
        """Weights, biases, and perhaps ReLU."""
        return keras.layers.Dense(
            units,
            activation=activation,
            name=name,
            dtype=dtype,
            **self._weights(features.shape[-1]),
        )(features)


def pattern(layers, bits, resolution):
    """The fingerprint as a picture, in squares if that is larger than 16."""
    side = PATTERN_SIDE
    squares = layers.dense(bits, side * side * 3, "pattern", "relu")
    # The authors' frame has channels first; the weights are the same.
    squares = keras.layers.Reshape((side, side, 3), name="square")(squares)
    return keras.layers.UpSampling2D(resolution // side, name="pattern_up")(
        squares
    )


def coarse(features, factor):
    """Means over squares, and straight lines between them."""
    pooled = keras.layers.AveragePooling2D(
        factor, dtype="float32", name="mark_pooling"
    )(features)
    return keras.layers.UpSampling2D(
        factor, interpolation="bilinear", dtype="float32", name="mark_up"
    )(pooled)
