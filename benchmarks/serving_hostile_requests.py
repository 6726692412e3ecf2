"""Requests that a server must refuse, each with what refuses it."""

import gzip
import http.client
import io
import json
import struct
import urllib.parse
import zlib

import grpc
import numpy as np
import serving_setting
import tensorflow as tf
from PIL import Image
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

MIB = 2**20
PREDICT = "/v1/models/attribution:predict"
RPC = "/tensorflow.serving.PredictionService/Predict"


class Client:
    """One connection by each interface; every call returns what came back."""

    def __init__(self, url, address):
        self._host = urllib.parse.urlsplit(url).netloc
        self._channel = grpc.insecure_channel(
            address, [("grpc.max_send_message_length", -1)]
        )
        self._stub = prediction_service_pb2_grpc.PredictionServiceStub(
            self._channel
        )

    def rest(self, body, path=PREDICT, method="POST", **headers):
        """The code, and the JSON of the answer if it is one."""
        connection = http.client.HTTPConnection(self._host, timeout=120)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        is_json = response.headers["content-type"] == "application/json"
        return response.status, json.loads(content) if is_json else None

    def row(self, content):
        """The status of the one picture asked about, or the code."""
        body = {"instances": [serving_setting.instance(content)]}
        code, answer = self.rest(json.dumps(body))
        return answer["predictions"][0]["status"] if code == 200 else code

    def recipient(self, content):
        """Whom the one picture is attributed to; by REST."""
        body = {"instances": [serving_setting.instance(content)]}
        _, answer = self.rest(json.dumps(body))
        return answer["predictions"][0]["recipient_id"]

    def recipient_by_grpc(self, content):
        request = asking(image_bytes=np.array([content], object))
        answer = self._stub.Predict(request, timeout=120)
        return tf.make_ndarray(answer.outputs["recipient_id"])[0].decode()

    def rpc(self, request):
        """The name of the code."""
        call = self._stub.Predict
        if isinstance(request, bytes):
            call = self._channel.unary_unary(RPC)
        try:
            call(request, timeout=120)
        except grpc.RpcError as error:
            return error.code().name
        return "OK"


def asking(signature="", **inputs):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "attribution"
    request.model_spec.signature_name = signature
    for name, array in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(array))
    return request


def kinds(good):
    """From each kind's name to a call of a client and what it must return.

    Args:
        good: A picture's PNG file.
    """
    return _documents(good) | _pictures(good) | _urls(good) | _messages(good)


def _documents(good):
    text = json.dumps({"instances": [serving_setting.instance(good)]})
    bodies = {
        "nothing": b"",
        "broken json": text[:-3].encode(),
        "a list": b"[]",
        "neither form": b"{}",
        "both forms": b'{"instances": [""], "inputs": [""]}',
        "no rows": b'{"instances": []}',
        "a number for a file": b'{"instances": [5]}',
        "another input": b'{"instances": [{"image": ""}]}',
        "no base64": b'{"instances": [{"b64": "_-_-"}]}',
        "another signature": b'{"signature_name": "x", "instances": [""]}',
        "floats for pixels": _pixels([[[[0.5, 0.5, 0.5]]]]),
        "ragged pixels": _pixels([[[[1, 2, 3]], [[1, 2]]]]),
        "pixels of rank 2": _pixels([[1, 2, 3]]),
        "pixels of five channels": _pixels([[[[1, 2, 3, 4, 5]]]]),
        "no pixels": _pixels([[[[]]]]),
        "deep lists": b'{"instances": ' + b"[" * 300_000,
        "deep objects": b'{"instances": ' + b'{"x":' * 300_000,
        "a long number": b'{"instances": [' + b"9" * 100_000 + b"]}",
    }
    calls = {
        name: (lambda client, body=body: client.rest(body)[0], 400)
        for name, body in bodies.items()
    }
    compressed = {
        "gzip bomb": gzip.compress(bytes(200 * MIB)),
        "broken gzip": gzip.compress(text.encode())[:-20],
    }
    for name, body in compressed.items():
        calls[name] = (
            lambda client, body=body: client.rest(
                body, **{"Content-Encoding": "gzip"}
            )[0],
            400,
        )
    too_large = b'{"instances": ["' + b"a" * (40 * MIB) + b'"]}'
    calls["a huge body"] = lambda client: client.rest(too_large)[0], 413
    return calls


