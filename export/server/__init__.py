"""The embedded development server: servables answered on this machine.

It speaks the REST and gRPC interface that a production server of SavedModels
speaks, so that what works against one works against the other. Where it
differs is listed in `docs/serving-deviations.md`.
"""

from tf_fingerprint import errors

try:
    import grpc  # noqa: F401
    import grpc_health  # noqa: F401
    import prometheus_client  # noqa: F401
    import starlette  # noqa: F401
    import tensorflow_serving  # noqa: F401
    import uvicorn  # noqa: F401
except ImportError as error:
    raise errors.ServingError(
        "The local server needs libraries that are not installed. Python "
        f"reports: {error}. Run `pip install tf-fingerprint[serving]`."
    ) from error

from export.server.batching import Batching as Batching
from export.server.model_config import read_policies as read_policies
from export.server.policy import Policy as Policy
from export.server.server import Server as Server
