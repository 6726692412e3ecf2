"""Adam, as few passes over the weights as the backend allows."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="tf_fingerprint")
class Adam(keras.optimizers.Adam):
    """Keras's Adam; on TensorFlow, each weight moves by one operation.

    Keras's own makes a dozen passes over the weights and what is remembered
    of them, which takes a twentieth of a step of `configs/cats_64.toml`. Other
    backends compile those into one by themselves. The figures are the same.
    """

    def update_step(self, gradient, variable, learning_rate):
        """Moves one weight and what is remembered of it."""
        if keras.config.backend() != "tensorflow" or self.amsgrad:
            super().update_step(gradient, variable, learning_rate)
            return
        import tensorflow as tf  # Other backends don't need it.

        step = ops.cast(self.iterations + 1, variable.dtype)
        index = self._get_variable_index(variable)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=ops.power(self.beta_1, step),
            beta2_power=ops.power(self.beta_2, step),
            lr=ops.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=ops.cast(gradient, variable.dtype),
        )


def of_settings(settings, penalty_interval: int | None = None) -> Adam:
    """Adam, slowed down where penalties add steps of their own.

    With a penalty every k steps there are k + 1 steps for k batches, so the
    rate and the memories are those of k / (k + 1) of a step.

    `penalty_interval`: steps between penalties; None for no penalties.
    """
    ratio = 1.0
    if penalty_interval:
        ratio = penalty_interval / (penalty_interval + 1)
    return Adam(
        settings.learning_rate * ratio,
        beta_1=settings.beta_1**ratio,
        beta_2=settings.beta_2**ratio,
        epsilon=1e-8,
    )
