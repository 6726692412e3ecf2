"""What all bundles of one generator share: made once, filled in for each."""

import pathlib
import tempfile

from export import bundle_check
from export import formats as bundle_formats
from export import numbering
from export import quiet
from export import savedmodel
from export import templates
from export import variables
from tf_fingerprint import models

INSTANCE, SAVED_MODEL = "instance.keras", pathlib.PurePosixPath("savedmodel/1")


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
        latents_signature: Name of the one that takes latents.
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
            path = savedmodel.export_instance(instance, folder / "exported")
            self.signatures = ["serving_default"]
            self.latents_signature = "serving_default"
            self._read_saved_model(path, num_weights)
            self._others = {
                bundle_formats.NAMES[form]: bundle_formats.template(
                    form, path, self.latents_signature, num_weights
                )
                for form in formats
            }
            self.checker = bundle_check.Checker(
                run,
                path,
                self.latents_signature,
                num_weights=num_weights,
                **check,
            )

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

    def _read_saved_model(self, path, num_weights):
        variables.check_fingerprint_file(path)
        self._variables = variables.VariablesTemplate(path, num_weights)
        self._shared = {
            file.relative_to(path).as_posix(): file.read_bytes()
            for file in path.rglob("*")
            if file.is_file()
            and file.parent.name != variables.PREFIX.parent.name
        }
