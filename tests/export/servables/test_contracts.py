"""What the documentation promises is what is exported."""

import numpy as np
import pytest
import tensorflow as tf

import export
from export import __main__ as command
from export.servables import contracts
from tf_fingerprint import attribution
from tf_fingerprint import models

from ...tiny_codec import codec_run as codec_run
from ...tiny_codec import codec_run_dir as codec_run_dir
from ...tiny_passive import passive_dir as passive_dir
from ...tiny_passive import passive_run as passive_run
from ...tiny_run import ROOT
from ...tiny_run import tiny_run as tiny_run
from ...tiny_run import tiny_run_dir as tiny_run_dir

pytestmark = pytest.mark.slow

TYPES = {
    "string": tf.string,
    "bool": tf.bool,
    "`int32`": tf.int32,
    "`int64`": tf.int64,
} | {f"`{kind.name}`": kind for kind in (tf.float32, tf.float64, tf.uint8)}


@pytest.fixture
def servables(tiny_run, codec_run, passive_run):
    fingerprint = np.arange(32) % 2
    return {
        "attribution": export.attribution(
            tiny_run, attribution.Candidates(tiny_run.record, [])
        ),
        "decoder": export.decoder(tiny_run),
        "encoder": export.encoder(codec_run, allow_open=True),
        "instance": export.sealed_instance(
            models.seal(tiny_run.generator, fingerprint, noise="random")
        ),
        "open_generator": export.open_generator(tiny_run, allow_open=True),
        "passive_classifier": export.passive_classifier(passive_run),
    }


def assert_is_as_promised(specs, fields, earlier):
    assert set(specs) == set(fields)
    for name, spec in specs.items():
        text = fields[name]
        if text.startswith("As above"):
            text = earlier[name]
        axes = text.split("`")[1].strip("()").rstrip(",").split(",")
        assert len(axes) == spec.shape.rank, name
        [kind] = {TYPES[each] for each in TYPES if f", {each}" in text}
        assert kind == spec.dtype, name


def test_signatures_are_as_the_contracts_say(servables):
    for module in contracts.MODULES:
        contract = contracts.read(module)
        functions = servables[module].signatures
        assert {each.name for each in contract.signatures} == set(functions)
        earlier = {}
        for each in contract.signatures:
            concrete = functions[each.name].get_concrete_function()
            inputs = {
                spec.name: spec for spec in functions[each.name].input_signature
            }
            assert_is_as_promised(inputs, each.request, earlier)
            outputs = concrete.structured_outputs
            assert_is_as_promised(outputs, each.response, earlier)
            earlier |= each.response


def test_the_documentation_is_up_to_date():
    written = (ROOT / "docs" / "serving.md").read_text("utf-8")

    assert written == contracts.to_markdown(), "Run `tf-fingerprint docs`."


def test_the_command_writes_the_documentation(tmp_path, capsys):
    path = tmp_path / "serving.md"

    assert command.main(["docs", "--to", str(path)]) == 0

    assert path.read_text("utf-8") == contracts.to_markdown()


def test_a_docstring_without_signatures_is_named():
    with pytest.raises(ValueError, match=r"servables\.images.*describes none"):
        contracts.read("images")
