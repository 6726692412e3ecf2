import numpy as np
import pytest
import tensorflow as tf

import export
from tf_fingerprint import attribution
from tf_fingerprint import fingerprints
from tf_fingerprint import methods

from ...registry.store_contract import make_record
from ...tiny_run import write_run
from .. import picture_files as files
from ..unchecked import Unchecked

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def seeded():
    """No seed: setting one makes TensorFlow prepare each graph once more."""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return methods.load(write_run(tmp_path_factory.mktemp("runs") / "run"))


@pytest.fixture(scope="module")
def load(run, tmp_path_factory):
    """Writes and loads a servable, by name, once each."""
    models = {}

    def load(name):
        if name not in models:
            folder = tmp_path_factory.mktemp(name)
            made = builders(run)[name]()
            tf.saved_model.save(
                made.module, str(folder / "1"), dict(made.signatures)
            )
            models[name] = Unchecked(folder / "1", folder / "2"), made
        return models[name]

    return load


def builders(run):
    record = make_record(run.record)
    candidates = attribution.Candidates(run.record, [record])
    return {
        "open_generator": lambda: export.open_generator(run, allow_open=True),
        "sealed_instance": lambda: export.sealed_instance(
            run.seal(record.bits)
        ),
        "decoder": lambda: export.decoder(run),
        "attribution": lambda: export.attribution(run, candidates),
    }


NAMES = ["open_generator", "sealed_instance", "decoder", "attribution"]


@pytest.fixture(scope="module")
def decode(load):
    return load("decoder")[0].run


def test_files_are_read_as_in_python(run, decode):
    pictures = [*run.generate(3, seed=1), files.noise(20, 30)]
    contents = [files.encoded(picture) for picture in pictures]

    response = decode("serving_default", image_bytes=contents)

    expected = run.decode(contents)
    np.testing.assert_allclose(response["logits"], expected, atol=1e-4)
    np.testing.assert_array_equal(response["bits"], expected > 0)
    assert [text.decode() for text in response["fingerprint_hex"]] == [
        fingerprints.to_hex(logits > 0) for logits in expected
    ]
    assert response["status"].tolist() == [b"ok"] * 4


def test_decoded_pictures_are_read_likewise(run, decode):
    pictures = np.stack([files.noise(30, 41, seed=n) for n in range(3)])

    response = decode("images", images=pictures)

    contents = [files.encoded(picture) for picture in pictures]
    expected = decode("serving_default", image_bytes=contents)
    for name, values in expected.items():
        np.testing.assert_array_equal(response[name], values)


def test_what_can_not_be_read_says_nothing(run, decode):
    response = decode("serving_default", image_bytes=[b"no picture"])

    assert response["status"].tolist() == [b"unsupported_format"]
    assert response["fingerprint_hex"].tolist() == [b""]
    assert not response["logits"].any()
    assert not response["bits"].any()


@pytest.mark.parametrize("name", NAMES)
def test_every_example_is_answered_row_by_row(load, name):
    session, made = load(name)

    for signature, requests in made.examples.items():
        assert len(requests) >= 2
        for request in requests:
            response = session.run(signature, **request)
            [rows] = {len(values) for values in request.values()}
            assert {len(values) for values in response.values()} == {rows}
            assert b"ok" in response.get("status", [b"ok"])


@pytest.mark.parametrize("name", NAMES)
def test_inputs_of_another_rank_or_length_are_refused(load, name):
    session, made = load(name)

    for signature, requests in made.examples.items():
        for changed, array in requests[-1].items():
            shapes = [array[0], array[None]]
            if changed in ("fingerprint", "seed", "latents", "noise"):
                shapes += [array[:, :-1], np.repeat(array, 2, axis=1)]
            for wrong in shapes:
                request = {**requests[-1], changed: wrong}
                with pytest.raises(tf.errors.InvalidArgumentError):
                    session.run(signature, **request)


@pytest.mark.parametrize("name", NAMES)
def test_every_output_has_a_row_for_each_of_the_requests(load, name):
    session, made = load(name)

    for signature in made.signatures:
        for info in session.signatures[signature].outputs.values():
            assert not info.tensor_shape.unknown_rank
            assert info.tensor_shape.dim[0].size == -1


@pytest.mark.parametrize("name", NAMES)
def test_only_variables_of_tensorflow_are_in_the_module(load, name):
    _, made = load(name)

    variables = made.module.variables
    assert all(isinstance(each, tf.Variable) for each in variables)
    assert len({each.ref() for each in variables}) == len(variables)
    assert {type(each) for each in made.module.submodules} <= {tf.Module}
