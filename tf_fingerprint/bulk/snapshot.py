"""Candidates in a file, so that workers need no registry."""

import dataclasses
import functools
import threading

import pyarrow as pa
from apache_beam.io import filesystems
from pyarrow import parquet

from tf_fingerprint import attribution
from tf_fingerprint import registry
from tf_fingerprint.registry import lazy

_PART_ROWS = 50_000
_LOADING = threading.Lock()

_COLUMNS = {
    "fingerprint": pa.string(),
    "id": pa.string(),
    "recipient": pa.string(),
    "issued_at": pa.timestamp("us", "UTC"),
    "state": pa.string(),
    "expires_at": pa.timestamp("us", "UTC"),
}


def write(candidates: attribution.Candidates, path: str) -> None:
    """Writes candidates as Parquet, wherever Beam can write.

    Who can read the file knows all fingerprints: it is as secret as the
    registry.

    `path`: local path, or URL such as `gs://bucket/candidates.parquet`.
    """
    facts = dataclasses.asdict(candidates.generator)
    schema = pa.schema(
        list(_COLUMNS.items()),
        {key: str(value) for key, value in facts.items()},
    )
    with (
        filesystems.FileSystems.create(path) as file,
        parquet.ParquetWriter(file, schema) as writer,
    ):
        for start in range(0, len(candidates), _PART_ROWS):
            part = candidates.records[start : start + _PART_ROWS]
            columns = [
                [getattr(each, key) for each in part] for key in _COLUMNS
            ]
            writer.write_table(pa.table(columns, schema=schema))


def read(path: str) -> attribution.Candidates:
    """Reads what `write` wrote, once a process.

    `path`: as given to `write`. What was read stays: another file must have
    another path.
    """
    with _LOADING:  # Threads that start together would each read it.
        return _read(path)


@functools.lru_cache(maxsize=1)
def _read(path):
    with filesystems.FileSystems.open(path) as file:
        table = parquet.read_table(pa.BufferReader(file.read()))
    facts = {
        key.decode(): value.decode()
        for key, value in table.schema.metadata.items()
    }
    generator = registry.GeneratorRecord(
        digest=facts["digest"],
        decoder_digest=facts["decoder_digest"],
        num_bits=int(facts["num_bits"]),
        resolution=int(facts["resolution"]),
    )
    rows = (
        row
        for batch in table.to_batches(_PART_ROWS)
        for row in zip(*(each.to_pylist() for each in batch), strict=True)
    )
    records = lazy.LazyRecords(
        generator, rows, name=path, columns=tuple(_COLUMNS)
    )
    return attribution.Candidates(generator, records)
