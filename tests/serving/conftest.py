"""The server that is asked: one started here, or one given by its address."""

import dataclasses

import grpc
import pytest
from tensorflow_serving.apis import model_service_pb2_grpc
from tensorflow_serving.apis import prediction_service_pb2_grpc

from export import server

from . import asking
from . import tiny_models


@dataclasses.dataclass
class Serving:
    """Both addresses, and whether the server is the one of this package."""

    url: str
    address: str
    is_ours: bool

    def __post_init__(self):
        self.channel = grpc.insecure_channel(self.address)
        self.predictions = prediction_service_pb2_grpc.PredictionServiceStub(
            self.channel
        )
        self.models = model_service_pb2_grpc.ModelServiceStub(self.channel)

    def ask(self, method, target, body=None, **headers):
        return asking.ask(self.url, method, target, body, **headers)

    def predict(self, model, body, **headers):
        return self.ask("POST", f"/v1/models/{model}:predict", body, **headers)


@pytest.fixture(scope="session")
def serving(request, tmp_path_factory):
    url = request.config.getoption("--serving-url")
    address = request.config.getoption("--serving-grpc")
    if url or address:
        if not (url and address):
            pytest.fail("give both --serving-url and --serving-grpc")
        yield Serving(url, address, is_ours=False)
        return
    folder = tiny_models.write_all(tmp_path_factory.mktemp("models"))
    policies = server.read_policies(folder / "models.config")
    with server.Server(folder, policies=policies) as running:
        yield Serving(running.rest_url, running.grpc_address, is_ours=True)


@pytest.fixture
def ours(serving):
    """For what this server does differently, as the deviations say."""
    if not serving.is_ours:
        pytest.skip("a deviation of the local server")
    return serving
