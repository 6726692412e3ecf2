"""Whom a picture accuses: bits against candidates, odds, verdicts.

Needs neither TensorFlow nor Keras: what reads the bits is handed in.
"""

from tf_fingerprint.attribution.candidates import Candidates as Candidates
from tf_fingerprint.attribution.detection import Detection as Detection
from tf_fingerprint.attribution.detection import detect as detect
from tf_fingerprint.attribution.judge import Judge as Judge
from tf_fingerprint.attribution.matching import Attribution as Attribution
from tf_fingerprint.attribution.matching import Finding as Finding
from tf_fingerprint.attribution.matching import attribute as attribute
from tf_fingerprint.attribution.matching import attribute_many as attribute_many
from tf_fingerprint.attribution.verdict import Verdict as Verdict
