"""The pipeline itself, from patterns to Parquet."""

import dataclasses
import json
from collections.abc import Sequence

import apache_beam as beam
import pyarrow as pa
from apache_beam.io import fileio
from apache_beam.io import parquetio
from apache_beam.ml.inference import base
from apache_beam.options import pipeline_options
from apache_beam.runners import runner

from tf_fingerprint import errors
from tf_fingerprint.bulk import stages

COUNTS = "counts"

_VERDICT_ROWS = pa.schema(
    [
        ("image", pa.string()),
        ("sha256", pa.string()),
        ("bits", pa.string()),
        ("finding", pa.string()),
        ("recipient", pa.string()),
        ("issuance_id", pa.string()),
        ("state", pa.string()),
        ("expires_at", pa.string()),
        ("num_matches", pa.int32()),
        ("num_bits", pa.int32()),
        ("threshold", pa.int32()),
        ("false_positive_rate", pa.float64()),
        ("p_value", pa.float64()),
        ("num_candidates", pa.int64()),
        ("num_places", pa.int32()),
        ("runner_up_matches", pa.int32()),
        ("margin", pa.int32()),
    ]
)
_UNREADABLE_ROWS = pa.schema(
    [(name, pa.string()) for name in ("image", "sha256", "reason")]
)
_ATTRIBUTED_AT_ONCE = 1000


@dataclasses.dataclass(frozen=True)
class Task:
    """What one run of the pipeline is to do; see `bulk.attribute_files`.

    `tfrecords`: whether they are TFRecord files; `feature`: in which the
    pictures are there; `work`: folder with `decoder` and `candidates.parquet`,
    and for counts.
    """

    patterns: tuple[str, ...]
    tfrecords: bool
    feature: str | None
    form: dict[str, int]
    max_false_positive_rate: float
    batch_size: int
    work: str
    to: str


# Beam's runner that works in this process.
IN_PROCESS = "FnApiRunner"


def run(task: Task, options: Sequence[str]) -> None:
    """Runs the pipeline and waits for its end.

    Raises `errors.RunError` if it did not come to its end. Runners raise errors
    of their own besides.
    """
    settings = pipeline_options.PipelineOptions(list(options))
    standard = settings.view_as(pipeline_options.StandardOptions)
    if (standard.runner or "DirectRunner").lower() in (
        "directrunner",
        "direct",
    ):
        # What Beam calls its direct runner may fetch and start an executable.
        standard.runner = IN_PROCESS
    pipeline = beam.Pipeline(options=settings)
    build(pipeline, task)
    state = pipeline.run().wait_until_finish()
    if state not in (None, runner.PipelineState.DONE):
        raise errors.RunError(f"The pipeline ended as {state}.")


def build(pipeline: beam.Pipeline, task: Task) -> None:
    """Adds all stages to a pipeline."""
    read = (
        pipeline
        | "patterns" >> beam.Create(task.patterns)
        | "match" >> fileio.MatchAll()
        | "paths" >> beam.Map(lambda found: found.path)
        # Once each, and spread over the workers.
        | "distinct" >> beam.Distinct()
        | "read" >> _reading(task)
    )
    verdicts = (
        read.pictures
        | "decode" >> _decoding(task)
        | "batch" >> beam.BatchElements(1, _ATTRIBUTED_AT_ONCE)
        | "attribute"
        >> beam.FlatMap(
            stages.attribute,
            f"{task.work}/candidates.parquet",
            task.max_false_positive_rate,
        )
    )
    unreadable = read[stages.UNREADABLE]
    for name, rows, schema in (
        ("verdicts", verdicts, _VERDICT_ROWS),
        ("unreadable", unreadable, _UNREADABLE_ROWS),
    ):
        _ = rows | f"write {name}" >> parquetio.WriteToParquet(
            f"{task.to}/{name}",
            schema,
            codec="zstd",
            file_name_suffix=".parquet",
        )
    _count(task, read.pictures, verdicts, unreadable)


def _reading(task):
    """From paths to pictures and to rows on what can't be read."""
    if task.tfrecords:
        reading = beam.FlatMap(stages.read_records, task.form, task.feature)
    else:
        reading = beam.FlatMap(stages.read_file, task.form)
    return reading.with_outputs(stages.UNREADABLE, main="pictures")


def _decoding(task):
    handler = stages.DecoderHandler(
        f"{task.work}/decoder", batch_size=task.batch_size
    )
    return base.RunInference(base.KeyedModelHandler(handler))


def _count(task, pictures, verdicts, unreadable):
    """Writes how many pictures were read, not read, and named whom."""
    read = pictures | "as read" >> beam.Map(lambda _: ("read", "", ""))
    lost = unreadable | "as unreadable" >> beam.Map(
        lambda _: ("unreadable", "", "")
    )
    _ = (
        (read, lost, verdicts | "as judged" >> beam.Map(_judgement))
        | "all" >> beam.Flatten()
        | "count" >> beam.combiners.Count.PerElement()
        | "as text" >> beam.Map(json.dumps)
        | "write counts" >> beam.io.WriteToText(f"{task.work}/{COUNTS}")
    )


def _judgement(row):
    if row["issuance_id"] is None:
        return "nobody", "", ""
    if row["recipient"] is None:
        return "revoked", row["issuance_id"], ""
    return "attributed", row["issuance_id"], row["recipient"]
