"""The REST interface: URLs and codes as the production server has them."""

import asyncio
import json
import logging
import re
import urllib.parse
from collections.abc import Sequence

import starlette.applications
import starlette.routing
from starlette import requests
from starlette import responses
from starlette import types
from tensorflow_serving.apis import model_pb2

from export.server import bodies
from export.server import core
from export.server import json_document
from export.server import json_request
from export.server import json_response
from export.server import json_status
from export.server import metrics
from export.server import status
from export.server import workers
from export.server.policy import MAX_VERSION

logger = logging.getLogger(__name__)

# The whole of path and query is matched, as if a query were part of a name.
API = re.compile(r"/v1/.*", re.IGNORECASE | re.DOTALL)
MODEL = (
    r"/v1/models/(?P<name>[^/:]+)"
    r"(?:/versions/(?P<version>[0-9]+)|/labels/(?P<label>[^/:]+))?"
)
ASK = re.compile(MODEL + r"(?:/(?P<metadata>metadata))?", re.IGNORECASE)
RUN = re.compile(MODEL + r":(?P<verb>predict|classify|regress)", re.IGNORECASE)
VERBS = ("predict", "classify", "regress")

NOT_FOUND_PAGE = (
    "<html><head>\n<title>404 Not Found</title>\n</head><body>\n"
    "<h1>Not Found</h1>\n</body></html>\n"
)


class Rest:
    """Answers HTTP requests; an ASGI application."""

    def __init__(
        self,
        answering: core.Core,
        pool: workers.Workers,
        *,
        max_request_bytes: int,
        timeout_seconds: float,
        extra_routes: Sequence[starlette.routing.BaseRoute] = (),
    ):
        self._core = answering
        self._pool = pool
        self._bodies = bodies.Bodies(max_request_bytes)
        self._timeout_seconds = timeout_seconds
        self._pages = starlette.applications.Starlette(
            routes=[
                starlette.routing.Route(metrics.PATH, self._metrics),
                starlette.routing.Route("/health", self._health),
                *extra_routes,
            ],
            exception_handlers={404: _not_found_page},
        )

    async def __call__(
        self, scope: types.Scope, receive: types.Receive, send: types.Send
    ) -> None:
        """Answers one request, as ASGI calls it."""
        target = _target(scope) if scope["type"] == "http" else ""
        if scope["type"] != "http" or not API.fullmatch(target):
            await self._pages(scope, receive, send)
            return
        request = requests.Request(scope, receive)
        try:
            answer = await self._answer(request, target)
        except requests.ClientDisconnect:
            return
        except status.StatusError as error:
            answer = _error(error)
        except Exception as error:
            logger.exception("%s %s", request.method, target)
            answer = _error(status.of_exception(error))
        await answer(scope, receive, send)

    async def _answer(self, request, target):
        if request.method == "OPTIONS":
            origin = request.headers.get("origin", "")
            is_page = re.match("https?://", origin)
            return responses.Response(status_code=200 if is_page else 400)
        run, ask = RUN.fullmatch(target), ASK.fullmatch(target)
        if request.method == "POST" and run and run["verb"] in VERBS:
            return await self._run(request, run)
        if request.method == "GET" and ask:
            return self._ask(ask)
        raise status.invalid(f"Malformed request: {request.method} {target}")

    def _ask(self, match):
        spec = _spec(match)
        if spec is None:
            return responses.Response(status_code=400)
        if match["metadata"] == "metadata":
            return _json(json_status.metadata(self._core, spec))
        return _json(json_status.status(self._core, spec))

    async def _run(self, request, match):
        spec = _spec(match)
        try:
            async with (
                asyncio.timeout(self._timeout_seconds),
                self._bodies.held(request) as body,
            ):
                if spec is None:
                    return responses.Response(status_code=400)
                answer = await self._in_pool(request, body, spec, match["verb"])
        except bodies.TooLargeError:
            text = f"The body has more than {self._bodies.max_bytes} bytes."
            return _json({"error": text}, status_code=413)
        except TimeoutError:
            raise status.StatusError(
                status.StatusCode.DEADLINE_EXCEEDED,
                f"Timed out after {self._timeout_seconds} seconds.",
            ) from None
        return responses.Response(answer, media_type="application/json")

    async def _in_pool(self, request, body, spec, verb):
        """The body of the answer, from a thread that may be waited for."""
        is_gzip = request.headers.get("content-encoding") == "gzip"
        function = self._predict if verb == "predict" else self._classify
        return await asyncio.wrap_future(
            # Not named: an error holds this call, and the future the error.
            self._pool.submit(function, body, is_gzip, spec)
        )

    def _predict(self, body, is_gzip, spec):
        """The body of the answer; in a thread of the pool."""
        request, in_rows = json_request.to_request(
            self._inflated(body, is_gzip),
            spec,
            lambda name: self._signature(spec, name),
        )
        response = self._core.predict(request)
        return json_response.to_json(response.outputs, in_rows=in_rows)

    def _classify(self, body, is_gzip, spec):
        """Refuses as production does where a model has no such signature."""
        document = json_document.parse(self._inflated(body, is_gzip))
        name = document.get("signature_name", core.DEFAULT_SIGNATURE)
        if not isinstance(name, str):
            raise status.invalid("`signature_name` must be a string")
        if list(self._signature(spec, name).inputs) != ["inputs"]:
            raise status.invalid(
                f"Signature {name} doesn't take `inputs` to classify or "
                "regress. Use `predict`."
            )
        raise status.StatusError(
            status.StatusCode.UNIMPLEMENTED,
            "This server neither classifies nor regresses. Use `predict`.",
        )

    def _inflated(self, body, is_gzip):
        return bodies.inflate(body) if is_gzip else body

    def _signature(self, spec, name):
        try:
            return self._core.signature(spec, name)
        except status.StatusError as error:
            # By REST it is the request that is wrong, not the model's state.
            if error.code == status.StatusCode.FAILED_PRECONDITION:
                raise status.invalid(error.message) from error
            raise

    async def _metrics(self, request):
        self._core.metrics.tell_failed(self._core.models.failed())
        return responses.Response(
            self._core.metrics.text(), media_type=metrics.CONTENT_TYPE
        )

    async def _health(self, request):
        is_serving = self._core.models.is_available()
        said: dict[str, object] = {
            "status": "SERVING" if is_serving else "NOT_SERVING"
        }
        # The one before it answers, with an older registry maybe.
        failed = self._core.models.failed()
        if failed:
            said["failed_versions"] = failed
        return _json(said, status_code=200 if is_serving else 503)


def _target(scope):
    """Path and query as they were sent."""
    query = scope["query_string"]
    target = scope["raw_path"] + (b"?" + query if query else b"")
    return target.decode("latin-1")


def _spec(match):
    """Model and version that a URL names; nothing if no version is so high."""
    spec = model_pb2.ModelSpec(name=urllib.parse.unquote(match["name"]))
    if match["version"] is not None:
        version = match["version"].lstrip("0") or "0"
        if len(version) > 19 or int(version) > MAX_VERSION:
            return None
        spec.version.value = int(version)
    if match["label"] is not None:
        spec.version_label = urllib.parse.unquote(match["label"])
    return spec


def _error(error):
    return _json(
        {"error": error.message}, status_code=status.HTTP_STATUS[error.code]
    )


def _json(value, status_code=200):
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    return responses.Response(body, status_code, media_type="application/json")


async def _not_found_page(request, error):
    return responses.HTMLResponse(NOT_FOUND_PAGE, status_code=404)
