"""The server as a whole: models, threads and two interfaces."""

import asyncio
import os
import pathlib
import socket
import threading
import time
from collections.abc import Mapping
from collections.abc import Sequence

import starlette.routing
import uvicorn

from export.server import batching as batches
from export.server import catalogue
from export.server import core
from export.server import loaded
from export.server import memory
from export.server import metrics
from export.server import rest
from export.server import rpc
from export.server import warmup
from export.server import workers
from export.server.policy import Policy
from tf_fingerprint import errors

MAX_CONNECTIONS = 1024
BACKLOG = 512


class Server:
    """Serves a folder of SavedModels by REST and gRPC; a context manager.

    A development server: it keeps the interface of TensorFlow Serving, not its
    speed. It has no authentication, so by default it is reached from this
    machine only.

    Args:
        models_dir: Holds one sub-folder a model, which holds one sub-folder a
            version, as in `attribution/1`.
        rest_port: 0 takes one that is free.
        grpc_port: 0 takes one that is free.
        host: Address that both listen at.
        poll_interval_seconds: Between two looks for new versions.
        policies: From model name to the versions that are served; the latest
            where a model isn't named.
        batching: How requests that arrive together are merged; they are not
            if not given.
        threads: Requests that run at the same time; four a core if not given.
        max_waiting: Requests that may wait for a thread before more are
            refused with 503.
        max_request_bytes: Of one body or message. Larger ones are refused.
        max_tensor_bytes: That one input may take in memory.
        timeout_seconds: After which a REST request is answered with 504.
        drain_seconds: That requests under way are given when the server is
            closed.
        extra_routes: Pages beside the interface, such as one for browsers.

    Raises:
        ServingError: On entering, if a port is taken, or a model can't be
            served.
    """

    def __init__(
        self,
        models_dir: str | os.PathLike,
        *,
        rest_port: int = 0,
        grpc_port: int = 0,
        host: str = "127.0.0.1",
        poll_interval_seconds: float = 1.0,
        policies: Mapping[str, Policy] | None = None,
        batching: batches.Batching | None = None,
        threads: int | None = None,
        max_waiting: int = 256,
        max_request_bytes: int = 32 * 2**20,
        max_tensor_bytes: int = 256 * 2**20,
        timeout_seconds: float = 30.0,
        drain_seconds: float = 30.0,
        extra_routes: Sequence[starlette.routing.BaseRoute] = (),
    ):
        self.host = host
        self._ports = rest_port, grpc_port
        self._drain_seconds = drain_seconds
        self._max_request_bytes = max_request_bytes
        self._pool = workers.Workers(
            threads=threads or 4 * len(os.sched_getaffinity(0)),
            max_waiting=max_waiting,
        )
        self._models = catalogue.Catalogue(
            pathlib.Path(models_dir),
            policies=policies or {},
            poll_interval_seconds=poll_interval_seconds,
            warm_up=self._warm_up,
        )
        self._memory = memory.Returning()
        self._core = core.Core(
            self._models,
            metrics.Metrics(),
            max_tensor_bytes=max_tensor_bytes,
            batcher=batches.Batcher(batching) if batching else None,
        )
        self._rest = rest.Rest(
            self._core,
            self._pool,
            max_request_bytes=max_request_bytes,
            timeout_seconds=timeout_seconds,
            extra_routes=extra_routes,
        )

    @property
    def rest_url(self) -> str:
        """Where REST is answered, without a slash at its end."""
        return f"http://{_bracketed(self.host)}:{self._socket.getsockname()[1]}"

    @property
    def grpc_address(self) -> str:
        """Where gRPC is answered: host and port."""
        return f"{_bracketed(self.host)}:{self._rpc.port}"

    def __enter__(self) -> "Server":
        """Takes the ports, loads the models, and begins to answer."""
        rest_port, grpc_port = self._ports
        self._socket = _listening(self.host, rest_port)
        try:
            self._rpc = rpc.Rpc(
                self._core,
                self._pool,
                address=f"{_bracketed(self.host)}:{grpc_port}",
                max_request_bytes=self._max_request_bytes,
            )
            self._models.start()
        except BaseException:
            self._socket.close()
            self._pool.close()
            raise
        self._start_rest()
        self._rpc.start()
        self._memory.start()
        return self

    def __exit__(self, *exception) -> None:
        """Answers what is under way, then unloads everything."""
        self._uvicorn.should_exit = True
        self._rpc.close(self._drain_seconds)
        self._thread.join()
        self._pool.close()
        self._models.close()
        self._memory.close()

    def model_names(self) -> list[str]:
        """Names of the models that were found."""
        return self._models.names()

    def _start_rest(self):
        self._uvicorn = uvicorn.Server(
            uvicorn.Config(
                self._rest,
                # Keeps the whole of the URL; the faster one cuts it short.
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                limit_concurrency=MAX_CONNECTIONS,
                timeout_graceful_shutdown=self._drain_seconds,
            )
        )
        self._thread = threading.Thread(
            target=lambda: asyncio.run(
                self._uvicorn.serve(sockets=[self._socket])
            ),
            name="rest",
            daemon=True,
        )
        self._thread.start()
        while not self._uvicorn.started and self._thread.is_alive():
            time.sleep(0.01)
        if not self._uvicorn.started:
            raise errors.ServingError(
                f"REST can't be answered at {self.rest_url}. The log says why."
            )

    def _warm_up(self, model: loaded.LoadedModel) -> None:
        """Replays the requests of a version by the core that will serve it."""
        warmup.replay(
            model.directory, lambda request: self._core.run(model, request)
        )


def _listening(host, port):
    """A socket that clients can connect to already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named by its protocol, or asyncio doesn't switch Nagle's delay off.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise errors.ServingError(
            f"REST can't listen at {host}:{port}: {error}. Is another server "
            "running there?"
        ) from error
    return listening


def _bracketed(host):
    """The address as URLs have it."""
    return f"[{host}]" if ":" in host else host
