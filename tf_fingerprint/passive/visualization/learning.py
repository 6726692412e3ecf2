"""One training step of the visualization network, and of its critic."""

import pathlib
from typing import Any

from keras import ops

from tf_fingerprint.backends import randomness
from tf_fingerprint.passive import learning
from tf_fingerprint.passive.visualization import pictures
from tf_fingerprint.passive.visualization import run as visualization_run
from tf_fingerprint.training import gradients
from tf_fingerprint.training import moving_average
from tf_fingerprint.training import penalties
from tf_fingerprint.training import random_inputs
from tf_fingerprint.training import schedule


class VisualizationTraining(learning.SourceTraining):
    """A visualization network that learns by `fit`, against a critic.

    One step moves the critic, then autoencoder and model fingerprints together.

    `held_out`: pictures that nothing is learned from; None for no figures.
    `ema_decay`: share of the moving average that stays from step to step.

    Reference:
        Yu et al., 2019, Section 3.3 (https://arxiv.org/abs/1811.08180).
    """

    most_measured = 500

    def __init__(
        self,
        network,
        critic,
        planned: schedule.Schedule,
        *,
        loss_weights: dict[str, float],
        held_out: Any = None,
        ema_decay: float = 0.999,
        seed: int = 1000,
    ):
        super().__init__(planned, held_out, seed)
        self.network = network
        self.critic = critic
        self.ema_network = moving_average.clone(network)
        self.loss_weights = dict(loss_weights)
        self.ema_decay = ema_decay

    def compile(self, network_optimizer, critic_optimizer, **kwargs):
        """Takes one optimizer for either network."""
        super().compile(optimizer=None, jit_compile=False, **kwargs)
        self.network_optimizer = network_optimizer
        self.critic_optimizer = critic_optimizer
        # Variables can't be created inside a replica, so create them here.
        network_optimizer.build(self.network.trainable_variables)
        critic_optimizer.build(self.critic.trainable_variables)
        self.remember_learning_rates(network_optimizer, critic_optimizer)

    def train_step(self, batch, settings, plan=None):
        """Moves the critic, then the network.

        `batch`: pair of `(batch, height, width, channels)` in [-1, 1] and
        `(batch,)`; `plan`: None, as all steps are alike.
        """
        images, labels = batch
        values = self._update_critic(images, settings)
        values |= self._update_network(images, labels)
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

    def _update_network(self, images, labels):
        """Moves autoencoder and model fingerprints, on one objective."""

        def compute():
            fakes, logits = self.network(images, training=True)
            return learning.classification_losses(labels, logits) | {
                "reconstruction": ops.mean(
                    ops.abs(images - fakes), axis=(1, 2, 3)
                ),
                "adversarial": -self.critic(fakes, training=True)[:, 0],
            }

        weights = {"cross_entropy": 1.0} | {
            name: self.loss_weights[name]
            for name in ("reconstruction", "adversarial")
        }
        learners = [(self.network_optimizer, self.network)]
        return gradients.descend(learners, compute, weights)

    # === What is kept of it ===

    def logits(self, images):
        """The moving average's logits of pictures."""
        return visualization_run.look(self.ema_network, images).logits

    def draw(self, folder: pathlib.Path) -> None:
        """Draws pictures to look at, the same ones taken apart every time."""
        pictures.write_grid(
            self.ema_network,
            pictures.some(self.held_out),
            folder / f"{self.progress.images:09d}.png",
        )

    def finished(self):
        """The network that the training is for, by the name of its file."""
        return {"visualization": self.ema_network}
