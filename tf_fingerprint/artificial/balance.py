"""How much the picture counts against the bits, from step to step."""

import dataclasses

from tf_fingerprint.training.curriculum import Progress


@dataclasses.dataclass(frozen=True)
class CodecProgress(Progress):
    """How far the training of a codec has come; see `Progress`.

    Attributes:
        read_at: Photographs shown when all bits were first read well; -1 if
            that is still to come.
    """

    read_at: int = -1


@dataclasses.dataclass(frozen=True)
class Balance:
    """The weight of the picture: nothing until bits are read, then ever more.

        weight(t) = clip(w (t - await) / ramp, 0, w)

    after t steps since a batch was read well, with all bits in use.

    Args:
        batch_size: Photographs in a step, over all replicas.
        image_weight: The weight in the end. 10 in the paper.
        initial_weight: The weight in the beginning. 0 in the paper.
        read_accuracy: Bit accuracy above which a batch counts as read. 0.9 in
            the paper.
        await_steps: Steps from then until the weight begins to grow. 1,000 in
            the paper.
        ramp_steps: Steps over which it grows. 3,000 in the paper.

    Reference:
        Yu et al., 2021 (https://arxiv.org/abs/2007.08457); the numbers are
        those of the authors' code.
    """

    batch_size: int
    image_weight: float = 10.0
    initial_weight: float = 0.0
    read_accuracy: float = 0.9
    await_steps: int = 1000
    ramp_steps: int = 3000

    def weight(self, progress: CodecProgress) -> float:
        """The weight of the next step's picture.

        Args:
            progress: Where the training stands.

        Returns:
            From the initial weight to the last; not yet multiplied by
            `progress.consistency`.
        """
        share = self.share(progress)
        return self.initial_weight + share * (
            self.image_weight - self.initial_weight
        )

    def share(self, progress: CodecProgress) -> float:
        """How much of the growth has happened, 0 to 1."""
        if progress.read_at < 0:
            return 0.0
        steps = (progress.images - progress.read_at) / self.batch_size
        grown = steps - self.await_steps
        if self.ramp_steps == 0:
            return float(grown >= 0)
        return min(max(grown / self.ramp_steps, 0.0), 1.0)

    def advance(
        self, progress: CodecProgress, accuracy: float
    ) -> CodecProgress:
        """Notes when a batch was first read well.

        Args:
            progress: Where the training stands after a step with all bits.
            accuracy: The step's bit accuracy.

        Returns:
            The same, or with `read_at`.
        """
        if progress.read_at >= 0 or accuracy <= self.read_accuracy:
            return progress
        return dataclasses.replace(progress, read_at=progress.images)
