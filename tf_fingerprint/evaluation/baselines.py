"""A generator without fingerprint, trained alike: what a fingerprint costs."""

import dataclasses
import os
import pathlib

import keras
import numpy as np
import numpy.typing as npt

from tf_fingerprint import config
from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint import models
from tf_fingerprint.evaluation import subjects
from tf_fingerprint.models import sampling
from tf_fingerprint.runs import directory as run_directory


@dataclasses.dataclass(frozen=True, eq=False)
class Baseline:
    """A generator whose bits are all neutral.

    `generator`: `models.Generator`, trained without bits.
    """

    generator: models.Generator
    noise: str

    def generate(
        self, count: int, random: np.random.Generator, batch_size: int = 64
    ) -> npt.NDArray[np.uint8]:
        """Makes pictures of the latents and noise that a `Subject` would draw.

        Returns `(count, resolution, resolution, channels)`, `uint8`.
        """
        return self.of_seed(count, int(random.integers(2**63)), batch_size)

    def of_seed(
        self, count: int, seed: int, batch_size: int = 64
    ) -> npt.NDArray[np.uint8]:
        """Makes pictures of the latents and noise that a `Run` would draw.

        Returns `(count, resolution, resolution, channels)`, `uint8`.
        """
        generator, pictures = self.generator, []
        for latents, noise in sampling.sample_inputs(
            count,
            latent_dim=generator.latent_dim,
            num_noise=generator.num_noise,
            seed=seed,
            batch_size=batch_size,
        ):
            if self.noise == "fixed":
                noise[:] = models.fixed_noise(generator.output_shape[1])
            elif self.noise == "none":
                noise[:] = 0
            shape = (len(latents), generator.num_bits)
            neutral = np.full(shape, 0.5, np.float32)
            images = generator([latents, neutral, noise], training=False)
            images = keras.ops.convert_to_numpy(images)
            pictures.append(data.to_pixels(images))
        return np.concatenate(pictures)


def load(
    folder: str | os.PathLike[str],
    *,
    resolution: int,
    channels: int,
    noise: str,
) -> Baseline:
    """Reads a baseline.

    `folder`: with `generator.keras`, and `config.toml` if it was trained with
    other noise than the run; `resolution`: that its pictures must have.
    """
    folder = pathlib.Path(folder)
    path = folder / run_directory.GENERATOR
    if not path.is_file():
        raise errors.RunError(
            f"{folder}: a baseline must hold {run_directory.GENERATOR}. It is "
            "missing. Train one with all bits neutral, or go without "
            "`--baseline`."
        )
    expected = {"data.resolution": resolution, "data.channels": channels}
    generator = run_directory.read_network(path, models.Generator, expected)
    own = folder / run_directory.CONFIG
    if own.exists():
        noise = config.read(own).networks.noise
    return Baseline(generator, noise)


def of_options(
    subject: subjects.Subject, options: subjects.Options
) -> Baseline | None:
    """The baseline to compare with, if there is one."""
    if options.baseline is None:
        return None
    run = subject.run
    return load(
        options.baseline,
        resolution=subject.resolution,
        channels=subject.photographs.shape[-1],
        noise="random" if run is None else run.config.networks.noise,
    )


def neutral_side(subject: subjects.Subject) -> Baseline:
    """The run's own generator with all bits neutral, which no outsider has."""
    run = subject.run
    return Baseline(run.generator, run.config.networks.noise)
