"""Whether a SavedModel is one that servers answer well, and safely.

Rules:
    jit-compile: Servers refuse functions that XLA must compile.
    python-call: Servers have no Python.
    file-or-print: Requests come from strangers; no graph of ours reads,
        writes, prints or sends.
    stateful-random: Answers depend on the request only.
    stateful: The same, of whatever else has state.
    dtype: Servers can't write all types as JSON.
    batch-dimension: Every output has a row for every row of the request.
    stored-twice: Every variable is in the files once.
    signature-shape: Servers don't hold requests against the signature, so the
        graph must refuse other shapes, by `tf.ensure_shape`.
    binary-name: Binary outputs are called `..._bytes`, or servers write them
        into JSON as they are.
    warm-up: There are requests to warm up with, and all are answered.
"""

import os
import pathlib
from typing import Any

from google.protobuf import message
from tensorflow.core.protobuf import saved_model_pb2

from export import findings
from export.publishing import fresh
from export.publishing import lint_graph
from tf_fingerprint import errors

Finding = findings.Finding


def lint(
    directory: str | os.PathLike, *, process: fresh.Process | None = None
) -> list[Finding]:
    """Reads a SavedModel and, in a fresh process, tries it.

    Returns what breaks a rule; empty if nothing does.
    """
    path = pathlib.Path(directory)
    found = list(lint_graph.lint_graph(_meta_graph(path), path))
    if process is not None:
        return found + _tried(path, process)
    with fresh.started() as process:
        return found + _tried(path, process)


def check(
    directory: str | os.PathLike, *, process: fresh.Process | None = None
) -> None:
    """Refuses a SavedModel that breaks a rule.

    Raises `errors.ExportError` if it breaks a rule; names all that was found.
    """
    found = lint(directory, process=process)
    if found:
        lines = "\n".join(map(str, found))
        raise errors.ExportError(
            f"The servable breaks {len(found)} of the rules in "
            "`export.publishing.lint`:"
            f"\n{lines}\nNothing was published."
        )


def _meta_graph(path: pathlib.Path) -> Any:
    """The graph that servers load."""
    model = saved_model_pb2.SavedModel()
    try:
        model.ParseFromString((path / "saved_model.pb").read_bytes())
        [meta_graph] = model.meta_graphs
    except (OSError, ValueError, message.DecodeError) as error:
        raise errors.ExportError(
            f"{path}: must be a SavedModel with one graph. {error}. Was it "
            "written by `tf.saved_model.save`?"
        ) from error
    return meta_graph


def _tried(path, process):
    """What breaks a rule when it runs."""
    if not (path / "assets.extra" / "tf_serving_warmup_requests").exists():
        text = (
            "there are no requests to try it with. Write "
            "`export.publishing.warmup`'s."
        )
        return [Finding("warm-up", str(path), text)]
    trial = process.run("trial", directory=str(path))
    found = [
        Finding(
            "signature-shape",
            f"{each['signature']}, input `{each['input']}`",
            f"is answered with {each['change']} than the signature says. Put "
            "`tf.ensure_shape` first in the function.",
        )
        for each in trial["accepted"]
    ]
    for answer in trial["answers"]:
        found += _of_answer(answer)
    return list(dict.fromkeys(found))


def _of_answer(answer):
    """What breaks a rule in one answer."""
    if "error" in answer:
        yield Finding(
            "warm-up",
            answer["signature"],
            f"a request of {answer['rows']} rows fails, and no server would "
            f"load the version: {answer['error']}",
        )
    for name, output in answer.get("outputs", {}).items():
        where = f"{answer['signature']}, output `{name}`"
        if output["shape"][:1] != [answer["rows"]]:
            yield Finding(
                "batch-dimension",
                where,
                f"has shape {output['shape']} for a request of "
                f"{answer['rows']} rows. One row must answer one row.",
            )
        if not output.get("is_text", True) and not name.endswith("_bytes"):
            yield Finding(
                "binary-name",
                where,
                "is binary. Servers write it into JSON as it is, unless its "
                "name ends in `_bytes`.",
            )
