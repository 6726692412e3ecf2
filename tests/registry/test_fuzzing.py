"""Whatever is put in, it comes back, or is refused by name."""

import contextlib
import dataclasses
import datetime
import io
import json
import pathlib
import tempfile

import hypothesis
import pytest
from hypothesis import strategies

from tf_fingerprint import errors
from tf_fingerprint import registry
from tf_fingerprint.cli import output
from tf_fingerprint.registry import State
from tf_fingerprint.registry import exchange

from ..fuzzing import fuzzed
from .postgresql_cluster import schema_in
from .postgresql_cluster import server as server
from .store_contract import make_generator
from .store_contract import make_record

pytestmark = pytest.mark.slow

# Where a moment's time zone is a long way off, UTC may have no such moment.
MOMENTS = strategies.datetimes(
    timezones=strategies.timedeltas(
        min_value=datetime.timedelta(hours=-23),
        max_value=datetime.timedelta(hours=23),
    ).map(datetime.timezone)
    | strategies.none()
)
ANYTHING = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.floats()
    | strategies.text(),
    lambda each: (
        strategies.lists(each, max_size=3)
        | strategies.dictionaries(strategies.text(), each, max_size=3)
    ),
    max_leaves=5,
)
FIELDS = {
    "id": strategies.text(max_size=40)
    | strategies.from_regex(r"[0-9A-Za-z_-]{1,32}", fullmatch=True),
    "fingerprint": strategies.text()
    | strategies.text("0123456789abcdef", min_size=32, max_size=32),
    "recipient": strategies.text(),
    "issued_at": MOMENTS,
    "state": strategies.sampled_from(State),
    "issued_by": strategies.text(),
    "expires_at": strategies.none() | MOMENTS,
    "batch": strategies.none() | strategies.text(),
    "batch_line": strategies.none() | strategies.integers(),
}
GENERATOR_FIELDS = {
    "digest": strategies.text()
    | strategies.text("0123456789abcdef", min_size=64, max_size=64),
    "decoder_digest": strategies.text()
    | strategies.text("0123456789abcdef", min_size=64, max_size=64),
    "num_bits": strategies.integers(),
    "resolution": strategies.integers(),
}


@pytest.fixture(scope="module")
def url(request, tmp_path_factory):
    if request.param == "sqlite":
        yield tmp_path_factory.mktemp("fuzzing") / "registry.db"
    else:
        with schema_in(request.getfixturevalue("server")) as url:
            yield url


@pytest.fixture(scope="module")
def store(url):
    with registry.open_store(url, create=True) as store:
        yield store


on_both = pytest.mark.parametrize(
    "url", ["sqlite", "postgresql"], indirect=True, scope="module"
)


def some_of(fields):
    """One or several of the fields, the others as they should be."""
    return strategies.fixed_dictionaries({}, optional=fields)


@on_both
@fuzzed(300)
@hypothesis.given(some_of(FIELDS), some_of(GENERATOR_FIELDS))
def test_every_field_comes_back_or_is_refused(store, fields, generator_fields):
    try:
        generator = dataclasses.replace(make_generator(), **generator_fields)
        record = make_record(generator, **fields)
    except ValueError:
        return
    try:
        store.append([record])
    except errors.RegistryError as error:
        # Hypothesis likes to repeat itself, and what it has tried is there.
        repeated = "only once", "must keep", "UNIQUE", "unique constraint"
        assert any(words in str(error) for words in repeated)
        return

    assert store.issuance(record.id) == record
    row = json.loads(json.dumps(exchange._row(record)))
    assert exchange._record(row) == record


@on_both
def test_after_all_that_the_log_verifies(store):
    assert store.verify().position > len(store.issuances()) > 0


@on_both
@fuzzed(50)
@hypothesis.given(
    strategies.text(max_size=50), strategies.text(max_size=50), MOMENTS
)
def test_any_change_is_recorded_or_refused(store, _id, reason, moment):
    record = make_record()
    store.append([record])
    # Unknown as a rule, but an earlier test may have recorded it.
    with contextlib.suppress(errors.RegistryError):
        registry.revoke(store, _id, reason=reason)
    try:
        store.change_expiry(record.id, moment, reason=reason)
    except ValueError:
        assert store.issuance(record.id) == record
    registry.revoke(store, record.id, reason=reason)

    event = store.events(record.id)[-1].to_dict()
    assert event.get("reason", "") == reason


@fuzzed(400)
@hypothesis.example({"expires_at": ""})
@hypothesis.given(some_of({name: ANYTHING for name in exchange.COLUMNS}))
def test_rows_of_anything_are_recorded_or_refused(fields):
    row = exchange._row(make_record()) | fields
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "x.jsonl")
        path.write_text(json.dumps(row) + "\n")
        check_import(path)


@fuzzed(200)
@hypothesis.given(
    strategies.binary(max_size=200)
    | strategies.text(max_size=200).map(lambda t: t.encode(errors="replace")),
    strategies.sampled_from([".jsonl", ".csv"]),
    strategies.booleans(),
)
def test_files_of_anything_are_recorded_or_refused(contents, ending, header):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, f"x{ending}")
        start = ",".join(exchange.COLUMNS) + "\n" if header else ""
        path.write_bytes(start.encode() + contents)
        check_import(path)


def check_import(path):
    """Imports into a store that only counts: a database would be slow."""
    store = Recording()
    try:
        records = registry.import_rows(store, path)
    except errors.RegistryError as error:
        assert str(path) in str(error)
        assert store.records == []
    else:
        assert store.records == records


class Recording:
    """As much of a store as an import needs."""

    def __init__(self):
        self.records = []

    def issuances(self):
        return self.records

    def append(self, records, *, action):
        self.records = list(records)


@fuzzed(200)
@hypothesis.given(some_of({each: FIELDS[each] for each in FIELDS}))
def test_csv_brings_back_what_it_is_given(fields):
    try:
        record = make_record(**fields)
    except ValueError:
        return
    file = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", file)
        output.write_rows([exchange._row(record)], "csv")

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "x.csv")
        path.write_text(file.getvalue(), encoding="utf-8", newline="")
        assert registry.import_rows(Recording(), path) == [record]
