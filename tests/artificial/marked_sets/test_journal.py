"""The journal of a set."""

import pytest

from tf_fingerprint import errors
from tf_fingerprint.artificial.marked_sets import journal as journals

SETTINGS = {"source": "pictures"}


def begun(tmp_path, *numbers):
    journal = journals.Journal(tmp_path / "work")
    journal.begin(SETTINGS)
    for number in numbers:
        journal.add({"lot": number, "files": [], "broken": []})
    return journal


def numbers(journal):
    return [lot["lot"] for lot in journal.lots()]


def test_what_is_recorded_is_there(tmp_path):
    journal = begun(tmp_path, 0, 1)

    assert journal.settings() == SETTINGS
    assert numbers(journal) == [0, 1]


def test_where_nothing_was_begun_there_is_nothing(tmp_path):
    journal = journals.Journal(tmp_path / "work")

    assert journal.settings() is None
    assert numbers(journal) == []


def test_a_line_that_was_cut_off_does_not_count(tmp_path):
    journal = begun(tmp_path, 0, 1)
    content = journal.path.read_bytes()

    for length in range(len(content)):
        journal.path.write_bytes(content[:length])
        whole = content[:length].count(b"\n")
        assert (journal.settings() is None) == (whole == 0)
        assert numbers(journal) == [0, 1][: max(0, whole - 1)]


def test_going_on_strikes_what_is_wrong_and_cut_off(tmp_path):
    journal = begun(tmp_path, 0, 1, 2)
    with journal.path.open("ab") as file:
        file.write(b'{"lot": 3')

    kept = journal.keep(lambda lot: lot["lot"] != 1)
    journal.add({"lot": 1, "files": [], "broken": []})

    assert kept == {0, 2}
    assert numbers(journal) == [0, 2, 1]


def test_a_second_process_is_kept_out(tmp_path):
    journal = begun(tmp_path)
    other = journals.Journal(tmp_path / "work")

    with journal.lock():
        with pytest.raises(errors.RunError, match="only one process"):
            with other.lock():
                pass
    with other.lock():
        pass


def test_what_is_no_journal_is_a_named_error(tmp_path):
    journal = begun(tmp_path)
    journal.path.write_bytes(b"no journal\n")

    with pytest.raises(errors.RunError, match="can't be read as a journal"):
        journal.settings()
