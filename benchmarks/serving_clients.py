"""Clients that ask a server for attributions and check every answer."""

import base64
import dataclasses
import http.client
import json
import threading
import time
import urllib.parse

PREDICT = "/v1/models/attribution:predict"


@dataclasses.dataclass
class Answers:
    """What the clients of one run saw; times in seconds.

    `failed` are requests without an answer, `wrong` those with another
    recipient than the registry names, with an older registry than the client
    was answered from before, or with one that was not published.
    """

    seconds: list[float] = dataclasses.field(default_factory=list)
    failed: list[str] = dataclasses.field(default_factory=list)
    wrong: list[str] = dataclasses.field(default_factory=list)
    versions: set[int] = dataclasses.field(default_factory=set)
    elapsed_seconds: float = 0.0


class Clients:
    """Threads that ask one picture at a time, each on its own connection.

    Args:
        url: Of the server.
        files: PNG files.
        expected: Id that each is attributed to; empty for nobody.
        num_clients: At the same time.
    """

    def __init__(self, url, files, expected, num_clients):
        self._host = urllib.parse.urlsplit(url).netloc
        self._bodies = [
            json.dumps(
                {"instances": [{"b64": base64.b64encode(file).decode()}]}
            ).encode()
            for file in files
        ]
        self._expected = expected
        self._answers = Answers()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._work, args=[number])
            for number in range(num_clients)
        ]

    def start(self):
        self._start = time.perf_counter()
        for thread in self._threads:
            thread.start()

    def stop(self):
        """Everything they saw, when all have their last answer."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._answers.elapsed_seconds = time.perf_counter() - self._start
        return self._answers

    def _work(self, number):
        connection = http.client.HTTPConnection(self._host, timeout=60)
        newest, place = 0, number
        while not self._stop.is_set():
            place = (place + 1) % len(self._bodies)
            start = time.perf_counter()
            try:
                connection.request("POST", PREDICT, self._bodies[place])
                response = connection.getresponse()
                content = response.read()
            except OSError as error:
                with self._lock:
                    self._answers.failed.append(repr(error))
                connection.close()
                continue
            seconds = time.perf_counter() - start
            newest = self._check(
                response.status, content, self._expected[place], newest, seconds
            )
        connection.close()

    def _check(self, code, content, expected, newest, seconds):
        """Notes the answer; the newest registry that this client knows."""
        with self._lock:
            if code != 200:
                self._answers.failed.append(f"{code} {content[:200]}")
                return newest
            [row] = json.loads(content)["predictions"]
            version = int(row["registry_version"])
            self._answers.seconds.append(seconds)
            self._answers.versions.add(version)
            if row["recipient_id"] != expected or version < newest:
                self._answers.wrong.append(content.decode())
            return max(version, newest)
