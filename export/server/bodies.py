"""Bodies of requests: bounded, and inflated where they are compressed."""

import contextlib
import zlib
from collections.abc import AsyncIterator

from starlette import requests

from export.server import status

MAX_INFLATED_BYTES = 100 * 2**20

# Whoever sends more than this beyond the limit is not listened to any longer.
PATIENCE = 4
# Bodies of the largest size that are held at the same time.
MAX_LARGEST = 8


class TooLargeError(Exception):
    """A body beyond the limit."""


class Bodies:
    """Reads bodies in one event loop, of which only so much is held at once."""

    def __init__(self, max_bytes: int):
        self.max_bytes = max_bytes
        self._num_held = 0

    @contextlib.asynccontextmanager
    async def held(self, request: requests.Request) -> AsyncIterator[bytes]:
        """The whole body, which counts as held until the block ends.

        One that is too large is still taken in, up to a point, and thrown
        away: many clients read no answer before they have sent everything.

        Raises `TooLargeError` if it is larger than one may be. Raises
        `StatusError` `UNAVAILABLE`, if all bodies together are too large.
        """
        chunks: list[bytes] = []
        num_read = num_held = 0
        try:
            async for chunk in request.stream():
                num_read += len(chunk)
                if num_read > PATIENCE * self.max_bytes:
                    break
                if num_read > self.max_bytes:
                    chunks.clear()
                    continue
                chunks.append(chunk)
                num_held += len(chunk)
                self._hold(len(chunk))
            if num_read > self.max_bytes:
                raise TooLargeError
            yield b"".join(chunks)
        finally:
            self._num_held -= num_held

    def _hold(self, num_bytes):
        self._num_held += num_bytes
        if self._num_held > MAX_LARGEST * self.max_bytes:
            raise status.StatusError(
                status.StatusCode.UNAVAILABLE,
                f"Requests of {MAX_LARGEST * self.max_bytes} bytes are being "
                "read, which is all that this server holds. Try again later.",
            )


def inflate(body: bytes, *, max_bytes: int = MAX_INFLATED_BYTES) -> bytes:
    """What was compressed by gzip; nothing if it is broken or too large."""
    inflater = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        inflated = inflater.decompress(body, max_bytes + 1)
    except zlib.error:
        return b""
    return inflated if inflater.eof and len(inflated) <= max_bytes else b""
