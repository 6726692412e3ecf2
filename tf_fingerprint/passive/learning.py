"""Training steps on labelled pictures; those of the classifier."""

from typing import Any

import numpy as np
from keras import ops

from tf_fingerprint.backends import randomness
from tf_fingerprint.passive import attacks
from tf_fingerprint.passive import run as passive_run
from tf_fingerprint.training import gradients
from tf_fingerprint.training import random_inputs
from tf_fingerprint.training import schedule
from tf_fingerprint.training import trainer


class SourceTraining(trainer.SteppedModel):
    """What learns to tell sources apart by `fit`.

    The dataset yields pairs of pictures in [-1, 1] and their places among the
    labels. What a step draws depends only on `seed`, the number of images seen
    and the replica. A subclass also has `logits(images)`, `(images, labels)` in
    NumPy, of 8-bit pictures as it stands.

    `planned`: how many images it sees, and how fast it learns; `held_out`:
    `sources.Labelled` that nothing is learned from; None for no figures.
    """

    logged_progress = ("images",)

    # Pictures held out that are looked at after an epoch, spread over all.
    most_measured = 1000

    def __init__(
        self,
        planned: schedule.Schedule,
        held_out: Any,
        seed: int,
    ):
        super().__init__()
        self.schedule = planned
        self.held_out = held_out
        self.seed = seed

    def plan(self):
        """What the next step consists of: the same as every other."""
        self.scale_learning_rates(
            self.schedule.learning_rate_factor(self.progress)
        )

    def settings(self):
        """What a step is told, as tensors."""
        return {"seed": randomness.step_seed(self.seed, self.progress.images)}

    def advance(self, values):
        """Moves on by one batch."""
        self.progress = trainer.Progress(
            images=self.progress.images + self.schedule.batch_size
        )

    def measure(self) -> dict[str, float]:
        """The accuracy on pictures held out."""
        step = -(-len(self.held_out) // self.most_measured)
        logits = self.logits(self.held_out.images[::step])
        right = logits.argmax(axis=1) == self.held_out.sources[::step]
        return {"held_out_accuracy": float(np.mean(right))}


def classification_losses(labels, logits):
    """What logits are judged by, and how many are right: `(batch,)` each."""
    right = ops.equal(ops.argmax(logits, axis=-1), labels)
    return {
        "cross_entropy": ops.sparse_categorical_crossentropy(
            labels, logits, from_logits=True
        ),
        "accuracy": ops.cast(right, "float32"),
    }


class ClassifierTraining(SourceTraining):
    """A classifier that learns by `fit`.

    `attack`: what pictures meet before they are classified; `held_out`:
    pictures that nothing is learned from; None for no figures.
    """

    def __init__(
        self,
        classifier,
        attack: attacks.Attack,
        planned: schedule.Schedule,
        *,
        held_out: Any = None,
        seed: int = 1000,
    ):
        super().__init__(planned, held_out, seed)
        self.classifier = classifier
        self.attack = attack

    def compile(self, optimizer, **kwargs):
        """Takes the optimizer."""
        super().compile(optimizer=None, jit_compile=False, **kwargs)
        self.classifier_optimizer = optimizer
        # Variables can't be created inside a replica, so create them here.
        optimizer.build(self.classifier.trainable_variables)
        self.remember_learning_rates(optimizer)

    def train_step(self, batch, settings, plan=None):
        """Moves the classifier on one replica's share of a batch.

        `batch`: pair of `(batch, height, width, channels)` in [-1, 1] and
        `(batch,)`; `plan`: None, as all steps are alike.
        """
        images, labels = batch
        images = self.perturb(images, settings)

        def compute():
            logits = self.classifier(images, training=True)
            return classification_losses(labels, logits)

        learners = [(self.classifier_optimizer, self.classifier)]
        return gradients.descend(learners, compute, {"cross_entropy": 1.0})

    def perturb(self, images, settings):
        """What becomes of pictures before they are classified.

        `images`: `(batch, height, width, channels)` in [-1, 1].
        """
        if self.attack.name == attacks.NONE:
            return images
        seed = random_inputs.replica_seed(settings["seed"], "perturbation")
        shape = (ops.shape(images)[0], *images.shape[1:])
        draws = random_inputs.perturbations(seed, shape, attacks.NUM_UNIFORMS)
        return self.attack.apply(images, *draws)

    def logits(self, images):
        """Logits of pictures as the training stands."""
        return passive_run.features_and_logits(self.classifier, images)[1]

    def finished(self):
        """The network that the training is for, by the name of its file."""
        return {"classifier": self.classifier}
