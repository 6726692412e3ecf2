import asyncio
import gzip

import pytest
from starlette import requests

from export.server import bodies
from export.server import status


def asking(*chunks):
    """A request whose body arrives in these pieces."""
    messages = [
        {"type": "http.request", "body": chunk, "more_body": True}
        for chunk in chunks
    ]
    messages.append({"type": "http.request", "body": b""})

    async def receive():
        return messages.pop(0)

    return requests.Request({"type": "http", "headers": []}, receive)


def read(held, *chunks):
    async def body():
        async with held.held(asking(*chunks)) as whole:
            return whole

    return asyncio.run(body())


def test_a_body_is_put_together():
    assert read(bodies.Bodies(8), b"abc", b"def") == b"abcdef"


def test_a_body_may_be_as_large_as_the_limit_and_no_larger():
    assert len(read(bodies.Bodies(8), b"1234", b"5678")) == 8
    with pytest.raises(bodies.TooLargeError):
        read(bodies.Bodies(8), b"1234", b"56789")


def test_after_a_refused_body_there_is_room_again():
    held = bodies.Bodies(8)
    for _ in range(20):
        with pytest.raises(bodies.TooLargeError):
            read(held, b"1234567", b"89")

    assert read(held, b"12345678") == b"12345678"


def test_only_so_many_bodies_are_held_at_a_time():
    held = bodies.Bodies(8)

    async def several(number):
        if not number:
            return
        async with held.held(asking(b"12345678")):
            await several(number - 1)

    asyncio.run(several(bodies.MAX_LARGEST))
    with pytest.raises(status.StatusError) as raised:
        asyncio.run(several(bodies.MAX_LARGEST + 1))

    assert raised.value.code == status.StatusCode.UNAVAILABLE


def test_what_is_compressed_is_inflated_up_to_the_limit():
    assert bodies.inflate(gzip.compress(b"a" * 9), max_bytes=9) == b"a" * 9
    assert bodies.inflate(gzip.compress(b"a" * 10), max_bytes=9) == b""
