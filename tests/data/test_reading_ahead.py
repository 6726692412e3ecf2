"""Threads that read ahead end before Python does."""

import threading

import numpy as np
import pytest

from tf_fingerprint.data import reading_ahead


def test_a_reader_reads():
    reader = reading_ahead.Reader(lambda step: np.full(2, step))

    assert reader(3).tolist() == [3, 3]


def test_there_is_nothing_to_read_after_the_end():
    reader = reading_ahead.Reader(np.zeros)
    reader.end()

    with pytest.raises(StopIteration):
        reader(1)


def test_the_end_waits_for_what_is_being_read(monkeypatch):
    monkeypatch.setattr(reading_ahead, "QUIET_SECONDS", 0)
    begun, go_on = threading.Event(), threading.Event()

    def read(step):
        begun.set()
        go_on.wait()
        return np.zeros(step)

    reader = reading_ahead.Reader(read)
    reading = threading.Thread(target=reader, args=(1,))
    ending = threading.Thread(target=reader.end)
    reading.start()
    begun.wait()
    ending.start()
    ending.join(0.1)
    waited = ending.is_alive()
    go_on.set()
    reading.join()
    ending.join()

    assert waited


def test_an_error_in_reading_does_not_keep_the_end_waiting(monkeypatch):
    monkeypatch.setattr(reading_ahead, "QUIET_SECONDS", 0)
    reader = reading_ahead.Reader(lambda step: [][step])

    with pytest.raises(IndexError):
        reader(0)
    reader.end()


def test_readers_of_dropped_datasets_are_forgotten():
    reader = reading_ahead.Reader(np.zeros)
    assert reader in reading_ahead._readers
    number = len(reading_ahead._readers)
    del reader

    assert len(reading_ahead._readers) == number - 1
