"""A generator that learns: what every example's training has in common."""

import keras
import tensorflow as tf

from tf_fingerprint.training import moving_average


class Training(keras.Model):
    """Counts steps, draws by them, and averages the generator's weights.

    A subclass has `update(images)`, which moves its networks and returns a
    dict with a scalar for each of `names`. What it draws depends on the seed
    and the step alone, so that a resumed training ends like one that wasn't
    interrupted.

    Args:
        generator: The network that learns.
        average: One of the same shape, whose weights become the moving
            average of the other's. It is what is saved and makes pictures.
        names: Of what is logged.
        seed: Of everything that is drawn.
        ema_decay: Share of the average that stays after a step; less in the
            first steps.
    """

    def __init__(self, generator, average, *, names, seed, ema_decay):
        super().__init__()
        self.generator = generator
        self.average = average
        self.average.set_weights(generator.get_weights())
        self.seed = seed
        self.ema_decay = ema_decay
        self.step = self.add_weight(
            name="step", initializer="zeros", dtype="int64", trainable=False
        )
        self._means = {name: keras.metrics.Mean(name) for name in names}
        self.built = True

    @property
    def metrics(self):
        """The running means; Keras resets them at each epoch."""
        return list(self._means.values())

    def normal(self, shape, purpose):
        """Standard normal numbers, new at each step and for each purpose."""
        return tf.random.stateless_normal(shape, self._stream(purpose))

    def uniform(self, shape, purpose):
        """Uniform numbers in [0, 1), new at each step and for each purpose."""
        return tf.random.stateless_uniform(shape, self._stream(purpose))

    def _stream(self, purpose):
        seed = tf.stack([tf.constant(self.seed, "int64"), self.step.value])
        return tf.random.experimental.stateless_fold_in(seed, purpose)

    def descend(self, optimizer, network, compute):
        """Moves a network one step down.

        Args:
            optimizer: Built for the network.
            network: Which one moves.
            compute: Returns the loss, a scalar.

        Returns:
            The loss.
        """
        with tf.GradientTape() as tape:
            loss = compute()
        variables = network.trainable_variables
        optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    def train_step(self, images):
        """One batch."""
        values = self.update(images)
        self.step.assign_add(1)
        step = tf.cast(self.step.value, "float32")
        decay = tf.minimum(self.ema_decay, (1 + step) / (10 + step))
        moving_average.update(self.average, self.generator, decay)
        for name, value in values.items():
            self._means[name].update_state(value)
        seen = self.step.value * tf.shape(images, "int64")[0]
        means = {name: mean.result() for name, mean in self._means.items()}
        return {"images": seen, **means}
