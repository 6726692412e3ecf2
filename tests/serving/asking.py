"""HTTP without a client library, which would put the URL right."""

import http.client
import json
import urllib.parse


class Answer:
    """What came back: code, headers, body, and the body's JSON."""

    def __init__(self, response):
        self.code = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        members = self.json
        assert list(members) == ["error"], members
        assert self.headers["content-type"] == "application/json"
        return members["error"]


def ask(url, method, target, body=None, **headers):
    """Sends one request; a body that isn't bytes is sent as JSON."""
    if body is not None and not isinstance(body, bytes):
        body = body if isinstance(body, str) else json.dumps(body)
        body = body.encode()
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port)
    # The library checks what it sends; servers can't count on that.
    connection._validate_path = lambda target: None
    try:
        connection.request(
            method,
            target,
            body,
            {name.replace("_", "-"): value for name, value in headers.items()},
        )
        return Answer(connection.getresponse())
    finally:
        connection.close()
