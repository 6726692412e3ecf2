"""Asking over gRPC."""

import pathlib
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from export.client import retrying
from tf_fingerprint import errors

_TRANSIENT = ("UNAVAILABLE", "RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED")

_ADVICE = {
    "UNAUTHENTICATED": "Pass what it asks for in `headers`.",
    "PERMISSION_DENIED": "Pass what it asks for in `headers`.",
    "NOT_FOUND": (
        "Which models it has, its operator knows; `model` chooses one."
    ),
}

# A channel that found nobody would refuse for a second and more: the client
# does its own waiting.
_OPTIONS = (
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    ("grpc.max_receive_message_length", 64 * 2**20),
)


class RpcTransport:
    """One server's prediction service.

    `label`: of the version to ask; the newest answers if not given.
    """

    def __init__(
        self,
        target: str,
        model: str,
        *,
        label: str | None,
        headers: Mapping[str, str],
        timeout_seconds: float,
        secure: bool,
        ca: pathlib.Path | None = None,
    ):
        grpc = _grpc()
        from export.client import messages

        self.target = target
        self._request = lambda images: messages.request(images, model, label)
        self._metadata = [
            (name.lower(), text) for name, text in headers.items()
        ]
        self._timeout_seconds = timeout_seconds
        self._channel = (
            grpc.secure_channel(
                target,
                grpc.ssl_channel_credentials(ca and ca.read_bytes()),
                _OPTIONS,
            )
            if secure
            else grpc.insecure_channel(target, _OPTIONS)
        )
        self._ask = self._channel.unary_unary(
            messages.PREDICT,
            request_serializer=messages.serialize,
            response_deserializer=messages.parse_response,
        )
        self._columns = messages.columns

    def predict(self, images: Sequence[bytes]) -> Mapping[str, Any]:
        """Asks once."""
        try:
            response = self._ask(
                self._request(images),
                timeout=self._timeout_seconds,
                metadata=self._metadata,
            )
        except _grpc().RpcError as error:
            raise self._named(error) from error
        try:
            return self._columns(response)
        except ValueError as error:
            raise errors.ServingError(
                f"{self.target}: the answer must hold tensors. {error}. Is "
                "this the model that was exported with `--what attribution`?"
            ) from error

    def close(self) -> None:
        """Closes the connection."""
        self._channel.close()

    def _named(self, error):
        """The failure of a call, by its code."""
        code = error.code().name
        said = retrying.shown(error.details() or "")
        refusal = f"{self.target}: the answer was {code}: {said}."
        if "CERTIFICATE_VERIFY_FAILED" in (error.details() or ""):
            return retrying.untrusted(self.target, error.details())
        if code in _TRANSIENT:
            return retrying.TransientError(refusal)
        advice = _ADVICE.get(
            code,
            "Is this the model that was exported with `--what attribution`?",
        )
        return errors.ServingError(f"{refusal} {advice}")


def _grpc():
    try:
        import grpc
    except ModuleNotFoundError as error:
        raise retrying.missing("grpcio") from error
    return grpc
