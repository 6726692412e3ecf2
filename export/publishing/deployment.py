"""Files with which the real TensorFlow Serving serves what was published.

Each model has a server of its own: one that reads strangers' pictures shares
no process with one that makes pictures. Only a proxy is reached from outside;
it asks for a password, limits size and rate, and passes on no more than
predictions and a model's status, by REST. The servers' gRPC port, at which
anybody could unload models, is closed. Open generators are behind no proxy.
"""

import os
import pathlib
import string
import tempfile

from export.publishing import served_models
from tf_fingerprint import errors

# The version whose TensorFlow writes the SavedModels.
IMAGE = "tensorflow/serving:2.21.0"
PROXY_IMAGE = "nginxinc/nginx-unprivileged:1.29.4-alpine"

TEMPLATES = pathlib.Path(__file__).parents[1] / "serving"

ARGUMENTS = (
    "--port=0",
    "--rest_api_port=8501",
    "--rest_api_timeout_in_ms=30000",
    "--model_config_file=/etc/serving/model.config",
    "--model_config_file_poll_wait_seconds=30",
    # Labels are given before the versions are loaded.
    "--allow_version_labels_for_unavailable_models=true",
    "--file_system_poll_wait_seconds=1",
    "--num_load_threads=2",
    "--monitoring_config_file=/etc/serving/monitoring.config",
    "--batching_parameters_file=/etc/serving/batching.config",
)
BATCHING = "--enable_batching="

_FOLLOWED = (
    "# Only the newest version is served, once it is loaded: the registry is\n"
    "# in the model, so that a revocation must reach every address as soon as\n"
    "# it is published. No older version, no labels, no pinned numbers."
)
_CHOSEN = "(/versions/[0-9]{1,18}|/labels/[a-z]+)?"
_PINNED = (
    "# For what is published now. Write it again to move the labels: a server\n"
    "# loads both versions before it answers by the new labels."
)


def write_deployment(
    models_dir: str | os.PathLike,
    to: str | os.PathLike,
    *,
    image: str = IMAGE,
    proxy_image: str = PROXY_IMAGE,
    memory: str = "4Gi",
    max_body_megabytes: int = 24,
    batching: bool = False,
) -> list[pathlib.Path]:
    """Writes configuration of servers and proxy, for Docker and Kubernetes.

    Attributions follow what is published. Of other models the newest version
    has the label `canary`, the one before it `stable`, and no others are
    loaded until the files are written again.

    `to`: where to; made if need be. Files of earlier times are replaced, one by
    one, so that servers may read them meanwhile. `proxy_image`: of nginx, such
    that it runs without root.
    """
    models = served_models.find_models(models_dir)
    arguments = [*ARGUMENTS, f"{BATCHING}{str(batching).lower()}"]
    texts = {f"{model.name}.config": _config(model) for model in models}
    for name in ("batching.config", "monitoring.config"):
        texts[name] = _filled(name)
    texts["nginx.conf"] = _filled(
        "nginx.conf",
        max_body_megabytes=max_body_megabytes,
        locations="".join(
            _filled(
                "nginx_model.conf",
                name=model.name,
                service=model.service,
                # Of one with a registry in it only the newest may be asked.
                chosen="" if model.follows else _CHOSEN,
            )
            for model in models
            if model.is_public
        ),
    )
    texts["kustomization.yaml"] = _filled(
        "kustomization.yaml", files=", ".join(sorted(texts))
    )
    images = {"image": image, "proxy_image": proxy_image, "memory": memory}
    texts["compose.yaml"] = _compose(models, arguments, images)
    texts["kubernetes.yaml"] = _kubernetes(models, arguments, images)
    texts["kserve.yaml"] = _kserve(models, images)
    folder = pathlib.Path(to)
    return [_replace(folder / name, text) for name, text in texts.items()]


def _config(model):
    """What a server loads, and what it calls it."""
    pair = sorted({model.stable, model.canary})
    pinned = " ".join(f"versions: {number}" for number in pair)
    labels = {"stable": model.stable}
    if model.canary != model.stable:
        labels["canary"] = model.canary
    lines = [
        f'    version_labels {{ key: "{label}" value: {number} }}\n'
        for label, number in labels.items()
    ]
    return _filled(
        "model.config",
        name=model.name,
        comment=_FOLLOWED if model.follows else _PINNED,
        policy="latest { num_versions: 1 }"
        if model.follows
        else f"specific {{ {pinned} }}",
        labels="" if model.follows else "".join(lines),
    )


def _compose(models, arguments, images):
    """Servers and proxy for Docker."""
    public = [model.service for model in models if model.is_public]
    services = [
        _filled(
            "compose_model.yaml",
            **images | {"memory": images["memory"].removesuffix("i").lower()},
            name=model.name,
            service=model.service,
            base=model.base,
            network="inside" if model.is_public else "apart",
            arguments=_lines(arguments, 6),
        )
        for model in models
    ]
    text = _filled(
        "compose.yaml",
        **images,
        depends=f"    depends_on: [{', '.join(public)}]\n" if public else "",
        services="".join(services),
    )
    apart = "  # Open generators, for containers of their owner.\n"
    return text + (
        ""
        if len(public) == len(models)
        else apart + "  apart: {internal: true}\n"
    )


def _kubernetes(models, arguments, images):
    """The same for Kubernetes."""
    return _filled(
        "kubernetes.yaml",
        **images,
        models="".join(
            _filled(
                "kubernetes_model.yaml",
                **images,
                name=model.name,
                service=model.service,
                part="model" if model.is_public else "open-model",
                arguments=_lines(arguments, 12),
            )
            for model in models
        ),
    )


def _kserve(models, images):
    """What the proxy would pass requests on to, for KServe."""
    return _filled(
        "kserve.yaml",
        models="".join(
            _filled(
                "kserve_model.yaml",
                **images,
                name=model.name,
                service=model.service,
            )
            for model in models
            if model.is_public
        ),
    )


def _lines(values, indent):
    """A YAML list, a line for each."""
    return "".join(f"{' ' * indent}- {value}\n" for value in values)


def _filled(template, **values):
    """A template with its gaps filled."""
    text = (TEMPLATES / template).read_text("utf-8")
    return string.Template(text).substitute(values)


def _replace(path, text):
    """Writes a file so that nobody reads half of it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)
        os.chmod(draft, 0o644)
        os.rename(draft, path)
    except OSError as error:
        raise errors.ExportError(
            f"{path}: can't be written. {error}. Files written before it are "
            "whole."
        ) from error
    return path
