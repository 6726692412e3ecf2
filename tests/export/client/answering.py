"""Small real servers that answer by what a file says, or fail as told."""

import base64
import concurrent.futures
import contextlib
import http.server
import io
import json
import threading

import grpc
import numpy as np
import tensorflow as tf
from PIL import Image
from tensorflow_serving.apis import predict_pb2

from export import client

NUM_BITS = 8
QUICK = client.Patience(
    timeout_seconds=20.0, attempts=4, first_wait_seconds=0.01
)


def picture_by(name):
    """A real picture's file whose end names a recipient."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "png")
    return file.getvalue() + f"by {name}".encode()


def columns_for(images):
    """As an attribution model answers: a file may end with its recipient."""
    named = [image.rpartition(b"by ")[2].decode() for image in images]
    return {
        "status": ["ok" for _ in named],
        "verdict": ["attributed" if each else "nobody" for each in named],
        "recipient_id": named,
        "matches": [NUM_BITS if each else 5 for each in named],
        "p_value": [2.0**-128 if each else 0.36328125 for each in named],
        "log10_p": [-38.5 if each else -0.5 for each in named],
        "p_value_corrected": [2.0**-127 if each else 1.0 for each in named],
        "runner_up_matches": [4 for _ in named],
        "bits": [[1, 0, 1, 0, 1, 1, 0, int(bool(each))] for each in named],
        "registry_version": ["7" for _ in named],
    }


DTYPES = {
    "matches": np.int32,
    "p_value": np.float64,
    "log10_p": np.float32,
    "p_value_corrected": np.float64,
    "runner_up_matches": np.int32,
    "bits": np.int32,
}


class Rest:
    """A REST server.

    `failures` are answered first, one a request: status, body, and headers.
    `requests` are those that came: path, body, and headers.
    """

    def __init__(self, port):
        self.failures, self.requests = [], []
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                owner.requests.append(
                    (self.path, json.loads(body), dict(self.headers))
                )
                status, text, headers = owner.answer(json.loads(body))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", port), Handler
        )
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, request):
        if self.failures:
            status, text, headers = self.failures.pop(0)
            return status, text.encode(), headers
        rows = request["inputs"]["image_bytes"]
        outputs = columns_for([base64.b64decode(row["b64"]) for row in rows])
        return 200, json.dumps({"outputs": outputs}).encode(), {}


@contextlib.contextmanager
def rest_server(port=0):
    running = Rest(port)
    thread = threading.Thread(target=running.server.serve_forever)
    thread.start()
    try:
        yield running
    finally:
        running.server.shutdown()
        thread.join()
        running.server.server_close()


class Rpc(grpc.GenericRpcHandler):
    """A gRPC server over the original messages.

    `failures` are answered first, one a request: code and details.
    `requests` are those that came, and `metadata` what came with them.
    """

    def __init__(self):
        self.failures, self.requests, self.metadata = [], [], []

    def service(self, details):
        assert details.method == "/tensorflow.serving.PredictionService/Predict"
        return grpc.unary_unary_rpc_method_handler(
            self.predict,
            request_deserializer=predict_pb2.PredictRequest.FromString,
            response_serializer=predict_pb2.PredictResponse.SerializeToString,
        )

    def predict(self, request, context):
        self.requests.append(request)
        self.metadata.append(dict(context.invocation_metadata()))
        if self.failures:
            context.abort(*self.failures.pop(0))
        images = tf.make_ndarray(request.inputs["image_bytes"])
        response = predict_pb2.PredictResponse()
        for name, column in columns_for(list(images)).items():
            array = np.array(column, DTYPES.get(name))
            response.outputs[name].CopyFrom(tf.make_tensor_proto(array))
        return response


@contextlib.contextmanager
def rpc_server(port=0):
    handler = Rpc()
    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        server = grpc.server(threads)
        server.add_generic_rpc_handlers([handler])
        port = server.add_insecure_port(f"127.0.0.1:{port}")
        handler.url = f"grpc://127.0.0.1:{port}"
        server.start()
        try:
            yield handler
        finally:
            server.stop(None).wait()
