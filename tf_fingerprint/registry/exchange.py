"""Issuances as rows of a file: out of one registry, and into another."""

import csv
import datetime
import json
import pathlib
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from tf_fingerprint import errors
from tf_fingerprint.registry.records import GeneratorRecord
from tf_fingerprint.registry.records import IssuanceRecord
from tf_fingerprint.registry.records import State
from tf_fingerprint.registry.stores import Store

# In the order of the columns of a CSV file.
COLUMNS = (
    *("id", "recipient", "fingerprint", "state"),
    *("issued_at", "issued_by", "expires_at", "batch", "batch_line"),
    *("generator_digest", "decoder_digest", "num_bits", "resolution"),
)
_OPTIONAL = {
    "issued_by": "",
    "expires_at": None,
    "batch": None,
    "batch_line": None,
}
_NUMBERS = ("batch_line", "num_bits", "resolution")
_ROWS_AT_ONCE = 1000


def export_rows(
    store: Store, *, after: str | None = None, limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """All that is known of each issuance, fingerprint and generator included.

    The history is not part of it: `import_rows` begins another.

    Args:
        store: What to export.
        after: Only those recorded after the issuance of this id.
        limit: At most so many.

    Yields:
        Dict of `COLUMNS`, first recorded first, as JSON can hold it.
    """
    left = limit
    while left is None or left > 0:
        records = store.issuances(
            after=after, limit=min(_ROWS_AT_ONCE, left or _ROWS_AT_ONCE)
        )
        if not records:
            return
        for record in records:
            yield _row(record)
        after = records[-1].id
        left = None if left is None else left - len(records)


def import_rows(store: Store, path: pathlib.Path) -> list[IssuanceRecord]:
    """Records all issuances of a file, or none of them.

    An issuance that the registry has already, exactly so, is passed over: a
    file may be imported again.

    Args:
        store: Where they are recorded.
        path: JSON, one object a line, or CSV with a header, as `export_rows`
            gives; told apart by the ending `.csv`.

    Returns:
        The records that were new.

    Raises:
        errors.RegistryError: If the file can't be read, or a row is no
            issuance, or the registry has another of that id; the message says
            in which row.
        errors.FingerprintTakenError: If a fingerprint is another's already.
    """
    records: dict[str, IssuanceRecord] = {}
    for place, row in _read(path):
        try:
            record = _record(row)
        except (LookupError, TypeError, ValueError, OverflowError) as error:
            raise errors.RegistryError(
                f"{path}, {place}: each row must be an issuance. {error} "
                "Nothing was recorded."
            ) from error
        if records.setdefault(record.id, record) != record:
            raise errors.RegistryError(
                f"{path}, {place}: each `id` must stand for one issuance. "
                f"Received another {record.id}. Nothing was recorded."
            )
    known = {record.id: record for record in store.issuances()}
    new = [each for each in records.values() if known.get(each.id) != each]
    for record in new:
        if record.id in known:
            raise errors.RegistryError(
                f"{path}: the issuance {record.id} must be as the registry has "
                "it. They differ. Nothing was recorded."
            )
    store.append(new, action="import")
    return new


def _row(record: IssuanceRecord) -> dict[str, Any]:
    generator = record.generator
    fields = record.to_dict() | {
        "decoder_digest": generator.decoder_digest,
        "resolution": generator.resolution,
    }
    return {column: fields[column] for column in COLUMNS}


def _record(row: Mapping[str, Any]) -> IssuanceRecord:
    """The issuance of a row; any of several errors if there is none."""
    fields = _OPTIONAL | dict(row)
    if fields.keys() != set(COLUMNS):
        raise ValueError(
            f"A row must have {', '.join(COLUMNS)}. Received "
            f"{', '.join(map(str, row))}."
        )
    for column, value in fields.items():
        kind = int if column in _NUMBERS else str
        optional = column in _OPTIONAL and value is None
        if not optional and type(value) is not kind:
            raise TypeError(
                f"`{column}` must be {'a number' if kind is int else 'text'}. "
                f"Received {value!r}."
            )
    return IssuanceRecord(
        id=fields["id"],
        fingerprint=fields["fingerprint"],
        recipient=fields["recipient"],
        issued_at=datetime.datetime.fromisoformat(fields["issued_at"]),
        generator=GeneratorRecord(
            digest=fields["generator_digest"],
            decoder_digest=fields["decoder_digest"],
            num_bits=fields["num_bits"],
            resolution=fields["resolution"],
        ),
        state=State(fields["state"]),
        issued_by=fields["issued_by"] or "",
        expires_at=_optional_moment(fields["expires_at"]),
        batch=fields["batch"],
        batch_line=fields["batch_line"],
    )


def _optional_moment(text: str | None) -> datetime.datetime | None:
    # An empty text is no moment, and no way of saying that there is none.
    return None if text is None else datetime.datetime.fromisoformat(text)


def _read(path: pathlib.Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Pairs of a row's place, for messages, and the row."""
    is_csv = path.suffix.lower() == ".csv"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _csv_rows(file) if is_csv else _json_rows(file)
    except OSError as error:
        raise errors.RegistryError(
            f"{path}: the file can't be read. {error.strerror}."
        ) from error
    except (ValueError, csv.Error) as error:
        raise errors.RegistryError(
            f"{path}: the file must be JSON, one object a line, or CSV. It "
            f"can't be read: {error}. Nothing was recorded."
        ) from error


def _json_rows(file):
    for number, line in enumerate(file, 1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"line {number}: {error}") from error
        if not isinstance(row, dict):
            raise ValueError(f"line {number} is no object")
        yield f"line {number}", row


def _csv_rows(file):
    """Numbers become numbers; empty cells of optional columns nothing."""
    for number, row in enumerate(csv.DictReader(file, strict=True), 1):
        if None in row or None in row.values():
            raise ValueError(f"row {number} has not as many cells as columns")
        for column in row.keys() & _OPTIONAL.keys():
            if row[column] == "":
                row[column] = _OPTIONAL[column]
        for column in _NUMBERS:
            if row.get(column) is not None:
                row[column] = int(row[column])
        yield f"row {number}", row
