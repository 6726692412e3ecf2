"""Fingerprints that are no longer read after export stop the export."""

import numpy as np
import pytest
import tensorflow as tf

import export
from export.publishing import publish
from export.publishing import selftest
from tf_fingerprint import errors

from .. import plain_servables as plain

pytestmark = pytest.mark.slow

BITS = np.array([1, 0, 0, 1, 1, 0, 1, 0], "uint8")
ISSUED = {"r-1": BITS.tolist(), "r-2": (1 - BITS).tolist()}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """SavedModels that read and draw as they should, by name."""
    folder = tmp_path_factory.mktemp("written")
    for name, servable in {
        "decoder": plain.reader(),
        "attribution": plain.reader(ISSUED),
        "open": plain.drawer(),
    }.items():
        tf.saved_model.save(
            servable.module,
            str(folder / name),
            signatures=dict(servable.signatures),
        )
    return folder


def self_test_of(servable, tmp_path, process):
    path = export.publish(servable, tmp_path / "base", process=process)
    return publish.read_manifest(path)["self_test"]


def assert_refused(servable, tmp_path, process, text):
    with pytest.raises(errors.ExportError, match=text):
        export.publish(servable, tmp_path / "base", process=process)
    assert not any((tmp_path / "base").iterdir())


@pytest.mark.parametrize("reader", ["decoder", "attribution"])
def test_a_sealed_instance_is_measured(
    written, tmp_path, fresh_process, reader
):
    check = selftest.generation_check(
        written / reader, BITS, min_accuracy=0.9, process=fresh_process
    )
    servable = plain.drawer(BITS, check=check)

    assert self_test_of(servable, tmp_path, fresh_process) == {
        "pictures": 32,
        "num_bits": 8,
        "bit_accuracy": 1.0,
        "fewest_matches": 8,
        "min_accuracy": 0.9,
    }


@pytest.mark.parametrize("flipped", [1, 4, 8])
def test_a_sealed_instance_that_lost_bits_is_refused(
    written, tmp_path, fresh_process, flipped
):
    check = selftest.generation_check(
        written / "decoder", BITS, min_accuracy=0.9, process=fresh_process
    )
    servable = plain.drawer(BITS, flipped=flipped, check=check)

    assert_refused(
        servable,
        tmp_path,
        fresh_process,
        f"`bit_accuracy` must be at least 0.9.*{1 - flipped / 8:.4f} over 32",
    )


def test_an_open_generator_is_measured(written, tmp_path, fresh_process):
    check = selftest.open_generation_check(
        written / "decoder", 8, min_accuracy=0.9, process=fresh_process
    )

    good = self_test_of(plain.drawer(check=check), tmp_path, fresh_process)

    assert good["bit_accuracy"] == 1
    assert_refused(
        plain.drawer(flipped=4, check=check),
        tmp_path / "other",
        fresh_process,
        "is 0.5000 over 32 pictures",
    )


def test_a_decoder_is_measured(written, tmp_path, fresh_process):
    check = selftest.decoding_check(
        written / "open", 8, min_accuracy=0.9, process=fresh_process
    )

    good = self_test_of(plain.reader(check=check), tmp_path, fresh_process)

    assert good["fewest_matches"] == 8
    # As if it took pixels of another range.
    assert_refused(
        plain.reader(threshold=0, check=check),
        tmp_path / "other",
        fresh_process,
        "`bit_accuracy` must be at least 0.9",
    )


def attributing(written, process, **others):
    arrays = {name: np.array(bits) for name, bits in ISSUED.items()}
    return selftest.attribution_check(
        written / "open",
        arrays,
        min_attributed=0.9,
        process=process,
        **others,
    )


def test_an_attribution_is_measured(written, tmp_path, fresh_process):
    servable = plain.reader(ISSUED, check=attributing(written, fresh_process))

    figures = self_test_of(servable, tmp_path, fresh_process)

    assert figures == {
        "pictures": 32,
        "num_bits": 8,
        "bit_accuracy": 1.0,
        "fewest_matches": 8,
        "attributed": 1.0,
        "named_wrongly": 0,
        "strangers_named": 0,
        "verdicts": {"attributed": 32},
        "min_attributed": 0.9,
    }


def test_an_attribution_that_knows_one_of_two_is_refused(
    written, tmp_path, fresh_process
):
    check = attributing(written, fresh_process)
    servable = plain.reader({"r-1": ISSUED["r-1"]}, check=check)

    assert_refused(
        servable, tmp_path, fresh_process, "`attributed` must be.*0.5000"
    )


def test_an_attribution_that_takes_one_for_another_is_refused(
    written, tmp_path, fresh_process
):
    arrays = {name: np.array(bits) for name, bits in ISSUED.items()}
    check = selftest.attribution_check(
        written / "open", arrays, min_attributed=0.4, process=fresh_process
    )
    servable = plain.reader(
        {"r-1": ISSUED["r-1"], "stranger": ISSUED["r-2"]}, check=check
    )

    assert_refused(
        servable, tmp_path, fresh_process, "`named_wrongly` must be 0.*16 of 32"
    )


def test_an_attribution_that_names_somebody_for_noise_is_refused(
    written, tmp_path, fresh_process
):
    everybody = {
        f"r-{number}": [number >> place & 1 for place in range(8)]
        for number in range(256)
    }
    issued = {"r-3": np.array(everybody["r-3"])}
    check = selftest.attribution_check(
        written / "open", issued, min_attributed=0.9, process=fresh_process
    )
    servable = plain.reader(everybody, check=check)

    assert_refused(
        servable, tmp_path, fresh_process, "`strangers_named` must be 0.*32"
    )


def test_pictures_that_are_no_png_files_are_refused(
    written, tmp_path, fresh_process
):
    def draw(seed):
        seed = tf.ensure_shape(seed, (None, 2))
        pixels = tf.zeros((16, 16, 1), tf.uint8)
        file = tf.io.encode_jpeg(pixels)
        return {"image_bytes": tf.tile([file], [tf.shape(seed)[0]])}

    check = selftest.generation_check(
        written / "decoder", BITS, min_accuracy=0, process=fresh_process
    )
    spec = tf.TensorSpec((None, 2), tf.int64, "seed")
    servable = plain.of(draw, spec, check=check)

    assert_refused(servable, tmp_path, fresh_process, "32 of 32 are no PNG")


def test_somebody_must_be_attributed(written):
    with pytest.raises(ValueError, match="Received nobody"):
        selftest.attribution_check(written / "open", {}, min_attributed=0.9)
