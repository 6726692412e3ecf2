"""The whole workflow in two minutes, on pretrained weights, as one page."""

from tf_fingerprint.quickstart.story import RECIPIENTS as RECIPIENTS
from tf_fingerprint.quickstart.story import quickstart as quickstart
