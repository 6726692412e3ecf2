"""The weights of many sealed instances of one generator, quickly.

`instance.folded_weights` does for one fingerprint what this does for many: only
the kernels of modulated convolutions depend on the fingerprint, and each is the
same kernel times a factor for every input and every output channel.
"""

import keras
import numpy as np

from tf_fingerprint import fingerprints as fingerprint_bits
from tf_fingerprint.layers import modulation
from tf_fingerprint.models import instance as instances
from tf_fingerprint.models import plain


class Folding:
    """Folds fingerprints into weights, which lie one after the other.

    Args:
        generator: `Generator`, trained.
        noise: See `seal`.

    Attributes:
        network: The plain network whose weights these are, in its order of
            `weights`, each in C order.
        generator: The generator, computing in float32 as instances do.
    """

    def __init__(self, generator, *, noise="random"):
        self.network = plain.plain_network(generator, noise=noise)
        self.generator = instances.in_float32(generator)
        num_bits = generator.num_bits
        common = instances.folded_weights(
            generator, np.zeros(num_bits), noise=noise
        )
        for name, arrays in common.items():
            self.network.get_layer(name).set_weights(arrays)
        self._common = np.concatenate(
            [np.ravel(array) for array in self.network.get_weights()]
        )
        self._kernels = list(self._modulated_kernels())

    @property
    def num_weights(self):
        """How many numbers an instance is made of."""
        return len(self._common)

    def vectors(self, fingerprints):
        """Yields the weights of one instance after the other.

        Args:
            fingerprints: `(instances, num_bits)` of 0 and 1.

        Returns:
            An iterator over `(num_weights,)`, float32.

        Raises:
            ValueError: If the fingerprints are not as above.
        """
        num_bits = self.generator.num_bits
        bits = fingerprint_bits.check_bits(fingerprints)
        if bits.ndim != 2 or bits.shape[1] != num_bits:
            raise ValueError(
                f"`fingerprints` must be rows of {num_bits} bits. Received "
                f"an array of {' x '.join(map(str, bits.shape))}."
            )
        styles = keras.ops.convert_to_numpy(
            self.generator.embedding(bits.astype("float32"))
        )
        factors = [kernel.factors(styles) for kernel in self._kernels]
        for number in range(len(bits)):
            vector = self._common.copy()
            for kernel, (inputs, outputs) in zip(
                self._kernels, factors, strict=True
            ):
                kernel.write(vector, inputs[number], outputs[number])
            yield vector

    def fill(self, vector):
        """Puts an instance's weights into the network.

        Args:
            vector: `(num_weights,)`, as `vectors` yields them.
        """
        arrays, begin = [], 0
        for weight in self.network.weights:
            end = begin + int(np.prod(weight.shape))
            arrays.append(np.reshape(vector[begin:end], weight.shape))
            begin = end
        self.network.set_weights(arrays)

    def _modulated_kernels(self):
        begins, begin = {}, 0
        for weight in self.network.weights:
            begins[weight.path] = begin
            begin += int(np.prod(weight.shape))
        for layer in self.generator.synthesis.layers:
            if isinstance(layer, modulation.ModulatedConv2D):
                plain_kernel = self.network.get_layer(layer.name).weights[0]
                yield _ModulatedKernel(layer, begins[plain_kernel.path])


class _ModulatedKernel:
    """One layer's kernel, and where it begins among an instance's weights."""

    def __init__(self, layer, begin):
        kernel = keras.ops.convert_to_numpy(layer.kernel) * layer.kernel_scale
        # Scales are affine in the style, and quicker so than layer by layer.
        style_dim = layer.affine.kernel.shape[0]
        known = keras.ops.convert_to_numpy(
            layer.scale(np.eye(style_dim + 1, style_dim, dtype="float32"))
        )
        self._scale_at_0 = known[-1]
        self._slopes = known[:-1] - known[-1]
        self._demodulates = layer.demodulate
        self._power = np.sum(np.square(kernel), axis=(0, 1))  # (i, o)
        kernel = kernel * layer.gain
        self._is_transposed = layer.resample == "up"
        if self._is_transposed:
            kernel = np.swapaxes(kernel, 2, 3)  # (h, w, o, i)
        self._kernel = np.ascontiguousarray(kernel, "float32")
        self._place = slice(begin, begin + kernel.size)

    def factors(self, styles):
        """On input channels, `(n, i)`, and on output channels, `(n, o)`."""
        inputs = styles @ self._slopes + self._scale_at_0
        outputs = np.ones((len(inputs), self._power.shape[1]), "float32")
        if self._demodulates:
            outputs = 1 / np.sqrt(np.square(inputs) @ self._power + 1e-8)
        return inputs, outputs.astype("float32")

    def write(self, vector, inputs, outputs):
        """Writes the kernel under these factors into its place."""
        if self._is_transposed:
            factors = np.outer(outputs, inputs)
        else:
            factors = np.outer(inputs, outputs)
        place = vector[self._place].reshape(self._kernel.shape)
        np.multiply(self._kernel, factors, out=place)
