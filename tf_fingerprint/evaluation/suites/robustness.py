"""What fingerprints survive: accuracy and attribution against strength."""

from collections.abc import Iterator

import numpy as np

from tf_fingerprint import fingerprints as bit_strings
from tf_fingerprint.evaluation import subjects
from tf_fingerprint.evaluation.attacks import perturbing
from tf_fingerprint.evaluation.metrics import accuracy
from tf_fingerprint.evaluation.report import published
from tf_fingerprint.evaluation.report.figures import Curve
from tf_fingerprint.evaluation.report.figures import Figure
from tf_fingerprint.evaluation.report.figures import Grid
from tf_fingerprint.evaluation.report.figures import Item
from tf_fingerprint.evaluation.subjects import Options
from tf_fingerprint.evaluation.subjects import Subject

# The figures of the README's table: a perturbation and its strength.
POINTS = {
    # From the middle, as in the papers; `random_crop` is cut from anywhere.
    "crop_0.9": ("crop", 0.9),
    "crop_0.7": ("crop", 0.7),
    "random_crop_0.9": ("random_crop", 0.9),
    "random_crop_0.7": ("random_crop", 0.7),
    "shift_2px": ("shift", 2),
    "border_12px": ("even_border", 12 / 64),
    "rotation_5": ("rotation", 5),
    "jpeg_80": ("jpeg", 80),
    "jpeg_50": ("jpeg", 50),
    "webp_80": ("webp", 80),
    "avif_60": ("avif", 60),
    "noise_0.05": ("noise", 0.05),
    "blur_0.08": ("blur", 0.08),
    "flip": ("flip", 1),
    "grayscale": ("grayscale", 1),
    "saturation_0.25": ("saturation", 0.25),
    "brightness_1.3": ("brightness", 1.3),
    "combined": ("combined", 3),
}
CLEAN = "clean_png"

# Pictures in a row of the grid.
_COLUMNS = 8


def check(subject: Subject, options: Options) -> None:
    """Raises unless there are pictures and bits enough."""
    subjects.check_pictures(options, "Robustness")
    _threshold(subject, options)


def suite(subject: Subject, options: Options) -> Iterator[Item]:
    """Figures at the table's strengths, then two curves a perturbation.

    All rest on the same pictures, of as many recipients as there are, in turn.

    Returns an iterator over figures, curves, and a grid of what was done.
    """
    made = make(subject, options)
    yield made.accuracy(CLEAN, made.images)
    yield made.attributed(f"attributed_{CLEAN}", made.images)
    for label, (name, strength) in POINTS.items():
        changed = made.perturbed(name, strength)
        yield made.accuracy(label, changed)
        yield made.attributed(f"attributed_{label}", changed)
    for name in perturbing.PERTURBATIONS:
        yield from made.curves(name)
    yield made.grid()


def make(subject: Subject, options: Options) -> "Made":
    """Makes the pictures that all figures rest on."""
    issued = subject.fresh_fingerprints(options.recipients)
    makers = np.arange(options.pictures) % options.recipients
    images = subject.generate(issued[makers], options.random("robustness"))
    return Made(subject, options, issued, makers, images)


class Made:
    """Pictures of known makers, to be perturbed and read again and again.

    `issued`: `(recipients, num_bits)` of 0 and 1; `makers`: `(images,)`, the
    place of each picture's recipient; `images`:
    `(images, height, width, channels)`, `uint8`.
    """

    def __init__(self, subject, options, issued, makers, images):
        self.subject = subject
        self.options = options
        self.issued = issued
        self.makers = makers
        self.images = images
        self._last = (None, None)

    def perturbed(self, name: str, strength: float):
        """The pictures after something happened to them.

        `strength`: in its unit.
        """
        rng = self.options.random(f"robustness {name} {strength:g}")
        return perturbing.PERTURBATIONS[name].apply(self.images, strength, rng)

    def accuracy(self, name: str, images) -> Figure:
        """Share of the bits that are read right."""
        matches = accuracy.bit_accuracy_counts(
            self._read(images), self.issued[self.makers]
        )
        return Figure.bit_accuracy(
            name,
            matches,
            self.subject.num_bits,
            fingerprints=self._fingerprints,
        )

    def attributed(self, name: str, images) -> Figure:
        """Share of the pictures that name their maker, beyond chance.

        The nearest fingerprint must be the maker's, and near enough for the
        false-positive rate over all recipients.
        """
        signs = 2.0 * self._read(images) - 1
        agreement = signs @ (2.0 * self.issued - 1).T
        matches = (agreement + self.subject.num_bits) / 2
        named = matches.argmax(axis=1) == self.makers
        enough = matches.max(axis=1) >= _threshold(self.subject, self.options)
        return Figure.share(
            name,
            int((named & enough).sum()),
            len(images),
            fingerprints=self._fingerprints,
        )

    def curves(self, name: str) -> Iterator[Curve]:
        """Both figures against strength, beside what was published.

        Returns an iterator over two curves.
        """
        perturbation = perturbing.PERTURBATIONS[name]
        accurate, named = [], []
        for strength in perturbation.strengths:
            images = self.perturbed(name, strength)
            label = f"{name} {strength:g}"
            accurate.append((strength, self.accuracy(label, images)))
            named.append((strength, self.attributed(label, images)))
        yield Curve(
            f"accuracy_{name}",
            x_label=perturbation.unit,
            y_label="bit accuracy",
            points=tuple(accurate),
            published=published.curves(name),
        )
        yield Curve(
            f"attribution_{name}",
            x_label=perturbation.unit,
            y_label=(
                f"share attributed right among {self.options.recipients:,} "
                f"recipients at {self.options.max_false_positive_rate:g}"
            ),
            points=tuple(named),
        )

    def grid(self) -> Grid:
        """A few pictures under each perturbation, half-way up its strengths."""
        few = Made(
            self.subject,
            self.options,
            self.issued,
            self.makers[:_COLUMNS],
            self.images[:_COLUMNS],
        )
        rows, labels = [few.images], ["as made"]
        for name, perturbation in perturbing.PERTURBATIONS.items():
            strength = perturbation.strengths[len(perturbation.strengths) // 2]
            rows.append(few.perturbed(name, strength))
            labels.append(f"{name} {strength:g}")
        return Grid(
            "perturbed",
            np.stack(rows),
            tuple(labels),
            "The same pictures under each perturbation, at the middle of its "
            "strengths.",
        )

    @property
    def _fingerprints(self):
        return min(len(self.issued), len(self.images))

    def _read(self, images):
        """Bits, `(images, num_bits)`; the last pictures' are remembered."""
        if self._last[0] is not images:
            self._last = images, self.subject.decode(images) > 0
        return self._last[1]


def _threshold(subject, options):
    """Bits that must match."""
    return bit_strings.match_threshold(
        subject.num_bits, options.max_false_positive_rate, options.recipients
    )
