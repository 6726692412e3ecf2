import tensorflow as tf
from tensorflow.core.util import event_pb2

from tf_fingerprint.training import event_files


def test_an_event_file_is_one_that_tensorflow_reads(tmp_path):
    writer = event_files.Writer(tmp_path / "logs")
    writer.write({"r1": 0.5}, step=8)

    (path,) = (tmp_path / "logs").iterdir()
    first, second = (
        event_pb2.Event.FromString(record.numpy())
        for record in tf.data.TFRecordDataset(str(path))
    )

    assert path.name.startswith("events.out.tfevents.")
    assert first.file_version == "brain.Event:2"
    assert second.step == 8
    (value,) = second.summary.value
    assert value.tag == "r1"
    assert tf.make_ndarray(value.tensor) == 0.5
    assert value.metadata.plugin_data.plugin_name == "scalars"
