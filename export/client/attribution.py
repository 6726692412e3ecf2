"""The client of an attribution endpoint."""

import os
import pathlib
import urllib.parse
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Self

from export.client import rest
from export.client import retrying
from export.client import rpc
from export.client.results import ServedAttribution
from tf_fingerprint import errors

Picture = str | os.PathLike[str] | bytes

# gRPC servers take 4 MiB at once if nobody says otherwise; base64 adds a third.
_MAX_REQUEST_BYTES = 3 * 2**20

_REST = ("http", "https")
_RPC = ("grpc", "grpcs")


class AttributionClient:
    """Asks a server whose copy made images.

    Files go as they are, undecoded. Failures that may pass, such as a busy or
    starting server, are tried again with growing waits; others are not.

    Args:
        url: `http://host:port` for REST or `grpc://host:port` for gRPC;
            `https` and `grpcs` with TLS.
        model: The servable's name.
        label: Of the version to ask, such as "canary"; the newest answers if
            not given.
        headers: To send along, such as `Authorization`, for the proxy that
            authenticates.
        ca: PEM file of the authority that signed the server's certificate;
            the system's if not given.
        batch_size: Images in a request, at most; fewer where they are large.
        patience: How long to wait for answers, and how often to ask.

    Raises:
        ValueError: If the URL or the batch size can't be one.
        errors.ServingError: If a library that is needed is not installed.
    """

    def __init__(
        self,
        url: str,
        *,
        model: str = "attribution",
        label: str | None = None,
        headers: Mapping[str, str] | None = None,
        ca: str | os.PathLike[str] | None = None,
        batch_size: int = 16,
        patience: retrying.Patience | None = None,
    ):
        if batch_size < 1:
            raise ValueError(
                f"`batch_size` must be at least 1. Received {batch_size}."
            )
        self._batch_size = batch_size
        self._patience = patience or retrying.Patience()
        self._transport = _transport(
            url,
            model,
            label=label,
            headers=headers or {},
            ca=None if ca is None else _readable(ca),
            timeout_seconds=self._patience.timeout_seconds,
        )

    def attribute(
        self, images: Picture | Iterable[Picture]
    ) -> list[ServedAttribution]:
        """Asks whose copy made each image.

        An image that the server can't read has the verdict "unreadable" and
        its `status` says why; the others are answered all the same.

        Args:
            images: Path of a file or its contents, or several of these.

        Returns:
            One answer an image, in order.

        Raises:
            errors.DataError: If a file can't be read.
            errors.ServingError: If the server can't be reached or refuses.
        """
        if isinstance(images, str | os.PathLike | bytes):
            images = [images]
        return [
            answer
            for batch in self._batches(images)
            for answer in self._ask(batch)
        ]

    def close(self) -> None:
        """Closes the connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, batch):
        columns = retrying.insist(
            lambda: self._transport.predict(batch), self._patience
        )
        return ServedAttribution.from_columns(columns, len(batch))

    def _batches(self, images: Iterable[Picture]) -> Iterator[list[bytes]]:
        """Contents, as many together as a request holds."""
        batch: list[bytes] = []
        num_bytes = 0
        for image in images:
            content = _content(image)
            is_full = (
                len(batch) == self._batch_size
                or num_bytes + len(content) > _MAX_REQUEST_BYTES
            )
            if batch and is_full:
                yield batch
                batch, num_bytes = [], 0
            batch.append(content)
            num_bytes += len(content)
        if batch:
            yield batch


def _readable(ca):
    """The path of a file of certificates."""
    path = pathlib.Path(ca)
    if not path.is_file():
        raise ValueError(
            f"`ca` must be a PEM file of certificates. There is none: {path}."
        )
    return path


def _content(image):
    """A file's contents, unless that is what is given."""
    if isinstance(image, bytes):
        return image
    try:
        return pathlib.Path(image).read_bytes()
    except OSError as error:
        raise errors.DataError(
            f"{image}: the file can't be read. {error.strerror}."
        ) from error


def _transport(url, model, **settings):
    """What carries requests to a URL."""
    parts = urllib.parse.urlsplit(url)
    if parts.username is not None:
        raise ValueError(
            f"`url` must hold no credentials, as that of {parts.hostname} "
            "does. Pass what authenticates in `headers`."
        )
    if not _is_address(parts):
        raise ValueError(
            "`url` must be like http://127.0.0.1:8501 or grpc://127.0.0.1:8500."
            f" Received {url!r}."
        )
    if parts.scheme in _RPC:
        return rpc.RpcTransport(
            parts.netloc, model, secure=parts.scheme == "grpcs", **settings
        )
    return rest.RestTransport(url, model, **settings)


def _is_address(parts):
    """Whether the parts of a URL say where to ask, and nothing else."""
    try:
        port = parts.port
    except ValueError:  # No number.
        return False
    if not parts.hostname or parts.query or parts.fragment:
        return False
    if parts.scheme in _RPC:
        return port is not None and parts.path in ("", "/")
    return parts.scheme in _REST
