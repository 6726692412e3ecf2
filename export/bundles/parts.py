"""Files of bundles but for their weights: numbers and bytes, no networks.

One process traces and converts; others write bundles with what it made.
"""

import dataclasses
import importlib.util
import pathlib
from collections.abc import Mapping
from typing import Any

import tensorflow as tf

import export
from export.bundles import file_templates
from export.bundles import formats as bundle_formats
from export.bundles import variables
from export.publishing import warmup

INSTANCE, SAVED_MODEL = "instance.keras", pathlib.PurePosixPath("savedmodel/1")

# The signature that takes latents, and that other formats have.
LATENTS = "latents"


@dataclasses.dataclass(frozen=True)
class BundleParts:
    """Every file of a bundle, and where its weights go.

    `inputs`: from the name of each of an instance's inputs to how many numbers
    it takes; `shared`: from the name of a file in the SavedModel to its
    content; `others`: from the name of a file in another format to its
    template; `trial`: what a fresh process measured; see `bundle_trial`.
    """

    inputs: Mapping[str, int]
    signatures: list[str]
    shared: Mapping[str, bytes]
    variables: variables.VariablesTemplate
    keras: file_templates.KerasTemplate
    others: Mapping[str, file_templates.FileTemplate]
    trial: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def write(
        self, folder: pathlib.Path, vector: file_templates.Vector
    ) -> None:
        """Writes the files of one instance."""
        saved_model = folder / SAVED_MODEL
        self.variables.write(saved_model, vector)
        for name, content in self.shared.items():
            path = saved_model / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if name == variables.FINGERPRINT:
                content = variables.fingerprint_file(content, saved_model)
            path.write_bytes(content)
        self.keras.write(folder / INSTANCE, vector)
        for name, template in self.others.items():
            template.write(folder / name, vector)


def make(
    instance,
    formats: tuple[str, ...],
    folder: pathlib.Path,
    num_weights: int,
) -> BundleParts:
    """Traces and converts an instance.

    `folder`: for what is written meanwhile. Returns its parts, not tried yet.
    """
    instance.save(folder / INSTANCE)
    path = folder / "exported"
    servable = export.sealed_instance(instance)
    tf.saved_model.save(
        servable.module, str(path), signatures=dict(servable.signatures)
    )
    # Their format comes with an extra, which servers have.
    if importlib.util.find_spec("tensorflow_serving") is not None:
        warmup.write(path, servable.examples)
    variables.check_fingerprint_file(path)
    return BundleParts(
        inputs={each.name: each.shape[-1] for each in instance.inputs},
        signatures=sorted(servable.signatures),
        shared={
            file.relative_to(path).as_posix(): file.read_bytes()
            for file in path.rglob("*")
            if file.is_file()
            and file.parent.name != variables.PREFIX.parent.name
        },
        variables=variables.VariablesTemplate(path, num_weights),
        keras=file_templates.KerasTemplate(folder / INSTANCE, num_weights),
        others={
            bundle_formats.NAMES[form]: bundle_formats.template(
                form, path, LATENTS, num_weights
            )
            for form in formats
        },
    )
