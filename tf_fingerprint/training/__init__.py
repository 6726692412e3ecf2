"""What the trainings of all methods share."""

from tf_fingerprint.training.loop import precision as precision
from tf_fingerprint.training.loop import save_networks as save_networks
from tf_fingerprint.training.loop import train as train
