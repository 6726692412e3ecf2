"""Sealed copies, whose weights are changed and whose pictures looked at."""

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from tf_fingerprint import errors
from tf_fingerprint import fingerprints as bit_strings
from tf_fingerprint import models
from tf_fingerprint.evaluation import distances
from tf_fingerprint.evaluation.attacks.weight_changes import Weights
from tf_fingerprint.evaluation.metrics import accuracy
from tf_fingerprint.evaluation.metrics import extractors
from tf_fingerprint.evaluation.report.figures import Curve
from tf_fingerprint.evaluation.report.figures import Figure
from tf_fingerprint.evaluation.report.figures import Points
from tf_fingerprint.evaluation.subjects import Options
from tf_fingerprint.evaluation.subjects import Subject
from tf_fingerprint.models import sampling

# How often pictures are drawn again for the interval of a distance.
_DRAWS = 20

_LABELS = {
    "bit_accuracy": "bit accuracy",
    "attributed": "share attributed to the recipient",
    "change": "difference from the copy's own pictures, in levels",
    "kernel_distance": "kernel distance to photographs",
}


# What became of copies, by figure: of bits and of pictures.
Reading = Mapping[str, Figure]


class Copies:
    """Copies of one generator, each with a fingerprint of its own.

    `extractor`: by whose features the distance to photographs is measured; it
    isn't if none is given, or if there are fewer photographs than pictures.
    `bits`: their fingerprints, `(num_copies, num_bits)`.
    """

    def __init__(
        self,
        subject: Subject,
        options: Options,
        *,
        num_copies: int = 4,
        extractor: extractors.Extractor | None = None,
    ):
        run = subject.run
        self._subject, self._options = subject, options
        folding = models.Folding(run.generator, noise=run.config.networks.noise)
        self.network = folding.network
        self.bits = subject.fresh_fingerprints(num_copies)
        self.weights: list[Weights] = []
        for vector in folding.vectors(self.bits):
            folding.fill(vector)
            self.weights.append(self.network.get_weights())
        random = options.random("copies")
        self._seeds = random.integers(2**63, size=num_copies).tolist()
        self._each = max(1, options.pictures // num_copies)
        self._intact = [
            self._pictures(number, weights)
            for number, weights in enumerate(self.weights)
        ]
        self._extractor, self._real = None, None
        if extractor and len(subject.photographs) >= self._each * num_copies:
            chosen = random.choice(
                len(subject.photographs),
                self._each * num_copies,
                replace=False,
            )
            self._extractor = extractor
            self._real = extractors.seen(extractor, subject.photographs[chosen])

    def look(self, name: str, weights: Sequence[Weights]) -> Reading:
        """Makes pictures with changed copies, and reads them.

        `weights`: of the first copies, or of all, in place of theirs. Returns
        bit accuracy, share attributed, change of the pictures, and their
        distance to photographs if it is measured.
        """
        num = len(weights)
        made = [self._pictures(*each) for each in enumerate(weights)]
        images = np.concatenate(made)
        read = np.asarray(self._subject.decode(images)) > 0
        bits = np.repeat(self.bits[:num], self._each, axis=0)
        matches = accuracy.bit_accuracy_counts(read, bits)
        figures = {
            "bit_accuracy": Figure.bit_accuracy(
                f"bit_accuracy_{name}",
                matches,
                bits.shape[1],
                fingerprints=num,
            ),
            **self._attributed(name, matches, num),
            "change": Figure.change(
                f"change_{name}",
                np.concatenate(self._intact[:num]),
                images,
                fingerprints=num,
            ),
        }
        if self._extractor is not None:
            figures["kernel_distance"] = _distance(
                f"kernel_distance_{name}",
                extractors.seen(self._extractor, images),
                self._real,
                num,
            )
        return figures

    def _pictures(self, number, weights):
        self.network.set_weights(weights)
        return sampling.sealed_pictures(
            self.network, self._each, seed=self._seeds[number]
        )

    def _attributed(self, name, matches, num_copies):
        """Share with enough matches, unless no number is enough."""
        try:
            threshold = bit_strings.match_threshold(
                self._subject.num_bits,
                self._options.max_false_positive_rate,
                self._options.recipients,
            )
        except errors.TooFewBitsError:
            return {}  # Then nobody is ever attributed anything.
        enough = int((matches >= threshold).sum())
        figure = Figure.share(
            f"attributed_{name}",
            enough,
            len(matches),
            fingerprints=num_copies,
        )
        return {"attributed": figure}


def curves(
    name: str,
    x_label: str,
    readings: Sequence[tuple[float, Reading]],
    published: Mapping[str, Points] | None = None,
    labels: Mapping[str, str] = _LABELS,
) -> Iterator[Curve]:
    """One curve for each kind of figure."""
    for kind in readings[0][1]:
        yield Curve(
            f"{name}_{kind}",
            x_label,
            labels[kind],
            tuple((x, figures[kind]) for x, figures in readings),
            published or {} if kind == "bit_accuracy" else {},
        )


def _distance(name, features, real, num_copies):
    """The kernel distance, with the scatter of drawing pictures again."""
    count = len(features)
    draws = distances.draws(count, _DRAWS)
    value, *drawn = distances.kid(features, real[:count], draws)
    return Figure.scattered(
        name, value, drawn, pictures=count, fingerprints=num_copies
    )
