"""The gRPC interface: the services of production, over the same core."""

import contextlib
import logging
from concurrent import futures

import grpc
from grpc_health.v1 import health
from grpc_health.v1 import health_pb2
from grpc_health.v1 import health_pb2_grpc
from tensorflow_serving.apis import model_service_pb2_grpc
from tensorflow_serving.apis import prediction_service_pb2_grpc

from export.server import core
from export.server import status
from export.server import workers
from tf_fingerprint import errors

logger = logging.getLogger(__name__)

MAX_MESSAGE = 1024
TRUNCATED = "...TRUNCATED"
# Threads that wait for the models' threads, or answer small questions.
SMALL_QUESTIONS = 8
YEAR_SECONDS = 365 * 24 * 3600


class Rpc:
    """A gRPC server with the services for predictions, models and health.

    `address`: host and port; port 0 takes one that is free.
    """

    def __init__(
        self,
        answering: core.Core,
        pool: workers.Workers,
        *,
        address: str,
        max_request_bytes: int,
    ):
        waiting = pool.capacity + SMALL_QUESTIONS
        self._server = grpc.server(
            futures.ThreadPoolExecutor(waiting, "grpc"),
            maximum_concurrent_rpcs=waiting,
            options=[
                ("grpc.max_receive_message_length", max_request_bytes),
                ("grpc.max_send_message_length", -1),
                # Otherwise two servers could share a port, unnoticed.
                ("grpc.so_reuseport", 0),
            ],
        )
        self._health = health.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
            _PredictionService(answering, pool), self._server
        )
        model_service_pb2_grpc.add_ModelServiceServicer_to_server(
            _ModelService(answering), self._server
        )
        try:
            self.port = self._server.add_insecure_port(address)
        except RuntimeError as error:
            raise errors.ServingError(
                f"gRPC can't listen at {address}: {error}. Is another server "
                "running there?"
            ) from error

    def start(self) -> None:
        """Begins to answer."""
        self._server.start()
        self._health.set("", health_pb2.HealthCheckResponse.SERVING)

    def close(self, grace_seconds: float) -> None:
        """Refuses new requests and ends those that take longer than this."""
        self._health.enter_graceful_shutdown()
        self._server.stop(grace_seconds).wait()


class _PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    """`Classify` and the like are inherited: they answer UNIMPLEMENTED."""

    def __init__(self, answering, pool):
        self._core = answering
        self._pool = pool

    def Predict(self, request, context):
        with _statuses(context):
            if not request.HasField("model_spec"):
                raise status.invalid("Missing ModelSpec")
            future = self._pool.submit(self._core.predict, request)
            try:
                return future.result(_seconds_left(context))
            except TimeoutError:
                future.cancel()
                raise status.StatusError(
                    status.StatusCode.DEADLINE_EXCEEDED, "Timed out."
                ) from None
            finally:
                # It holds the error, and the error this call and its request.
                del future

    def GetModelMetadata(self, request, context):
        with _statuses(context):
            return self._core.metadata(request)


class _ModelService(model_service_pb2_grpc.ModelServiceServicer):
    """Whoever reaches the port may ask, but not change what is served."""

    def __init__(self, answering):
        self._core = answering

    def GetModelStatus(self, request, context):
        with _statuses(context):
            return self._core.status(request)


def _seconds_left(context):
    """Until the client gives up; none if it never does."""
    seconds = context.time_remaining()
    # Without a deadline gRPC says that it is centuries away.
    return None if seconds is None or seconds > YEAR_SECONDS else seconds


@contextlib.contextmanager
def _statuses(context):
    """Ends the call with the code of an error instead of with `UNKNOWN`."""
    try:
        yield
        return
    except status.StatusError as refused:
        error = refused
    except Exception as unexpected:
        logger.exception("A call by gRPC failed")
        error = status.of_exception(unexpected)
    code, message = error.code, error.message
    # Otherwise it would hold this call, and this call it.
    del error
    if len(message) > MAX_MESSAGE:
        message = message[:MAX_MESSAGE] + TRUNCATED
    context.abort(code, message)
