"""What the server counts, for Prometheus."""

from collections.abc import Mapping

import prometheus_client

PATH = "/monitoring/prometheus/metrics"
CONTENT_TYPE = prometheus_client.CONTENT_TYPE_LATEST

PREFIX = ":tensorflow:serving:"
# Of the production server: from 10 microseconds by factors of 1.8.
MICROSECONDS = [10 * 1.8**power for power in range(33)]


class Metrics:
    """Counters and histograms of one server.

    Names are those that the dashboards of production servers show.
    """

    def __init__(self):
        self._registry = prometheus_client.CollectorRegistry()
        self._requests = prometheus_client.Counter(
            f"{PREFIX}request_count",
            "Requests to predict, by what they were answered with.",
            ["model_name", "status"],
            registry=self._registry,
        )
        self._request_latency = self._histogram(
            "request_latency", "Microseconds from request to answer."
        )
        self._failed = prometheus_client.Gauge(
            f"{PREFIX}failed_newest_version",
            "Number of a model's newest version, where it can't be served.",
            ["model_name"],
            registry=self._registry,
        )
        self._runtime_latency = self._histogram(
            "runtime_latency", "Microseconds inside the model."
        )

    def count(self, model: str, status: str, seconds: float) -> None:
        """Adds an answered request.

        `model`: its name; empty if there is none, because what strangers call
        it is without bound.
        """
        self._requests.labels(model, status).inc()
        self._request_latency.labels(model).observe(seconds * 1e6)

    def observe_runtime(self, model: str, seconds: float) -> None:
        """Adds a run of a model."""
        self._runtime_latency.labels(model).observe(seconds * 1e6)

    def tell_failed(self, versions: Mapping[str, int]) -> None:
        """Shows newest versions that can't be served, and no others."""
        self._failed.clear()
        for model, number in versions.items():
            self._failed.labels(model).set(number)

    def text(self) -> bytes:
        """All of them, as Prometheus reads them."""
        return prometheus_client.generate_latest(self._registry)

    def _histogram(self, name, documentation):
        return prometheus_client.Histogram(
            f"{PREFIX}{name}",
            documentation,
            ["model_name"],
            buckets=MICROSECONDS,
            registry=self._registry,
        )
