"""What is learned when: first the picture, then bit after bit."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Progress:
    """How far a training has come."""

    images: int = 0
    active_bits: int = 0
    accuracy: float = 0.5
    consistency: float = 1.0


@dataclasses.dataclass(frozen=True)
class Curriculum:
    """Introduces the bits of a fingerprint a few at a time.

    With few images, a decoder never finds 128 bits that all change at once:
    each is drowned by the others, and the consistency loss erases them before
    they are found. A few bits it finds soon; and once it reads those, twice as
    many. Before that, the generator learns pictures with all bits neutral, so
    that the latents own the content.

    The paper's training is the setting where nothing is held back:
    `Curriculum(num_bits, initial_bits=num_bits)`.

    `initial_bits`: bits in use when the first are introduced; `picture_images`:
    images before that; all bits are neutral. `raise_accuracy`: running
    accuracy, with all bits in use, above which the consistency loss is given
    more weight, and 0.02 below which less. `max_consistency`: largest factor on
    its weight. 1 leaves it as it is, as in the paper. `initial_consistency`:
    the factor with which that weight begins; `memory_images`: images over which
    the running accuracy forgets by a factor of e.
    """

    num_bits: int
    initial_bits: int
    picture_images: int = 0
    advance_accuracy: float = 0.9
    raise_accuracy: float = 0.98
    max_consistency: float = 1.0
    initial_consistency: float = 1.0
    memory_images: int = 800

    def __post_init__(self):
        if not 1 <= self.initial_bits <= self.num_bits:
            raise ValueError(
                "`initial_bits` must lie between 1 and `num_bits`. Received: "
                f"initial_bits={self.initial_bits}, num_bits={self.num_bits}"
            )

    def start(self, progress: Progress) -> Progress:
        """Introduces the first bits when the pictures have had their time.

        Returns the same, or with the first bits active.
        """
        if progress.active_bits or progress.images < self.picture_images:
            return progress
        return dataclasses.replace(
            progress,
            active_bits=self.initial_bits,
            consistency=self.initial_consistency,
        )

    def go_on(self) -> Progress:
        """Where a training starts that has the pictures already.

        With all bits at once, its decoder is taken to read them.
        """
        knows = self.initial_bits == self.num_bits
        return Progress(
            active_bits=self.initial_bits,
            accuracy=self.raise_accuracy if knows else 0.5,
            consistency=self.initial_consistency,
        )

    def advance(
        self, progress: Progress, accuracy: float, images: int
    ) -> Progress:
        """Takes in one step's accuracy; doubles the bits if they are read well.

        `progress`: where the training stood before the step. Returns where it
        stands after.
        """
        seen = progress.images + images
        if not progress.active_bits:
            return dataclasses.replace(progress, images=seen)
        keep = max(0.0, 1 - images / self.memory_images)
        running = keep * progress.accuracy + (1 - keep) * accuracy
        bits, factor = progress.active_bits, progress.consistency
        if bits < self.num_bits and running > self.advance_accuracy:
            bits, running = min(2 * bits, self.num_bits), 0.5
        elif bits == self.num_bits and running > self.raise_accuracy:
            factor = min(factor * self._growth(images), self.max_consistency)
        elif bits == self.num_bits and running < self.raise_accuracy - 0.02:
            factor = max(factor / self._growth(images), 1.0)
        return dataclasses.replace(
            progress,
            images=seen,
            active_bits=bits,
            accuracy=running,
            consistency=factor,
        )

    def _growth(self, images):
        """Doubles in ten times the memory of the running accuracy."""
        return 2 ** (images / (10 * self.memory_images))
