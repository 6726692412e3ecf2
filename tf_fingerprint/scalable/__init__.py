"""The scalable method: fingerprints in the generator's convolutions."""

from tf_fingerprint.scalable.run import Run as Run
from tf_fingerprint.scalable.run import read as read
