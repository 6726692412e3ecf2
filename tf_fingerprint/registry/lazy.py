"""Millions of records in little memory, made when they are looked at."""

import dataclasses
import pickle
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from tf_fingerprint import errors
from tf_fingerprint.registry import schema
from tf_fingerprint.registry.records import GeneratorRecord
from tf_fingerprint.registry.records import IssuanceRecord
from tf_fingerprint.registry.records import State

# Rows kept as one; who looks at a record unpacks its neighbours' rows too.
_PART_ROWS = 128

# A record's fields are named like the table's columns.
_COLUMNS = (
    "fingerprint",
    *(
        field.name
        for field in dataclasses.fields(IssuanceRecord)
        if field.name not in ("fingerprint", "generator")
    ),
)


class LazyRecords(Sequence[IssuanceRecord]):
    """What a registry held of one generator when it was read.

    Of each issuance the packed fingerprint is at hand, the rest lies packed
    too: some 120 bytes in all, where a record takes four times as many and as
    long again to make.

    `columns`: which fields of a record the rows hold, in order, the fingerprint
    first. Those of `query` if not given. `packed`: `(issuances, num_bytes)`,
    their fingerprints as `fingerprints.pack` packs them. Raises
    `errors.RegistryError` if a row holds a fingerprint that can't be one. What
    else is no record is told when it is looked at.
    """

    def __init__(
        self,
        generator: GeneratorRecord,
        rows: Iterable[Sequence[Any]],
        *,
        name: str,
        columns: Sequence[str] = _COLUMNS,
    ):
        self._generator = generator
        self._columns = tuple(columns)
        self._name = name
        self._parts: list[bytes] = []
        self._length = 0
        self._last: tuple[int, list[tuple]] | None = None
        packed = [np.zeros((0, -(-generator.num_bits // 8)), np.uint8)]
        try:
            for part in _in_parts(rows):
                packed.append(self._packed([row[0] for row in part]))
                self._parts.append(pickle.dumps(part, pickle.HIGHEST_PROTOCOL))
                self._length += len(part)
        except (TypeError, ValueError) as error:
            raise self._unreadable(error) from error
        self.packed = np.concatenate(packed)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, place):
        if isinstance(place, slice):
            return tuple(
                self[each] for each in range(*place.indices(len(self)))
            )
        place = range(len(self))[place]
        number, within = divmod(int(place), _PART_ROWS)
        last = self._last  # Once: other threads may replace it.
        if last is None or last[0] != number:
            last = self._last = number, pickle.loads(self._parts[number])
        return self._record(last[1][within])

    def __iter__(self) -> Iterator[IssuanceRecord]:
        for part in self._parts:
            for row in pickle.loads(part):
                yield self._record(row)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(
            mine == theirs for mine, theirs in zip(self, other, strict=True)
        )

    __hash__ = None  # type: ignore[assignment]  # As a list has none.

    def _record(self, row: Sequence[Any]) -> IssuanceRecord:
        values = dict(zip(self._columns, row, strict=True))
        try:
            values["state"] = State(values["state"])
            return IssuanceRecord(**values, generator=self._generator)
        except (TypeError, ValueError) as error:
            raise self._unreadable(error) from error

    def _packed(self, texts: list[str]) -> npt.NDArray[np.uint8]:
        """Fingerprints in hexadecimal, all read at once."""
        num_bits = self._generator.num_bits
        num_digits, num_bytes = -(-num_bits // 4), -(-num_bits // 8)
        digits = "".join(text.ljust(2 * num_bytes, "0") for text in texts)
        packed = np.frombuffer(bytes.fromhex(digits), np.uint8)
        beyond = np.uint8(0xFF >> (num_bits % 8)) if num_bits % 8 else 0
        if (
            any(len(text) != num_digits for text in texts)
            # Neither white space nor capitals, which `fromhex` would take.
            or packed.tobytes().hex() != digits
            or (packed.reshape(-1, num_bytes)[:, -1] & beyond).any()
        ):
            raise ValueError(
                f"A fingerprint of {num_bits} bits must have {num_digits} "
                "lower-case hexadecimal digits, and zeros beyond the bits."
            )
        return packed.reshape(-1, num_bytes)

    def _unreadable(self, reason: object) -> errors.RegistryError:
        return errors.RegistryError(
            f"{self._name}: the registry holds a row that is no record. "
            f"{reason} Was it changed by hand, or written by a newer version?"
        )


def query(generator_digest: str) -> sa.Select:
    """Asks for the rows that `LazyRecords` takes, first recorded first.

    `generator_digest`: SHA-256 of the generator's weights.
    """
    columns = schema.ISSUANCES.c
    return (
        sa.select(*(columns[name] for name in _COLUMNS))
        .where(columns.generator_digest == generator_digest)
        .order_by(columns.position)
    )


def _in_parts(rows: Iterable[Sequence[Any]]) -> Iterator[list[tuple]]:
    """Lists of plain tuples, all but the last of one length."""
    part = []
    for row in rows:
        part.append(tuple(row))
        if len(part) == _PART_ROWS:
            yield part
            part = []
    if part:
        yield part
