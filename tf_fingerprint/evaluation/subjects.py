"""What is measured, and how: all that an evaluator is told."""

import dataclasses
import functools
from collections.abc import Callable
from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import Any
from typing import Protocol

import numpy as np
import numpy.typing as npt

from tf_fingerprint import errors
from tf_fingerprint import fingerprints as bit_strings
from tf_fingerprint.evaluation.report.figures import Item

if TYPE_CHECKING:
    # A run knows registries; whoever only counts bits has no need for them.
    from tf_fingerprint.scalable import run as scalable_run


# Fewest pictures with which an interval says anything.
MIN_PICTURES = 8


@dataclasses.dataclass(frozen=True, eq=False)
class Subject:
    """Whatever makes pictures with fingerprints and reads them.

    Args:
        generate: From `(images, num_bits)` of 0 and 1 and a random generator,
            from which latents and noise are drawn, to `(images, resolution,
            resolution, channels)`, `uint8`: one picture for each fingerprint.
        decode: From such pictures to `(images, num_bits)`, logits.
        photographs: `(photographs, resolution, resolution, channels)`,
            `uint8`; none if the suites asked for need none.
        resolution: Height and width, in pixels.
        num_bits: Length of a fingerprint.
        run: What needs a generator takes it from here. None if there is none,
            only functions.
        codec: What marks photographs, if that is how pictures are made.
        digest: Identifies the networks, the photographs and whatever else the
            figures depend on; empty if nothing is to be reused.
    """

    generate: Callable[
        [npt.NDArray, np.random.Generator], npt.NDArray[np.uint8]
    ]
    decode: Callable[[npt.NDArray[np.uint8]], npt.NDArray]
    photographs: npt.NDArray[np.uint8]
    resolution: int
    num_bits: int
    run: Any = None  # `scalable.Run`
    codec: Any = None  # `artificial.CodecRun`
    digest: str = ""

    def fresh_fingerprints(self, count: int) -> npt.NDArray[np.uint8]:
        """Fingerprints as they are issued: from the operating system.

        Args:
            count: How many.

        Returns:
            `(count, num_bits)` of 0 and 1.
        """
        return np.stack(
            [bit_strings.random_bits(self.num_bits) for _ in range(count)]
        )


@dataclasses.dataclass(frozen=True)
class Options:
    """What the figures depend on beside the subject.

    Each suite takes what concerns it.

    Args:
        pictures: Pictures for each figure.
        seed: Of latents, noise and whatever is drawn; never of fingerprints.
        features: File of the weights that pictures are compared by: MobileNet
            (`.npz`) or InceptionV3 (`.h5`); the latter fetched if not given.
        baseline: Folder with `generator.keras`, trained alike with all bits
            neutral.
        max_false_positive_rate: Tolerated chance that an image from elsewhere
            is attributed to anybody.
        recipients: Issued fingerprints that images are attributed among.
        progress: Whether to draw progress bars, if on a terminal.
    """

    pictures: int = 2048
    seed: int = 0
    features: str | None = None
    baseline: str | None = None
    max_false_positive_rate: float = 1e-6
    recipients: int = 1000
    progress: bool = False

    def random(self, stream: str) -> np.random.Generator:
        """Random numbers of one purpose, the same for the same seed.

        Args:
            stream: The purpose, such as the suite and the figure.

        Returns:
            A generator of its own for every purpose.
        """
        return np.random.default_rng([self.seed, *stream.encode("utf-8")])


def check_pictures(options: Options, what: str) -> None:
    """Raises an `EvaluationError` unless there are `MIN_PICTURES` or more."""
    if options.pictures < MIN_PICTURES:
        raise errors.EvaluationError(
            f"{what} must be measured on at least {MIN_PICTURES} pictures. "
            f"Received {options.pictures}. Raise `--pictures`."
        )


class Suite(Protocol):
    """A module with these two functions; `suites.SUITES` names all."""

    def check(self, subject: Subject, options: Options) -> None:
        """Raises a `FingerprintError` unless the suite can be measured.

        It is called for every suite before any starts, and does no long work.
        """

    def suite(self, subject: Subject, options: Options) -> Iterator[Item]:
        """Measures, and yields what it comes to as soon as it is there."""


def of_run(
    run: "scalable_run.Run",
    photographs: npt.NDArray[np.uint8] | None = None,
    *,
    photographs_digest: str = "",
    batch_size: int = 64,
    progress: bool = False,
) -> Subject:
    """A run as a subject.

    Args:
        run: The run.
        photographs: As in `Subject`; none if not given.
        photographs_digest: Identifies them.
        batch_size: Pictures made and read at a time.
        progress: Whether to draw a progress bar for each lot of pictures.

    Raises:
        errors.DataError: If the photographs are of another size.
    """
    form = run.config.data
    shape = (form.resolution, form.resolution, form.channels)
    if photographs is None:
        photographs = np.zeros((0, *shape), np.uint8)
    if photographs.shape[1:] != shape or photographs.dtype != np.uint8:
        raise errors.DataError(
            f"Photographs must be uint8 and {' x '.join(map(str, shape))}, as "
            f"the run's pictures are. Received {photographs.dtype} of "
            f"{' x '.join(map(str, photographs.shape[1:]))}."
        )

    def generate(fingerprints, random):
        return run.generate(
            len(fingerprints),
            fingerprints=fingerprints,
            seed=int(random.integers(2**63)),
            batch_size=batch_size,
            progress=progress,
        )

    return Subject(
        generate=generate,
        decode=functools.partial(run.decode, batch_size=batch_size),
        photographs=photographs,
        resolution=form.resolution,
        num_bits=run.config.networks.num_bits,
        run=run,
        digest=" ".join(
            (run.generator_digest, run.decoder_digest, photographs_digest)
        ),
    )
