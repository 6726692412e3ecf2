"""Where the time of one attribution goes, by asking for parts of it."""

import http.client
import io
import json
import re
import statistics
import time
import urllib.parse

import numpy as np
import serving_setting
from PIL import Image

METRICS = "/monitoring/prometheus/metrics"
RUNTIME = ":tensorflow:serving:runtime_latency_sum"


def measured(url, file, num_requests):
    """Medians, in milliseconds, and their shares of the whole.

    Args:
        url: Of an idle server of `attribution` and `decoder`.
        file: A picture's PNG file.
        num_requests: Of each kind.
    """
    pixels = np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))
    as_file = {"instances": [serving_setting.instance(file)]}
    as_pixels = {"signature_name": "images", "instances": [pixels.tolist()]}
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc)
    kinds = {
        "whole": ("attribution", as_file),
        "attributed": ("attribution", as_pixels),
        "decoded": ("decoder", as_pixels),
    }
    times = {name: [] for name in kinds}
    # In turns, so that whatever else the machine does slows all alike.
    for _ in range(num_requests):
        for name, (model, body) in kinds.items():
            times[name].append(timed(connection, model, json.dumps(body)))
    connection.close()
    client, model = (
        {
            name: 1e3 * statistics.median(each[index] for each in pairs)
            for name, pairs in times.items()
        }
        for index in (0, 1)
    )
    parts = {
        "images": model["whole"] - model["attributed"],
        "registry": model["attributed"] - model["decoded"],
        "decoder": model["decoded"],
        "network": client["whole"] - model["whole"],
    }
    whole = client["whole"]
    return {
        "single_request_ms": round(whole, 3),
        **{f"{key}_ms": round(parts[key], 3) for key in parts},
        **{f"share_{key}": round(parts[key] / whole, 3) for key in parts},
    }


def timed(connection, model, body):
    """Seconds at the client, and those inside the model."""
    before = runtime_seconds(connection, model)
    start = time.perf_counter()
    connection.request("POST", f"/v1/models/{model}:predict", body)
    response = connection.getresponse()
    content = response.read()
    seconds = time.perf_counter() - start
    if response.status != 200:
        raise SystemExit(f"{model}: {response.status} {content[:200]}")
    return seconds, runtime_seconds(connection, model) - before


def runtime_seconds(connection, model):
    """All that the model has run so far, as the server counts."""
    connection.request("GET", METRICS)
    text = connection.getresponse().read().decode()
    match = re.search(
        rf'^{RUNTIME}{{model_name="{model}"}} (\S+)$', text, re.MULTILINE
    )
    return float(match[1]) / 1e6 if match else 0.0
