"""A trained codec, ready for use: hides fingerprints and reads them."""

import functools
import os
import pathlib

import keras
import numpy as np
import numpy.typing as npt

from tf_fingerprint import config
from tf_fingerprint.artificial import codec
from tf_fingerprint.artificial import marking
from tf_fingerprint.artificial import pixels
from tf_fingerprint.runs import base
from tf_fingerprint.runs import directory as run_directory


def read(
    folder: str | os.PathLike[str], kind: "type[CodecRun] | None" = None
) -> "CodecRun":
    """Opens the run directory of a codec.

    Args:
        folder: The run directory.
        kind: What to make of it; a `CodecRun` if not given.

    Raises:
        errors.RunError: If it is missing, incomplete or of several trainings.
        errors.ConfigError: If its config can't be read.
    """
    folder = pathlib.Path(folder)
    names = (run_directory.CONFIG, run_directory.ENCODER, run_directory.DECODER)
    run_directory.check_complete(folder, names)
    settings = config.read(folder / run_directory.CONFIG)
    expected = {
        "data.resolution": settings.data.resolution,
        "networks.num_bits": settings.networks.num_bits,
    }
    encoder, decoder = (
        run_directory.read_network(folder / name, kind, expected)
        for name, kind in (
            (run_directory.ENCODER, codec.Encoder),
            (run_directory.DECODER, codec.Decoder),
        )
    )
    return (kind or CodecRun)(settings, encoder, decoder, folder=folder)


class CodecRun(base.Run):
    """An encoder with its decoder, and what they were trained with.

    Args:
        settings: The config of the training.
        encoder: Maps `[images, fingerprints]` to images.
        decoder: Maps images to logits.
        folder: The run directory.
    """

    def __init__(
        self,
        settings: config.CodecConfig,
        encoder: codec.Encoder,
        decoder: codec.Decoder,
        *,
        folder: pathlib.Path,
    ):
        super().__init__(settings, decoder, folder=folder)
        self.encoder = encoder

    @functools.cached_property
    def encoder_digest(self) -> str:
        """SHA-256 of the encoder's weights."""
        return run_directory.weights_digest(self.encoder)

    @property
    def generator_digest(self) -> str:
        """The encoder's: registries know a codec's fingerprints by it."""
        return self.encoder_digest

    def encode(
        self,
        images: npt.NDArray[np.uint8],
        fingerprints: npt.ArrayLike,
        batch_size: int = 64,
        strength: float = 1.0,
    ) -> npt.NDArray[np.uint8]:
        """Hides fingerprints in photographs.

        Args:
            images: As in `preprocessing.as_array`, which raises if it must.
            fingerprints: `(num_bits,)`, one for all, or `(images, num_bits)`,
                one for each; of 0 and 1.
            batch_size: Photographs at a time.
            strength: Of the marks; see `marking.Marking`.

        Returns:
            The photographs with their fingerprints, `(images, resolution,
            resolution, 3)`, `uint8`.

        Raises:
            ValueError: If the fingerprints don't fit the codec or the images,
                or marks can't be as strong.
        """
        marking.check_strength(strength)
        photographs = self.read_images(images)
        bits = self._checked(fingerprints, len(photographs))
        encoded = np.empty_like(photographs)
        for start in range(0, len(photographs), batch_size):
            part = slice(start, start + batch_size)
            clean = pixels.to_unit(photographs[part])
            # Compiled once; layer by layer it takes twice as long.
            marked = self.encoder.predict_on_batch([clean, bits[part]])
            encoded[part] = pixels.to_pixels(
                pixels.faded(clean, marked, strength)
            )
        return encoded

    def _checked(self, fingerprints, num_images):
        """Fingerprints as `(images, num_bits)`, float32."""
        bits = np.asarray(fingerprints)
        num_bits = self.config.networks.num_bits
        if bits.shape not in ((num_bits,), (num_images, num_bits)):
            raise ValueError(
                f"`fingerprints` must be one of {num_bits} bits, or "
                f"{num_images} of them, like the images. Received an array of "
                f"{' x '.join(map(str, bits.shape)) or 'no axis'}."
            )
        if not np.isin(bits, (0, 1)).all():
            raise ValueError(
                "`fingerprints` must consist of 0 and 1. Received values from "
                f"{bits.min()} to {bits.max()}."
            )
        return np.broadcast_to(bits, (num_images, num_bits)).astype("float32")

    def _read(self, part):
        return self._reader.predict_on_batch(part)

    @functools.cached_property
    def _reader(self):
        """The decoder, of 8-bit pixels, which are a quarter as large."""
        images = keras.Input(self.decoder.input_shape[1:], dtype="uint8")
        unit = keras.ops.cast(images, "float32") / 255
        return keras.Model(images, self.decoder(unit))
