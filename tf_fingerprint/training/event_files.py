"""Event files: what TensorBoard shows, written without TensorFlow."""

import os
import pathlib
import socket
import time
from collections.abc import Mapping


class Writer:
    """Appends points to the curves of one event file."""

    def __init__(self, folder: pathlib.Path):
        from tensorboard.compat.proto import event_pb2

        self._event = event_pb2.Event
        folder.mkdir(parents=True, exist_ok=True)
        # TensorBoard reads the files of a folder in the order of their names.
        now = f"{time.time_ns() // 1000:016}"
        name = f"events.out.tfevents.{now}.{socket.gethostname()}.{os.getpid()}"
        self._path = folder / name
        self._append([{"file_version": "brain.Event:2"}])

    def write(self, values: Mapping[str, float], *, step: int) -> None:
        """Adds a point to each curve; after this they are in the file."""
        from tensorboard.plugins.scalar import summary_v2

        self._append(
            {"summary": summary_v2.scalar_pb(name, value), "step": step}
            for name, value in values.items()
        )

    def _append(self, events):
        from tensorboard.summary.writer import record_writer

        with open(self._path, "ab") as file:
            records = record_writer.RecordWriter(file)
            for content in events:
                event = self._event(wall_time=time.time(), **content)
                records.write(event.SerializeToString())
