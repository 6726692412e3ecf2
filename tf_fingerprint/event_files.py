"""Event files: what TensorBoard shows, written without TensorFlow."""

import os
import pathlib
import socket
import time
from collections.abc import Mapping


class Writer:
    """Appends points to the curves of one event file.

    Args:
        folder: Log directory; made if it doesn't exist.

    Raises:
        ImportError: If tensorboard is not installed.
    """

    def __init__(self, folder: pathlib.Path):
        from tensorboard.compat.proto import event_pb2
        from tensorboard.summary.writer import record_writer

        self._event = event_pb2.Event
        folder.mkdir(parents=True, exist_ok=True)
        # TensorBoard reads the files of a folder in the order of their names.
        now = f"{time.time_ns() // 1000:016}"
        name = f"events.out.tfevents.{now}.{socket.gethostname()}.{os.getpid()}"
        # It stays open, as long as the writer is there.
        self._file = open(folder / name, "xb")
        self._records = record_writer.RecordWriter(self._file)
        self._append(file_version="brain.Event:2")

    def write(self, values: Mapping[str, float], *, step: int) -> None:
        """Adds a point to each curve; after this they are in the file.

        Args:
            values: By the name of the curve.
            step: Where on the horizontal axis.
        """
        from tensorboard.plugins.scalar import summary_v2

        for name, value in values.items():
            point = summary_v2.scalar_pb(name, value)
            self._append(summary=point, step=step)

    def _append(self, **content):
        event = self._event(wall_time=time.time(), **content)
        self._records.write(event.SerializeToString())
        self._records.flush()
