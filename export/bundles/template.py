"""What all bundles of one generator share: made once, filled in for each."""

import dataclasses
import pathlib
import tempfile
from typing import Any

from export.bundles import check as bundle_check
from export.bundles import numbering
from export.bundles import parts as bundle_parts
from export.bundles import trial as bundle_trial
from tf_fingerprint import fingerprints
from tf_fingerprint import models
from tf_fingerprint.backends import quiet


class BundleTemplate:
    """Traces and converts one instance; writes the files of any other.

    `parts`: what another process traced, converted and tried; made if not
    given. `parts`: what other processes need to write bundles too.
    """

    def __init__(
        self,
        run,
        formats: tuple[str, ...],
        *,
        parts: bundle_parts.BundleParts | None = None,
        **check: Any,
    ):
        self._folding = models.Folding(
            run.generator, noise=run.config.networks.noise
        )
        num_weights = self._folding.num_weights
        numbers = numbering.numbered(num_weights)
        with (
            tempfile.TemporaryDirectory() as temporary,
            quiet.only_warnings(),
        ):
            folder = pathlib.Path(temporary)
            if parts is None:
                self._folding.fill(numbers)
                self.parts = bundle_parts.make(
                    self._folding.network, formats, folder, num_weights
                )
            else:
                self.parts = parts
            self.parts.write(folder / "numbered", numbers)
            self.checker = bundle_check.Checker(
                run,
                self._folding.generator,
                folder / "numbered" / bundle_parts.SAVED_MODEL,
                bundle_parts.LATENTS,
                num_weights=num_weights,
                **check,
            )
            if parts is None:
                trial = self._tried(run, folder / "tried", **check)
                self.parts = dataclasses.replace(self.parts, trial=trial)

    def write(self, folder: pathlib.Path, fingerprint) -> None:
        """Writes SavedModel, `.keras` and other formats of one instance.

        `fingerprint`: `(num_bits,)` of 0 and 1.
        """
        [vector] = self._folding.vectors(fingerprint[None])
        self.parts.write(folder, vector)

    def _tried(self, run, folder, *, min_bit_accuracy, **unused):
        """What a stranger measures with a fingerprint issued to nobody."""
        bits = fingerprints.random_bits(run.config.networks.num_bits)
        self.write(folder, bits)
        return bundle_trial.figures(
            run,
            self._folding.generator,
            folder / bundle_parts.SAVED_MODEL,
            bits,
            min_accuracy=min_bit_accuracy,
        )
