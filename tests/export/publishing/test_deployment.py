"""Deployment files are what servers read, and name what was published."""

import shutil

import tensorflow as tf
import yaml
from google.protobuf import descriptor_pb2
from google.protobuf import descriptor_pool
from google.protobuf import message_factory
from google.protobuf import text_format
from google.protobuf import wrappers_pb2
from tensorflow_serving.config import model_server_config_pb2

from export import __main__ as command
from export.publishing import deployment

from ..published_models import models_dir as models_dir
from ..published_models import publish
from ..published_models import written as written

INT64, STRING = (
    f".{kind.DESCRIPTOR.full_name}"
    for kind in (wrappers_pb2.Int64Value, wrappers_pb2.StringValue)
)

# Messages of TensorFlow Serving that tensorflow-serving-api lacks, field by
# field as min-tfs-client 1.0.2 on PyPI has them. It can't be installed here: it
# would put protos of 2020 in TensorFlow's place.
MESSAGES = {
    "BatchingParameters": {
        "max_batch_size": INT64,
        "batch_timeout_micros": INT64,
        "max_enqueued_batches": INT64,
        "num_batch_threads": INT64,
        "thread_pool_name": STRING,
        "allowed_batch_sizes": (3, 3),
        "pad_variable_length_inputs": (8, 1),
    },
    "PrometheusConfig": {"enable": (8, 1), "path": (9, 1)},
    "MonitoringConfig": {"prometheus_config": ".PrometheusConfig"},
}


def config_of(written, name):
    text = (written / f"{name}.config").read_text()
    config = model_server_config_pb2.ModelServerConfig()
    [model] = text_format.Parse(text, config).model_config_list.config
    return model


def message(name):
    """An empty one of `MESSAGES`."""
    file = descriptor_pb2.FileDescriptorProto(
        name="absent.proto",
        dependency=[wrappers_pb2.DESCRIPTOR.name],
        syntax="proto3",
    )
    for each, fields in MESSAGES.items():
        described = file.message_type.add(name=each)
        for number, (field, kind) in enumerate(fields.items(), 1):
            added = described.field.add(name=field, number=number, label=1)
            if isinstance(kind, str):
                added.type, added.type_name = 11, kind
            else:
                added.type, added.label = kind
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(wrappers_pb2.DESCRIPTOR.serialized_pb)
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(name))()


def test_other_models_have_labels_for_what_is_published(written):
    model = config_of(written, "decoder")

    assert (model.name, model.base_path) == ("decoder", "/models/decoder")
    assert model.model_platform == "tensorflow"
    assert list(model.model_version_policy.specific.versions) == [41, 42]
    assert dict(model.version_labels) == {"stable": 41, "canary": 42}


def test_an_only_version_is_stable(written):
    model = config_of(written, "Acme_copy")

    assert list(model.model_version_policy.specific.versions) == [1]
    assert dict(model.version_labels) == {"stable": 1}


def test_attributions_follow_what_is_published(written):
    model = config_of(written, "attribution")

    assert model.model_version_policy.latest.num_versions == 1
    assert not model.version_labels


def test_a_new_version_becomes_the_canary(models_dir, written):
    publish(models_dir / "decoder", 43, kind="decoder")

    deployment.write_deployment(models_dir, written)

    labels = config_of(written, "decoder").version_labels
    assert dict(labels) == {"stable": 42, "canary": 43}


def test_batching_parameters_are_of_the_server_s_kind(written):
    parameters = message("BatchingParameters")

    text_format.Parse((written / "batching.config").read_text(), parameters)

    sizes = list(parameters.allowed_batch_sizes)
    assert sizes == sorted(sizes)
    assert sizes[-1] == parameters.max_batch_size.value
    assert 0 < parameters.batch_timeout_micros.value < 10_000


def test_monitoring_is_at_a_path_that_the_proxy_keeps_inside(written):
    config = message("MonitoringConfig")

    text_format.Parse((written / "monitoring.config").read_text(), config)

    config = config.prometheus_config
    assert config.enable
    assert config.path not in (written / "nginx.conf").read_text()


def arguments_of(service):
    return dict(each.split("=", 1) for each in service["command"])


def test_each_model_has_a_server_of_its_own(written, models_dir):
    compose = yaml.safe_load((written / "compose.yaml").read_text())

    services = compose["services"]
    servers = {"acme-copy", "attribution", "decoder", "open"}
    assert set(services) == {"proxy"} | servers
    for name in servers:
        server = services[name]
        assert server["image"] == deployment.IMAGE
        model = "Acme_copy" if name == "acme-copy" else name
        assert server["volumes"][:2] == [
            f"{models_dir}/{model}:/models/{model}:ro",
            f"./{model}.config:/etc/serving/model.config:ro",
        ]
        assert arguments_of(server)["--port"] == "0"
        assert arguments_of(server)["--enable_batching"] == "false"
        assert server["read_only"] and server["cap_drop"] == ["ALL"]
        assert "ports" not in server
        for volume in server["volumes"][1:]:
            assert (written / volume.split(":")[0]).is_file()


def test_an_open_generator_is_not_behind_the_proxy(written):
    compose = yaml.safe_load((written / "compose.yaml").read_text())
    proxy = (written / "nginx.conf").read_text()

    networks = {
        name: set(service["networks"])
        for name, service in compose["services"].items()
    }
    assert networks["open"] == {"apart"}
    assert not networks["open"] & networks["proxy"]
    assert compose["networks"]["apart"] == {"internal": True}
    assert compose["networks"]["inside"] == {"internal": True}
    assert "http://open:" not in proxy
    assert "http://attribution:8501" in proxy


def test_without_an_open_generator_there_is_no_network_for_it(
    models_dir, tmp_path
):
    shutil.rmtree(models_dir / "open")

    deployment.write_deployment(models_dir, tmp_path / "to")

    compose = yaml.safe_load((tmp_path / "to" / "compose.yaml").read_text())
    assert set(compose["networks"]) == {"outside", "inside"}


def test_the_image_is_of_the_version_that_writes(written):
    tag = deployment.IMAGE.split(":")[1]

    assert tag.split(".")[:2] == tf.__version__.split(".")[:2]


def test_the_command_writes_them(models_dir, tmp_path, capsys):
    to = tmp_path / "other"

    assert command.main(["deployment", str(models_dir), "--to", str(to)]) == 0

    printed = capsys.readouterr().out.split()
    assert sorted(printed) == sorted(map(str, to.iterdir()))
