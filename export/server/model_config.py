"""Policies from the `models.config` of a production server."""

import os
import pathlib

from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from export.server.policy import MAX_VERSION
from export.server.policy import Policy
from tf_fingerprint import errors


def read_policies(path: str | os.PathLike) -> dict[str, Policy]:
    """Reads which versions of which model are served, by which labels.

    Where the models are is not read: here it is the folder being served.

    Args:
        path: `ModelServerConfig` as text.

    Returns:
        From model name to policy.

    Raises:
        ServingError: If it can't be read.
    """
    config = model_server_config_pb2.ModelServerConfig()
    try:
        text_format.Parse(pathlib.Path(path).read_text("utf-8"), config)
    except (OSError, ValueError, text_format.ParseError) as error:
        raise errors.ServingError(
            f"{path}: the configuration of the models can't be read. {error}. "
            "It must be a ModelServerConfig in text."
        ) from error
    return {
        model.name: _policy(model) for model in config.model_config_list.config
    }


def _policy(model):
    """The latest version is served where the configuration names none."""
    policy, labels = model.model_version_policy, dict(model.version_labels)
    choice = policy.WhichOneof("policy_choice")
    if choice == "specific":
        return Policy(specific=tuple(policy.specific.versions), labels=labels)
    if choice == "all":
        return Policy(latest=MAX_VERSION, labels=labels)
    return Policy(latest=policy.latest.num_versions or 1, labels=labels)
