"""One training step of the classifier, on any number of devices."""

from keras import ops

from tf_fingerprint.backends import randomness
from tf_fingerprint.data import labelled
from tf_fingerprint.passive import attacks
from tf_fingerprint.training import gradients
from tf_fingerprint.training import random_inputs
from tf_fingerprint.training import trainer

# No picture is learned from at less than this share of the learning rate.
LAST_FACTOR = 0.1


class ClassifierTraining(trainer.SteppedModel):
    """A classifier that learns by `fit`.

    The dataset yields what `batches.labelled` joined, in [-1, 1]. What a step
    draws depends only on `seed`, the number of images seen and the replica.

    Args:
        classifier: `Classifier`.
        attack: What pictures meet before they are classified.
        total_images: Images to show in all.
        batch_size: Images in a step, over all replicas.
        decay_images: Last images over which the learning rate falls to a
            tenth.
        seed: Of everything that is drawn.
    """

    def __init__(
        self,
        classifier,
        attack: attacks.Attack,
        *,
        total_images: int,
        batch_size: int,
        decay_images: int = 0,
        seed: int = 1000,
    ):
        super().__init__()
        self.classifier = classifier
        self.attack = attack
        self.total_images = total_images
        self.batch_size = batch_size
        self.decay_images = decay_images
        self.seed = seed

    def compile(self, optimizer, **kwargs):
        """Takes the optimizer.

        Args:
            optimizer: Of the classifier.
            **kwargs: As in `keras.Model.compile`.
        """
        super().compile(optimizer=None, jit_compile=False, **kwargs)
        self.classifier_optimizer = optimizer
        # Variables can't be created inside a replica, so create them here.
        optimizer.build(self.classifier.trainable_variables)
        self.remember_learning_rates(optimizer)

    def plan(self):
        """What the next step consists of: always the same."""
        left = self.total_images - self.progress.images
        self.scale_learning_rates(rate_factor(left, self.decay_images))
        return "classify"

    def settings(self):
        """What a step is told, as tensors."""
        return {"seed": randomness.step_seed(self.seed, self.progress.images)}

    def advance(self, values):
        """Moves on by one batch.

        Args:
            values: What the step returned, as floats.
        """
        self.progress = trainer.Progress(
            images=self.progress.images + self.batch_size
        )

    def train_step(self, batch, settings, plan):
        """Moves the classifier on one replica's share of a batch.

        Args:
            batch: `(batch, height, width, channels + 1)` in [-1, 1].
            settings: Dict of tensors: `seed`, the step's.
            plan: Of `plan`.

        Returns:
            Dict with the mean `cross_entropy` and `accuracy`.
        """
        images, sources = labelled.separated(batch)
        images = self.perturb(images, settings)

        def compute():
            logits = self.classifier(images, training=True)
            right = ops.equal(ops.argmax(logits, axis=-1), sources)
            return {
                "cross_entropy": ops.sparse_categorical_crossentropy(
                    sources, logits, from_logits=True
                ),
                "accuracy": ops.cast(right, "float32"),
            }

        learners = [(self.classifier_optimizer, self.classifier)]
        return gradients.descend(learners, compute, {"cross_entropy": 1.0})

    def perturb(self, images, settings):
        """What becomes of pictures before they are classified.

        Args:
            images: `(batch, height, width, channels)` in [-1, 1].
            settings: See `train_step`.

        Returns:
            Pictures of the same shape.
        """
        if self.attack.name == attacks.NONE:
            return images
        seed = random_inputs.replica_seed(settings["seed"], "perturbation")
        shape = (ops.shape(images)[0], *images.shape[1:])
        draws = random_inputs.perturbations(seed, shape, attacks.NUM_UNIFORMS)
        return self.attack.apply(images, *draws)

    def _account(self, values):
        """As in `SteppedModel`; there are no bits to tell of."""
        values = super()._account(values)
        del values["active_bits"]
        return values


def rate_factor(images_left: int, decay_images: int) -> float:
    """Factor on the learning rate near the end of a training.

    Args:
        images_left: Images still to be shown.
        decay_images: Last images over which it falls.

    Returns:
        1 before, then down to `LAST_FACTOR`.
    """
    # The last epoch may go on beyond the last image: less than none is left.
    if not decay_images or images_left >= decay_images:
        return 1.0
    share = max(images_left, 0) / decay_images
    return LAST_FACTOR + (1 - LAST_FACTOR) * share
