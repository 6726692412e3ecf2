import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import export
from export.servables import nearest
from tf_fingerprint import attribution
from tf_fingerprint import errors
from tf_fingerprint import methods

from ...registry.store_contract import make_generator
from ...registry.store_contract import make_record
from ...tiny_run import write_run
from .. import picture_files as files

pytestmark = pytest.mark.slow

RATE = 0.01


@pytest.fixture(autouse=True)
def seeded():
    """No seed: setting one makes TensorFlow prepare each graph once more."""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return methods.load(write_run(tmp_path_factory.mktemp("runs") / "run"))


@pytest.fixture(scope="module")
def pictures(run):
    return run.generate(6, seed=3)


@pytest.fixture(scope="module")
def candidates(run, pictures):
    """What is read in the first three pictures, and five others."""
    bits = run.decode(pictures) > 0
    records = [make_record(run.record, f"R{n}", bits[n]) for n in range(3)]
    others = [make_record(run.record, f"Other {n}") for n in range(5)]
    return attribution.Candidates(run.record, [*records, *others])


@pytest.fixture(scope="module")
def written(run, candidates, tmp_path_factory):
    """The written servable."""
    folder = tmp_path_factory.mktemp("attribution") / "1"
    made = export.attribution(run, candidates, max_false_positive_rate=RATE)
    tf.saved_model.save(made.module, str(folder), dict(made.signatures))
    return folder


@pytest.fixture(scope="module")
def ask(written):
    """Asks a signature of the loaded servable; NumPy comes back."""
    model = tf.saved_model.load(str(written))

    def ask(signature="serving_default", **inputs):
        response = model.signatures[signature](
            **{name: tf.constant(value) for name, value in inputs.items()}
        )
        return {name: value.numpy() for name, value in response.items()}

    return ask


def same_verdicts(response, expected, candidates):
    """Checks answers against those of `registry.attribute_many`."""
    for row, verdict in enumerate(expected):
        runner_up = verdict.runner_up_matches
        name = verdict.record.id if verdict.record else ""
        assert response["recipient_id"][row].decode() == name
        assert response["matches"][row] == verdict.num_matches
        assert response["runner_up_matches"][row] == runner_up
        assert response["p_value"][row] == verdict.false_positive_rate
        assert response["p_value_corrected"][row] == verdict.p_value
        assert response["log10_p"][row] == pytest.approx(
            np.log10(verdict.false_positive_rate)
        )
        is_named = response["verdict"][row] == b"attributed"
        assert is_named == bool(verdict.record)


def test_files_are_attributed_as_in_python(run, pictures, candidates, ask):
    contents = [files.encoded(picture) for picture in pictures]
    contents += [files.encoded(picture, "JPEG") for picture in pictures]
    contents += [
        files.encoded(Image.fromarray(picture).resize((50, 40)))
        for picture in pictures
    ]

    response = ask(image_bytes=contents)

    expected = run.attribute(contents, candidates, max_false_positive_rate=RATE)
    same_verdicts(response, expected, candidates)
    np.testing.assert_array_equal(response["bits"], run.decode(contents) > 0)
    assert set(response["status"]) == {b"ok"}
    assert [verdict.recipient for verdict in expected[:3]] == ["R0", "R1", "R2"]
    assert b"nobody" in response["verdict"]


def test_decoded_pictures_are_attributed_likewise(
    run, pictures, candidates, ask
):
    response = ask("images", images=pictures)

    expected = run.attribute(pictures, candidates, max_false_positive_rate=RATE)
    same_verdicts(response, expected, candidates)
    assert set(response["status"]) == {b"ok"}


def test_a_bad_row_changes_no_other(pictures, ask):
    good = [files.encoded(picture) for picture in pictures[:4]]
    bad = [b"", good[0][:60], files.png_header(60000, 60000)]

    response = ask(image_bytes=[good[0], bad[0], *good[1:3], *bad[1:], good[3]])

    rows, bad_rows = [0, 2, 3, 6], [1, 4, 5]
    for content, row in zip(good, rows, strict=True):
        for name, alone in ask(image_bytes=[content]).items():
            np.testing.assert_array_equal(alone[0], response[name][row])
    assert set(response["verdict"][bad_rows]) == {b"unreadable"}
    assert set(response["recipient_id"][bad_rows]) == {b""}
    assert set(response["matches"][bad_rows]) == {-1}
    assert set(response["p_value_corrected"][bad_rows]) == {1.0}
    assert not response["bits"][bad_rows].any()
    assert response["status"][bad_rows].tolist() == [
        b"unsupported_format",
        b"bad_image",
        b"too_large",
    ]


def test_every_row_names_the_registry(pictures, candidates, ask):
    response = ask("images", images=pictures[:2])

    version = nearest.registry_version(candidates).encode()
    assert response["registry_version"].tolist() == [version] * 2


def test_no_rows_get_no_verdicts(ask):
    response = ask(image_bytes=np.array([], object).astype("S"))

    assert {len(values) for values in response.values()} == {0}


def test_the_next_version_knows_of_a_revocation(run, pictures, candidates):
    records = list(candidates.records)
    records[1] = dataclasses.replace(records[1], state="revoked")
    revoked = attribution.Candidates(run.record, records)

    made = export.attribution(
        run, revoked, max_false_positive_rate=RATE, registry_version="2"
    )

    response = made.signatures["images"](pictures[:3])
    assert response["verdict"].numpy().tolist() == [
        b"attributed",
        b"revoked",
        b"attributed",
    ]
    assert response["recipient_id"].numpy()[1].decode() == records[1].id
    assert set(response["registry_version"].numpy()) == {b"2"}


def test_names_leave_only_if_asked_for(run, candidates, written, tmp_path):
    made = export.attribution(
        run, candidates, max_false_positive_rate=RATE, names=True
    )
    tf.saved_model.save(made.module, str(tmp_path), dict(made.signatures))

    def content_of(folder):
        paths = [path for path in folder.rglob("*") if path.is_file()]
        return b"".join(path.read_bytes() for path in paths)

    assert b"Other 4" in content_of(tmp_path)
    assert b"Other 4" not in content_of(written)
    assert candidates.records[0].id.encode() in content_of(written)


def test_variables_are_written_once(run, candidates, written):
    size = sum(
        file.stat().st_size for file in written.glob("variables/*.data-*")
    )
    held = sum(weight.nbytes for weight in run.decoder.get_weights())

    assert held <= size < 1.1 * held + 4000


def test_candidates_of_another_generator_are_refused(run):
    strangers = attribution.Candidates(make_generator(32), [])

    with pytest.raises(errors.ExportError, match="of the|from the run's"):
        export.attribution(run, strangers)


def test_verdicts_can_be_all_that_is_told(run, candidates, pictures, ask):
    told = export.attribution(
        run, candidates, max_false_positive_rate=RATE, verdicts_only=True
    )

    answer = told.signatures["images"](images=tf.constant(pictures))

    assert set(answer) == {
        *("status", "verdict", "recipient_id", "registry_version")
    }
    whole = ask("images", images=pictures)
    for name in answer:
        assert answer[name].numpy().tolist() == whole[name].tolist()
    assert told.metadata["verdicts_only"]
