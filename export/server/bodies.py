"""Bodies of requests: bounded, and inflated where they are compressed."""

import zlib

from starlette import requests

MAX_INFLATED_BYTES = 100 * 2**20

# Whoever sends more than this beyond the limit is not listened to any longer.
PATIENCE = 4


class TooLargeError(Exception):
    """A body beyond the limit."""


async def read(request: requests.Request, *, max_bytes: int) -> bytes:
    """The whole body.

    One that is too large is still taken in, up to a point, and thrown away:
    many clients read no answer before they have sent everything.

    Raises:
        TooLargeError: If it is larger than `max_bytes`.
    """
    chunks, num_bytes = [], 0
    async for chunk in request.stream():
        num_bytes += len(chunk)
        if num_bytes > PATIENCE * max_bytes:
            break
        if num_bytes > max_bytes:
            chunks.clear()
        else:
            chunks.append(chunk)
    if num_bytes > max_bytes:
        raise TooLargeError
    return b"".join(chunks)


def inflate(body: bytes, *, max_bytes: int = MAX_INFLATED_BYTES) -> bytes:
    """What was compressed by gzip; nothing if it is broken or too large."""
    inflater = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        inflated = inflater.decompress(body, max_bytes + 1)
    except zlib.error:
        return b""
    return inflated if inflater.eof and len(inflated) <= max_bytes else b""
