"""Asks a server whose copy made an image; needs neither TensorFlow nor Keras.

    client = AttributionClient("http://127.0.0.1:8501")
    [found] = client.attribute("found.png")
    print(found.verdict, found.recipient_id, found.p_value_corrected)

The server may be `tf-fingerprint serve` or any TensorFlow Serving that has the
exported attribution model.
"""

from export.client.attribution import AttributionClient as AttributionClient
from export.client.results import ServedAttribution as ServedAttribution
from export.client.retrying import Patience as Patience
