"""What all bundles of one generator share: made once, filled in for each."""

import importlib.util
import pathlib
import tempfile

import tensorflow as tf

import export
from export import bundle_check
from export import bundle_trial
from export import formats as bundle_formats
from export import numbering
from export import quiet
from export import templates
from export import variables
from export import warmup
from tf_fingerprint import fingerprints
from tf_fingerprint import models

INSTANCE, SAVED_MODEL = "instance.keras", pathlib.PurePosixPath("savedmodel/1")


# The signature that takes latents, and that other formats have.
LATENTS = "latents"


class BundleTemplate:
    """Traces and converts one instance; writes the files of any other.

    Args:
        run: `runs.Run`.
        formats: See `formats.FORMATS`.
        check: For `bundle_check.Checker`: `pictures`, `min_bit_accuracy`.

    Attributes:
        checker: Checks what was written.
        inputs: From the name of each of its inputs to how many numbers it
            takes.
        signatures: Names of the SavedModel's.
        trial: What a fresh process measured; see `bundle_trial`.
    """

    def __init__(self, run, formats: tuple[str, ...], **check):
        self._folding = models.Folding(
            run.generator, noise=run.config.networks.noise
        )
        num_weights = self._folding.num_weights
        self._folding.fill(numbering.numbered(num_weights))
        instance = self._folding.network
        self.inputs = {each.name: each.shape[-1] for each in instance.inputs}
        with (
            tempfile.TemporaryDirectory() as folder,
            quiet.only_warnings(),
        ):
            folder = pathlib.Path(folder)
            instance.save(folder / INSTANCE)
            self._keras = templates.KerasTemplate(
                folder / INSTANCE, num_weights
            )
            path = self._traced(instance, folder / "exported")
            self._read_saved_model(path, num_weights)
            self._others = {
                bundle_formats.NAMES[form]: bundle_formats.template(
                    form, path, LATENTS, num_weights
                )
                for form in formats
            }
            self.checker = bundle_check.Checker(
                run,
                self._folding.generator,
                path,
                LATENTS,
                num_weights=num_weights,
                **check,
            )
            self.trial = self._tried(run, folder / "tried", **check)

    def write(self, folder: pathlib.Path, fingerprint) -> None:
        """Writes SavedModel, `.keras` and other formats of one instance.

        Args:
            folder: Where to; must be there.
            fingerprint: `(num_bits,)` of 0 and 1.
        """
        [vector] = self._folding.vectors(fingerprint[None])
        saved_model = folder / SAVED_MODEL
        self._variables.write(saved_model, vector)
        for name, content in self._shared.items():
            path = saved_model / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if name == variables.FINGERPRINT:
                content = variables.fingerprint_file(content, saved_model)
            path.write_bytes(content)
        self._keras.write(folder / INSTANCE, vector)
        for name, template in self._others.items():
            template.write(folder / name, vector)

    def _tried(self, run, folder, *, min_bit_accuracy, **unused):
        """What a stranger measures with a fingerprint issued to nobody."""
        folder.mkdir()
        bits = fingerprints.random_bits(run.config.networks.num_bits)
        self.write(folder, bits)
        of_open = self.checker.figures(folder / SAVED_MODEL, bits)
        least = of_open["open_bit_accuracy"] - bundle_trial.MAX_LOST_ACCURACY
        return bundle_trial.figures(
            run,
            folder / SAVED_MODEL,
            bits,
            min_accuracy=max(least, min_bit_accuracy, 0.0),
        )

    def _traced(self, instance, folder):
        """Writes a SavedModel as anybody's, and requests to warm it up."""
        servable = export.sealed_instance(instance)
        self.signatures = sorted(servable.signatures)
        tf.saved_model.save(
            servable.module, str(folder), signatures=dict(servable.signatures)
        )
        # Their format comes with an extra, which servers have.
        if importlib.util.find_spec("tensorflow_serving") is not None:
            warmup.write(folder, servable.examples)
        return folder

    def _read_saved_model(self, path, num_weights):
        variables.check_fingerprint_file(path)
        self._variables = variables.VariablesTemplate(path, num_weights)
        self._shared = {
            file.relative_to(path).as_posix(): file.read_bytes()
            for file in path.rglob("*")
            if file.is_file()
            and file.parent.name != variables.PREFIX.parent.name
        }
