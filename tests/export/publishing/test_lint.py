"""Every rule names a servable that breaks it, and spares those that don't."""

import numpy as np
import pytest
import tensorflow as tf

import export
from export.publishing import fresh
from export.publishing import lint
from export.publishing import warmup
from tf_fingerprint import attribution
from tf_fingerprint import errors
from tf_fingerprint import models
from tf_fingerprint import registry

from ...tiny_run import tiny_run as tiny_run
from ...tiny_run import tiny_run_dir as tiny_run_dir
from .. import plain_servables as plain

pytestmark = pytest.mark.slow


def write(servable, folder):
    tf.saved_model.save(
        servable.module, str(folder), signatures=dict(servable.signatures)
    )
    warmup.write(folder, servable.examples)
    return folder


def rules_broken(servable, folder, process):
    return {
        finding.rule
        for finding in lint.lint(write(servable, folder), process=process)
    }


def compiled():
    inner = tf.function(lambda x: x * 2, jit_compile=True)
    return plain.rows(lambda x: {"y": inner(x)})


def calls_python():
    def same(array):
        return array

    def call(x):
        y = tf.numpy_function(same, [x], tf.float32)
        return {"y": tf.ensure_shape(y, (None, 3))}

    return plain.rows(call)


def reads_a_file():
    def read(x):
        text = tf.strings.length(tf.io.read_file("/etc/hostname"))
        return {"y": x + tf.cast(text, tf.float32)}

    return plain.rows(read)


def prints():
    def show(x):
        with tf.control_dependencies([tf.print("seen", x)]):
            return {"y": tf.identity(x)}

    return plain.rows(show)


def writes_inside_a_branch():
    def write_it(x):
        tf.io.write_file("/dev/null", "x")
        return x

    return plain.rows(
        lambda x: {
            "y": tf.cond(tf.reduce_sum(x) > 9, lambda: write_it(x), lambda: x)
        }
    )


def draws():
    return plain.rows(lambda x: {"y": x + tf.random.normal(tf.shape(x))})


def counts():
    module = tf.Module()
    module.count = tf.Variable(0.0)
    return plain.rows(
        lambda x: {"y": x + module.count.assign_add(1.0)}, module=module
    )


def answers_one_number():
    return plain.rows(lambda x: {"y": x, "mean": tf.reduce_mean(x)})


def answers_one_row():
    return plain.rows(lambda x: {"y": tf.reduce_mean(x, 0, keepdims=True)})


def answers_columns():
    return plain.rows(lambda x: {"y": tf.transpose(x)[: tf.shape(x)[1]]})


def answers_in_half_precision():
    return plain.rows(lambda x: {"y": tf.cast(x, tf.float16)})


def answers_in_brain_floats():
    return plain.rows(lambda x: {"y": tf.cast(x, tf.bfloat16)})


def answers_in_bytes():
    return plain.rows(lambda x: {"y": tf.tile([b"\x89PNG"], [tf.shape(x)[0]])})


def takes_any_shape():
    spec = tf.TensorSpec((None, 3), tf.float32, "x")
    return plain.of(lambda x: {"y": tf.reduce_sum(x, axis=1)}, spec)


def holds_weights_twice():
    module = tf.Module()
    values = np.random.default_rng(0).normal(size=(3, 40)).astype("float32")
    module.first, module.second = tf.Variable(values), tf.Variable(values)
    return plain.rows(
        lambda x: {"y": x @ module.first + x @ module.second}, module=module
    )


def refuses_its_warm_up():
    def refuse(x):
        with tf.control_dependencies([tf.debugging.assert_less(x, 0.0)]):
            return {"y": tf.identity(x)}

    return plain.rows(refuse)


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (compiled, "jit-compile"),
        (calls_python, "python-call"),
        (reads_a_file, "file-or-print"),
        (prints, "file-or-print"),
        (writes_inside_a_branch, "file-or-print"),
        (draws, "stateful-random"),
        (counts, "stateful"),
        (answers_one_number, "batch-dimension"),
        (answers_one_row, "batch-dimension"),
        (answers_columns, "batch-dimension"),
        (answers_in_half_precision, "dtype"),
        (answers_in_brain_floats, "dtype"),
        (answers_in_bytes, "binary-name"),
        (takes_any_shape, "signature-shape"),
        (holds_weights_twice, "stored-twice"),
        (refuses_its_warm_up, "warm-up"),
    ],
)
def test_names_the_rule_that_is_broken(make, rule, tmp_path, fresh_process):
    broken = rules_broken(make(), tmp_path, fresh_process)

    # What calls Python or prints has state as well; nothing else is named,
    # but that Python isn't there to answer the warm-up either.
    assert broken - {"warm-up"} == {rule} - {"warm-up"}
    assert rule in broken
    with pytest.raises(errors.ExportError, match=f"\\[{rule}\\]"):
        lint.check(tmp_path, process=fresh_process)


@pytest.mark.parametrize(
    "make",
    [plain.scale, plain.drawer, lambda: plain.drawer([0] * 8), plain.reader],
)
def test_finds_nothing_where_nothing_is_wrong(make, tmp_path, fresh_process):
    assert not lint.lint(write(make(), tmp_path), process=fresh_process)


def test_the_servables_of_a_run_break_no_rule(
    tiny_run, tmp_path, fresh_process
):
    bits = np.arange(32) % 2
    servables = [
        export.open_generator(tiny_run, allow_open=True),
        export.sealed_instance(
            models.seal(tiny_run.generator, bits, noise="random")
        ),
        export.decoder(tiny_run),
        export.attribution(tiny_run, candidates(tiny_run, tmp_path)),
    ]

    for servable in servables:
        folder = write(servable, tmp_path / servable.metadata["kind"])
        assert not lint.lint(folder, process=fresh_process)


def candidates(run, folder):
    with registry.open_store(folder / "registry.db", create=True) as store:
        for name in ("Acme", "Birch"):
            registry.issue(store, name, generator=run.record)
        return attribution.Candidates.load(store, run.record.digest)


def test_two_fixed_filters_may_be_the_same(tmp_path, fresh_process):
    module = tf.Module()
    taps = np.outer([1, 3, 3, 1], [1, 3, 3]).astype("float32").T
    module.first, module.second = tf.Variable(taps), tf.Variable(taps)
    servable = plain.rows(
        lambda x: {"y": x @ module.first + x @ module.second}, module=module
    )

    assert not rules_broken(servable, tmp_path, fresh_process)


def test_asks_for_warm_up_requests(tmp_path, fresh_process):
    path = write(plain.scale(), tmp_path)
    (path / warmup.EXTRAS / warmup.FILE).unlink()

    [finding] = lint.lint(path, process=fresh_process)

    assert finding.rule == "warm-up"


def test_says_where_it_looked_for_a_saved_model(tmp_path):
    with fresh.Process() as process:
        with pytest.raises(errors.ExportError, match="must be a SavedModel"):
            lint.lint(tmp_path, process=process)


def test_every_rule_is_explained():
    text = lint.__doc__
    rules = {line.split(":")[0].strip() for line in text.splitlines()}

    assert {
        *("jit-compile", "python-call", "file-or-print", "stateful-random"),
        *("stateful", "dtype", "batch-dimension", "stored-twice"),
        *("signature-shape", "binary-name", "warm-up"),
    } <= rules
