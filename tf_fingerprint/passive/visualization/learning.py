"""One training step of the visualization network, and of its critic."""

from keras import ops

from tf_fingerprint.backends import randomness
from tf_fingerprint.data import labelled
from tf_fingerprint.passive import learning
from tf_fingerprint.training import gradients
from tf_fingerprint.training import moving_average
from tf_fingerprint.training import penalties
from tf_fingerprint.training import random_inputs
from tf_fingerprint.training import trainer


class VisualizationTraining(trainer.SteppedModel):
    """A visualization network that learns by `fit`, against a critic.

    The dataset yields what `batches.labelled` joined, in [-1, 1]. One step
    moves the critic, then autoencoder and model fingerprints together. What a
    step draws depends only on `seed`, the number of images seen and the
    replica.

    Args:
        network: `Visualization`.
        critic: `Critic`.
        loss_weights: Dict with `reconstruction`, `adversarial`,
            `gradient_penalty` and `drift`.
        total_images: Images to show in all.
        batch_size: Images in a step, over all replicas.
        decay_images: Last images over which the learning rate falls to a
            tenth.
        ema_decay: Share of the moving average that stays from step to step.
        seed: Of everything that is drawn.

    Reference:
        Yu et al., 2019, Section 3.3 (https://arxiv.org/abs/1811.08180).
    """

    def __init__(
        self,
        network,
        critic,
        *,
        loss_weights: dict[str, float],
        total_images: int,
        batch_size: int,
        decay_images: int = 0,
        ema_decay: float = 0.999,
        seed: int = 1000,
    ):
        super().__init__()
        self.network = network
        self.critic = critic
        self.ema_network = moving_average.clone(network)
        self.loss_weights = dict(loss_weights)
        self.total_images = total_images
        self.batch_size = batch_size
        self.decay_images = decay_images
        self.ema_decay = ema_decay
        self.seed = seed

    def compile(self, network_optimizer, critic_optimizer, **kwargs):
        """Takes one optimizer for either network.

        Args:
            network_optimizer: Of the visualization network.
            critic_optimizer: Of the critic.
            **kwargs: As in `keras.Model.compile`.
        """
        super().compile(optimizer=None, jit_compile=False, **kwargs)
        self.network_optimizer = network_optimizer
        self.critic_optimizer = critic_optimizer
        # Variables can't be created inside a replica, so create them here.
        network_optimizer.build(self.network.trainable_variables)
        critic_optimizer.build(self.critic.trainable_variables)
        self.remember_learning_rates(network_optimizer, critic_optimizer)

    def plan(self):
        """What the next step consists of: always the same."""
        left = self.total_images - self.progress.images
        self.scale_learning_rates(learning.rate_factor(left, self.decay_images))
        return "visualize"

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

    # === One step on one replica ===

    def train_step(self, batch, settings, plan):
        """Moves the critic, then the network.

        Args:
            batch: `(batch, height, width, channels + 1)` in [-1, 1].
            settings: Dict of tensors: `seed`, the step's.
            plan: Of `plan`.

        Returns:
            Dict from the name of each loss to its mean, and the `accuracy`.
        """
        images, sources = labelled.separated(batch)
        values = self._update_critic(images, settings)
        values |= self._update_network(images, sources)
        moving_average.update(self.ema_network, self.network, self.ema_decay)
        return values

    def _update_critic(self, images, settings):
        """Moves the critic: pictures up, reconstructions down."""
        seed = random_inputs.replica_seed(settings["seed"], "discriminator")
        shares = randomness.uniform(seed, (ops.shape(images)[0], 1, 1, 1))
        fakes, _ = self.network(images, training=True)

        def compute():
            opinions = self.critic(images, training=True)[:, 0]
            return {
                "critic": self.critic(fakes, training=True)[:, 0] - opinions,
                "gradient_penalty": penalties.critic_slope(
                    self.critic, images, fakes, shares
                ),
                "drift": ops.square(opinions),
            }

        weights = {"critic": 1.0} | {
            name: self.loss_weights[name]
            for name in ("gradient_penalty", "drift")
        }
        learners = [(self.critic_optimizer, self.critic)]
        return gradients.descend(learners, compute, weights)

    def _update_network(self, images, sources):
        """Moves autoencoder and model fingerprints, on one objective."""

        def compute():
            fakes, logits = self.network(images, training=True)
            right = ops.equal(ops.argmax(logits, axis=-1), sources)
            return {
                "cross_entropy": ops.sparse_categorical_crossentropy(
                    sources, logits, from_logits=True
                ),
                "reconstruction": ops.mean(
                    ops.abs(images - fakes), axis=(1, 2, 3)
                ),
                "adversarial": -self.critic(fakes, training=True)[:, 0],
                "accuracy": ops.cast(right, "float32"),
            }

        weights = {"cross_entropy": 1.0} | {
            name: self.loss_weights[name]
            for name in ("reconstruction", "adversarial")
        }
        learners = [(self.network_optimizer, self.network)]
        return gradients.descend(learners, compute, weights)

    def _account(self, values):
        """As in `SteppedModel`; there are no bits to tell of."""
        values = super()._account(values)
        del values["active_bits"]
        return values
