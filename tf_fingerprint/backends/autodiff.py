"""Values with their gradients, on TensorFlow or JAX.

TensorFlow records on a tape what is computed. JAX differentiates functions
that change nothing: while one runs, variables stand for values that it was
given, and what it assigns to them is handed out with the results.
"""

import contextlib
import contextvars

import keras
from keras import ops

from tf_fingerprint import backends

# The variables that the scopes around this one hold, on JAX.
_HELD = contextvars.ContextVar("held", default=())


def value_and_gradients(compute, variables):
    """Computes a scalar, and its gradients with respect to variables.

    What `compute` assigns to variables, these included, stays assigned.

    `compute`: returns a pair of a scalar and of anything else made of tensors.
    Returns what `compute` returned, and the gradients, nested like the
    variables; zeros where the scalar does not depend on one.
    """
    if backends.is_jax():
        return _value_and_gradients_on_jax(compute, variables)
    import tensorflow as tf

    with tf.GradientTape() as tape:
        results = compute()
    slopes = tape.gradient(results[0], keras.tree.flatten(variables))
    slopes = [
        ops.zeros_like(variable) if slope is None else slope
        for slope, variable in zip(
            slopes, keras.tree.flatten(variables), strict=True
        )
    ]
    return results, keras.tree.pack_sequence_as(variables, slopes)


def input_gradients(compute, inputs):
    """Gradient of a sum of outputs with respect to their inputs.

    It may itself be part of what `value_and_gradients` computes.

    `compute`: from inputs to outputs of any shape. Assigns nothing. Returns the
    shape of `inputs`, float32.
    """
    if backends.is_jax():
        import jax

        gradients = jax.grad(lambda inputs: ops.sum(compute(inputs)))(inputs)
    else:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = compute(inputs)
        gradients = tape.gradient(outputs, inputs)
    # What is built on it needs more than bfloat16's eight bits.
    return ops.cast(gradients, "float32")


@contextlib.contextmanager
def holding(variables, values):
    """Lets variables stand for other values, on JAX.

    Inside, reading a variable gives that value or what was last assigned to
    it; outside, nothing changes. Scopes inside each other see through to the
    variables of the outer ones.

    Yields `keras.StatelessScope`, whose `get_current_value` tells what a
    variable stands for by then.
    """
    inner = {id(variable) for variable in variables}
    outer = [each for each in _HELD.get() if id(each) not in inner]
    scope = keras.StatelessScope(
        [
            *((variable, variable.value) for variable in outer),
            *zip(variables, values, strict=True),
        ]
    )
    token = _HELD.set((*outer, *variables))
    try:
        with scope:
            yield scope
    finally:
        _HELD.reset(token)


def _value_and_gradients_on_jax(compute, variables):
    import jax

    flat = keras.tree.flatten(variables)
    assigned = []

    def function(values):
        with holding(flat, values) as scope:
            before = dict(scope.state_mapping)
            scalar, others = compute()
            _check_all_held(scope, before)
            assigned[:] = [
                variable
                for variable in _HELD.get()
                if scope.get_current_value(variable) is not before[id(variable)]
            ]
            after = [scope.get_current_value(each) for each in assigned]
        return scalar, (others, after)

    (scalar, (others, after)), slopes = jax.value_and_grad(
        function, has_aux=True
    )([variable.value for variable in flat])
    for variable, value in zip(assigned, after, strict=True):
        variable.assign(value)
    return (scalar, others), keras.tree.pack_sequence_as(variables, slopes)


def _check_all_held(scope, before):
    """Raises where an assignment would be lost."""
    if len(scope.state_mapping) != len(before):
        raise ValueError(
            "`compute` must only assign to variables that it is differentiated "
            "by or that a scope around it holds. It assigned to "
            f"{len(scope.state_mapping) - len(before)} others. Call it inside "
            "`autodiff.holding`."
        )
