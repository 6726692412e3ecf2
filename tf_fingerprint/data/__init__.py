"""Photographs in, batches out: folders, zips, tensorflow-datasets, procedural.

`load` decodes a whole source into one `uint8` array, `batches` turns that
array into an endless `tf.data` pipeline that any step can be resumed at.
"""

from tf_fingerprint.data.listings import list_pictures
from tf_fingerprint.data.photographs import Photographs
from tf_fingerprint.data.photographs import held_out
from tf_fingerprint.data.photographs import load
from tf_fingerprint.data.pipeline import batches
from tf_fingerprint.data.pipeline import numpy_batches
from tf_fingerprint.data.pixels import to_pixels
from tf_fingerprint.data.pixels import to_unit
from tf_fingerprint.data.procedural import procedural_images
from tf_fingerprint.data.reading import CROPS
from tf_fingerprint.data.reading import read_image

__all__ = [
    "CROPS",
    "Photographs",
    "batches",
    "held_out",
    "list_pictures",
    "load",
    "numpy_batches",
    "procedural_images",
    "read_image",
    "to_pixels",
    "to_unit",
]