def _pixels(rows):
    return json.dumps({"signature_name": "images", "instances": rows}).encode()


def _pictures(good):
    jpeg, gif = io.BytesIO(), io.BytesIO()
    image = Image.open(io.BytesIO(good))
    image.convert("RGB").save(jpeg, "JPEG")
    image.convert("P").save(gif, "GIF")
    files = {
        "truncated png": (good[: len(good) // 2], "bad_image"),
        "truncated jpeg": (jpeg.getvalue()[:-200], "bad_image"),
        "changed png": (good[:80] + b"\0\1\2" + good[83:], "bad_image"),
        "empty file": (b"", "unsupported_format"),
        "gif": (gif.getvalue(), "unsupported_format"),
        "text": (b"hello" * 50, "unsupported_format"),
        "png bomb": (black_png(16384), "too_large"),
        "png header alone": (png_start(60000), "too_large"),
        "long file": (good + bytes(17 * MIB), "too_large"),
    }
    return {
        name: (lambda client, content=content: client.row(content), expected)
        for name, (content, expected) in files.items()
    }


def _urls(good):
    body = json.dumps({"instances": [serving_setting.instance(good)]})
    models = "/v1/models/"
    return {
        f"{method} {path}": (
            lambda client, method=method, path=path: client.rest(
                body, path, method
            )[0],
            code,
        )
        for method, path, code in (
            ("POST", f"{models}nobody:predict", 404),
            ("POST", f"{models}attribution/versions/99:predict", 404),
            ("POST", f"{models}attribution/versions/{2**63}:predict", 400),
            ("POST", f"{models}attribution/labels/none:predict", 400),
            ("POST", f"{models}attribution:classify", 400),
            ("POST", f"{models}../../etc/passwd:predict", 400),
            ("POST", f"{models}{'a' * 5000}:predict", 404),
            ("DELETE", f"{models}attribution", 400),
            ("GET", "/../../etc/passwd", 404),
        )
    }


def _messages(good):
    requests = {
        "no model": (predict_pb2.PredictRequest(), "INVALID_ARGUMENT"),
        "numbers for files": (
            asking(image_bytes=np.float32([1])),
            "INVALID_ARGUMENT",
        ),
        "another signature by grpc": (
            asking("none", image_bytes=np.array([good], object)),
            "FAILED_PRECONDITION",
        ),
        "a matrix of files": (
            asking(image_bytes=np.array([[good]], object)),
            "INVALID_ARGUMENT",
        ),
        "no bytes of a message": (b"\xff" * 64, "INTERNAL"),
        "a huge message": (
            asking(image_bytes=np.array([bytes(40 * MIB)], object)),
            "RESOURCE_EXHAUSTED",
        ),
        "negative size": (_shaped([-1, 4, 4, 3]), "INVALID_ARGUMENT"),
        "sizes beyond numbers": (_shaped([2**40] * 4), "INVALID_ARGUMENT"),
        "gigabytes": (_shaped([1, 30000, 30000, 3]), "INVALID_ARGUMENT"),
    }
    return {
        name: (lambda client, sent=sent: client.rpc(sent), expected)
        for name, (sent, expected) in requests.items()
    }


def _shaped(sizes):
    request = asking("images", images=np.zeros((1, 1, 1, 1), np.uint8))
    tensor = request.inputs["images"]
    tensor.ClearField("tensor_content")
    tensor.int_val[:] = [1]
    for place, size in enumerate(sizes):
        tensor.tensor_shape.dim[place].size = size
    return request


def png_start(side):
    """A PNG's header, claiming a grey square, without any pixels."""
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header)


def black_png(side):
    """A small file of very many black pixels."""
    packer = zlib.compressobj(9)
    rows = bytes(64 * (side + 1))
    packed = b"".join(packer.compress(rows) for _ in range(side // 64))
    return (
        png_start(side)
        + _chunk(b"IDAT", packed + packer.flush())
        + _chunk(b"IEND", b"")
    )


def _chunk(kind, content):
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check
