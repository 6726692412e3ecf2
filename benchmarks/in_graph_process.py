"""Times and weighs servables in a process of its own; see `in_graph.py`.

Prints one JSON object. The last servable is weighed: memory is read when it
was asked, and before any other is loaded.
"""

import ctypes
import gc
import json
import pathlib
import sys
import time

import numpy as np
import tensorflow as tf

ROWS = (1, 8)


def main():
    content = pathlib.Path(sys.argv[1]).read_bytes()
    repeats, folders = int(sys.argv[2]), sys.argv[3:]
    weighed = Asked(folders[-1], content)
    found = {"mb": megabytes(), "verdict": weighed.verdict()}
    others = [Asked(folder, content) for folder in folders[:-1]]
    for rows in ROWS if others else ():
        found[str(rows)] = timed([*others, weighed], rows, repeats)
    print(json.dumps(found))


class Asked:
    """A servable, asked once with each number of rows."""

    def __init__(self, folder, content):
        model = tf.saved_model.load(folder)
        # The functions live as long as the model does.
        self.model = model
        self._ask = model.signatures["serving_default"]
        self._requests = {rows: tf.constant([content] * rows) for rows in ROWS}
        for rows in ROWS:
            self.answer(rows)

    def answer(self, rows):
        answer = self._ask(image_bytes=self._requests[rows])
        return {name: tensor.numpy() for name, tensor in answer.items()}

    def verdict(self):
        return self.answer(1).get("verdict", [b""])[0].decode()


def timed(servables, rows, repeats):
    """Milliseconds of each request, `(repeats, servables)`.

    All in turn, and in the other order every other time: whatever else the
    machine does meets them alike.
    """
    milliseconds = np.zeros((repeats, len(servables)))
    gc.disable()
    for repeat in range(repeats):
        order = range(len(servables))
        for place in order if repeat % 2 else reversed(order):
            start = time.perf_counter()
            servables[place].answer(rows)
            seconds = time.perf_counter() - start
            milliseconds[repeat, place] = 1e3 * seconds
    gc.enable()
    return milliseconds.tolist()


def megabytes():
    """What the process holds, without what it could give back."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    status = pathlib.Path("/proc/self/status").read_text()
    # Pages of TensorFlow's files come and go as the system likes.
    [line] = [each for each in status.splitlines() if "RssAnon" in each]
    return int(line.split()[1]) / 1e3


if __name__ == "__main__":
    main()
