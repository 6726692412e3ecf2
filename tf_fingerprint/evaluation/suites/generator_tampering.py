"""What becomes of a fingerprint when any generator's weights are changed.

For generators that were trained on marked pictures, whatever they are: Keras
networks here, made to sample by a function of their owner's.
"""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence

import keras
import numpy as np
import numpy.typing as npt

from tf_fingerprint import errors
from tf_fingerprint.evaluation.attacks import copies as sealed
from tf_fingerprint.evaluation.attacks import weight_changes as changes
from tf_fingerprint.evaluation.metrics import accuracy
from tf_fingerprint.evaluation.report.figures import Curve
from tf_fingerprint.evaluation.report.figures import Figure
from tf_fingerprint.evaluation.suites import tampering

Pictures = npt.NDArray[np.uint8]

_CONVOLUTION_AXES = 4


def of_generator(
    network: keras.Model,
    sample: Callable[[], Pictures],
    decode: Callable[[Pictures], npt.NDArray],
    fingerprint: npt.ArrayLike,
    *,
    decimals: Sequence[float] = tampering.DECIMALS,
    noise: Sequence[float] = tampering.NOISE,
    distance: Callable[[Pictures], Figure] | None = None,
    seed: int = 0,
) -> Iterator[Curve]:
    """Rounds the weights of all convolutions, and adds noise to them.

    Kernels and biases, as in the paper; both by their own standard deviation,
    where the paper's networks store weights of standard deviation 1.

    Args:
        network: Its weights are changed, and in the end as they were.
        sample: Makes pictures with the network as it is now; always of the
            same latents, at least two.
        decode: From pictures to logits, such as `CodecRun.decode`.
        fingerprint: `(num_bits,)`, of the set that it was trained on.
        decimals: Of the standard deviation, to which weights are rounded.
        noise: Standard deviations, relative to the weights' own.
        distance: Of pictures to photographs, if it is to be measured.
        seed: Of the noise.

    Yields:
        For each change the bit accuracy and the change of the pictures, and
        the distance if it is measured; beside what was published.

    Raises:
        errors.EvaluationError: If the network has no convolutions.

    Reference:
        Yu et al., 2021, Section 4.4 (https://arxiv.org/abs/2007.08457).
    """
    places = _convolutions(network)
    intact = network.get_weights()
    sweeps = (
        (*("rounding", decimals, tampering.PUBLISHED_ROUNDING), _rounded),
        (*("weight_noise", noise, tampering.PUBLISHED_NOISE), changes.noisy),
    )
    try:
        before = sample()
        for name, strengths, published, change in sweeps:
            readings = []
            for strength in strengths:
                weights = _changed(intact, places, change, strength, seed)
                network.set_weights(weights)
                figures = _figures(
                    *(f"{name}_{strength:g}", sample(), before),
                    *(decode, fingerprint, distance),
                )
                readings.append((strength, figures))
            yield from sealed.curves(
                *(name, _STRENGTHS[name], readings, published, _LABELS)
            )
    finally:
        network.set_weights(intact)


_LABELS = {
    "bit_accuracy": "bit accuracy",
    "vote": "bit accuracy of all pictures' sums",
    "change": "difference from the unchanged generator's pictures, in levels",
    "distance": "distance to photographs",
}


_STRENGTHS = {
    "rounding": "weights rounded to decimals of their standard deviation",
    "weight_noise": "noise on weights, in standard deviations of theirs",
}


def _changed(intact, places, change, strength, seed):
    """All weights, those at the places changed, in their order."""
    weights, random = list(intact), np.random.default_rng(seed)
    for place in places:
        weights[place] = change(intact[place], strength, random)
    return weights


def _rounded(array, strength, _):
    return changes.rounded(array, strength)


def _figures(name, images, before, decode, bits, distance):
    """Bits read in each picture and in all together, and the change."""
    logits, bits = np.asarray(decode(images)), np.asarray(bits)
    carried = np.broadcast_to(bits, logits.shape)
    matches = accuracy.bit_accuracy_counts(logits > 0, carried)
    far = {} if distance is None else {"distance": distance(images)}
    return {
        "bit_accuracy": Figure.bit_accuracy(
            f"bit_accuracy_{name}", matches, len(bits), fingerprints=1
        ),
        "vote": Figure.bootstrap(
            f"vote_{name}",
            lambda rows: float(((rows.mean(axis=0) > 0.5) == bits).mean()),
            (logits > 0).astype(np.float64),
            fingerprints=1,
        ),
        "change": Figure.change(
            f"change_{name}", before, images, fingerprints=1
        ),
        **far,
    }


def _convolutions(network):
    """Places of the kernels and biases of convolutions among the weights."""
    layers = {
        _layer_of(each)
        for each in network.trainable_weights
        if len(each.shape) == _CONVOLUTION_AXES
    }
    places = [
        place
        for place, each in enumerate(network.weights)
        if each.trainable and _layer_of(each) in layers
    ]
    if not places:
        raise errors.EvaluationError(
            "The generator must have convolutions, whose weights are changed. "
            f"There are none in `{network.name}`. Give the network itself, not "
            "what wraps it."
        )
    return places


def _layer_of(weight):
    return weight.path.rpartition("/")[0]
