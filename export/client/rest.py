"""Asking over REST."""

import base64
import pathlib
import ssl
import urllib.parse
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from export.client import retrying
from tf_fingerprint import errors

# Busy, starting, or slow; 502 is a proxy's word for a server that restarts.
_TRANSIENT = (429, 502, 503, 504)

_ADVICE = {
    401: "Pass what it asks for in `headers`.",
    403: "Pass what it asks for in `headers`.",
    404: "Which models it has, its operator knows; `model` chooses one.",
    413: "Pass a smaller `batch_size`, or smaller files.",
}


class RestTransport:
    """One server's predict endpoint.

    `url`: of the server, such as `http://127.0.0.1:8501`; `label`: of the
    version to ask; the newest answers if not given.
    """

    def __init__(
        self,
        url: str,
        model: str,
        *,
        label: str | None,
        headers: Mapping[str, str],
        timeout_seconds: float,
        ca: pathlib.Path | None = None,
    ):
        httpx = _httpx()
        path = f"/v1/models/{urllib.parse.quote(model, safe='')}"
        if label is not None:
            path += f"/labels/{urllib.parse.quote(label, safe='')}"
        self.url = f"{url.rstrip('/')}{path}:predict"
        self._client = httpx.Client(
            headers=dict(headers),
            timeout=timeout_seconds,
            verify=True if ca is None else _trusting(ca),
        )

    def predict(self, images: Sequence[bytes]) -> Mapping[str, Any]:
        """Asks once.

        Raises `retrying.TransientError` if asking again may help.
        """
        httpx = _httpx()
        rows = [{"b64": base64.b64encode(each).decode()} for each in images]
        try:
            response = self._client.post(
                self.url, json={"inputs": {"image_bytes": rows}}
            )
        except httpx.TransportError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise retrying.untrusted(self.url, str(error)) from error
            said = retrying.shown(str(error) or type(error).__name__)
            raise retrying.TransientError(
                f"{self.url}: there was no answer. {said}."
            ) from error
        if response.status_code in _TRANSIENT:
            raise retrying.TransientError(
                f"{self.url}: {_refusal(response)}", _wait_seconds(response)
            )
        if response.status_code != 200:
            advice = _ADVICE.get(
                response.status_code,
                "Is this the model that was exported with `--what "
                "attribution`?",
            )
            raise errors.ServingError(
                f"{self.url}: {_refusal(response)} {advice}"
            )
        return self._outputs(response)

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def _outputs(self, response):
        """What a successful answer holds."""
        outputs = _json(response).get("outputs")
        if not isinstance(outputs, dict):
            raise errors.ServingError(
                f"{self.url}: the answer must be a JSON object with several "
                "`outputs`. Received "
                f"`{retrying.shown(response.text[:300])}`. Is this a "
                "prediction server, and the model one that attributes?"
            )
        return outputs


def _trusting(ca):
    """What trusts the certificates of a file, and no others."""
    try:
        return ssl.create_default_context(cafile=str(ca))
    except (OSError, ssl.SSLError) as error:
        raise errors.ServingError(
            f"{ca}: must be a PEM file of certificates. {error}."
        ) from error


def _refusal(response):
    """A sentence on what the server said."""
    said = _json(response).get("error")
    text = said if isinstance(said, str) else response.text
    return f"the answer was {response.status_code}: {retrying.shown(text)}."


def _json(response):
    """The object in an answer's body; an empty one if there is none."""
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _wait_seconds(response):
    """How long the server asks to be left alone; 0 if it gives no number."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isdecimal() else 0.0


def _httpx():
    try:
        import httpx
    except ModuleNotFoundError as error:
        raise retrying.missing("httpx") from error
    return httpx
