import threading

import pytest
import tensorflow as tf

from export.server import batching
from export.server import status


class Recording:
    """A model that doubles, remembers its batches, and refuses -1."""

    def __init__(self):
        self.sizes = []
        self.go_on = threading.Event()
        self.go_on.set()

    def run(self, name, inputs):
        x = inputs["x"]
        self.sizes.append(int(x.shape[0]))
        self.go_on.wait()
        if tf.reduce_any(x < 0):
            raise status.invalid("not so")
        if name == "scalar":
            return {"y": tf.reduce_sum(x)}
        return {"y": 2 * x}


@pytest.fixture
def model():
    return Recording()


def ask_together(model, requests, *, name="double", size=4, seconds=5.0):
    """Outputs or errors of requests that arrive while one batch runs."""
    batcher = batching.Batcher(
        batching.Batching(max_batch_size=size, timeout_seconds=seconds)
    )
    answers = [None] * len(requests)

    def ask(index):
        try:
            inputs = {"x": tf.constant(requests[index], tf.float32)}
            outputs = batcher.run(model, name, inputs)
            answers[index] = outputs["y"].numpy().tolist()
        except status.StatusError as error:
            answers[index] = error.message

    threads = [
        threading.Thread(target=ask, args=[index])
        for index in range(len(requests))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_requests_run_together_and_each_gets_its_rows(model):
    answers = ask_together(model, [[1], [2], [3], [4]])

    assert answers == [[2], [4], [6], [8]]
    assert model.sizes == [4]


def test_a_batch_that_is_not_full_does_not_wait_for_ever(model):
    assert ask_together(model, [[1, 2]], seconds=0.01) == [[2, 4]]


def test_rows_of_another_shape_run_apart(model):
    answers = ask_together(model, [[1], [[2, 3]]], seconds=0.01)

    assert answers == [[2], [[4, 6]]]
    assert sorted(model.sizes) == [1, 1]


def test_a_request_that_does_not_fit_begins_the_next_batch(model):
    answers = ask_together(model, [[1, 1, 1], [2, 2, 2]], seconds=0.05)

    assert answers == [[2, 2, 2], [4, 4, 4]]
    assert model.sizes == [3, 3]


def test_one_row_that_fails_fails_the_batch(model):
    assert ask_together(model, [[1], [2], [3], [-1]]) == ["not so"] * 4


def test_a_request_of_too_many_rows_is_refused(model):
    [answer] = ask_together(model, [[1] * 5])

    assert answer == "Task size 5 is larger than maximum input batch size 4"


def test_no_rows_are_answered_at_once(model):
    assert ask_together(model, [[]]) == [[]]


def test_rows_must_be_countable(model):
    [answer] = ask_together(model, [1.0])

    assert "equal 0th-dimension size" in answer


def test_outputs_without_rows_cannot_be_shared_out(model):
    [answer] = ask_together(model, [[1]], name="scalar", seconds=0.01)

    assert "must have 1 rows" in answer


def test_settings_are_checked_when_they_are_made():
    with pytest.raises(ValueError, match="max_batch_size"):
        batching.Batching(max_batch_size=0)
