import pathlib
import threading

from export.server import memory


def held_bytes():
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError


def fragmented():
    """Takes memory in small pieces, of which every hundredth is kept."""
    pieces = [bytes([n % 256]) * 20_000 for n in range(10_000)]
    kept = pieces[::100]
    del pieces
    return kept


def test_what_nobody_uses_is_given_back():
    before = held_bytes()
    kept = fragmented()
    between = held_bytes()

    memory.give_back()

    assert between - before > 150e6
    assert held_bytes() - before < 50e6
    assert kept


def test_a_busy_process_that_becomes_idle_gives_back(monkeypatch):
    given_back, times = threading.Event(), iter([0.0, 1.0, 2.0, 2.0, 2.0])
    calls = []

    def give_back():
        calls.append(True)
        given_back.set()

    monkeypatch.setattr(memory, "give_back", give_back)
    monkeypatch.setattr(memory.time, "process_time", lambda: next(times, 2.0))
    returning = memory.Returning(interval_seconds=0.01)
    returning.start()
    assert given_back.wait(60)
    given_back.clear()

    assert not given_back.wait(0.1)
    returning.close()
    assert len(calls) == 1
