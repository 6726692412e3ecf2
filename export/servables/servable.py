"""What is published: a module, its signatures, and requests to try it with."""

import dataclasses
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

Request = Mapping[str, npt.NDArray[Any]]


@dataclasses.dataclass(frozen=True)
class Servable:
    """A servable before it is written.

    `module`: holds the variables, once each, and nothing that need not be
    saved. `signatures`: from the signature's name to its function. One is
    `serving_default`. `examples`: from each signature's name to requests, dicts
    from input name to array, that a server is warmed up with; `check`: called
    with the directory of the written SavedModel, before it is published;
    returns measured figures, as JSON holds them, and raises
    `errors.ExportError` if they are not good enough.
    """

    module: tf.Module
    signatures: Mapping[str, tf.types.experimental.GenericFunction]
    examples: Mapping[str, Sequence[Request]]
    metadata: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    check: Callable[[str], Mapping[str, Any]] | None = None

    def __post_init__(self):
        if "serving_default" not in self.signatures:
            raise ValueError(
                "`signatures` must have one called `serving_default`. Received "
                f"{sorted(self.signatures)}."
            )
        missing = set(self.signatures) - set(self.examples)
        if missing:
            raise ValueError(
                "`examples` must have requests for every signature, or the "
                "first one that arrives waits for compilation. None for "
                f"{sorted(missing)}."
            )
        for name, requests in self.examples.items():
            if not all(
                isinstance(array, np.ndarray)
                for request in requests
                for array in request.values()
            ):
                raise ValueError(
                    "`examples` must hold NumPy arrays, whose types a server "
                    f"is told. Received others for `{name}`."
                )


def module_of(weights: Sequence[Any]) -> tf.Module:
    """A module that holds a Keras network's variables, and nothing of Keras.

    `keras.export` would track every variable twice and write it twice.
    """
    module = tf.Module()
    module.weights = [weight.value for weight in weights]
    return module
