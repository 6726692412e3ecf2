"""Odds that hold for one decoder on real photographs, not only on paper.

The binomial tail is exact over the issuer's draw. A decoder's answers to
photographs are neither fair nor independent, so a fingerprint near its habits
is matched more often than that. Here this is measured, and what follows from
it: verdicts, soft decoding, and what issuance refuses. NumPy and SciPy only.
"""

from tf_fingerprint.calibration.belonging import FILE_NAME as FILE_NAME
from tf_fingerprint.calibration.belonging import drawing as drawing
from tf_fingerprint.calibration.belonging import of_run as of_run
from tf_fingerprint.calibration.intervals import rate_interval as rate_interval
from tf_fingerprint.calibration.levels import Levels as Levels
from tf_fingerprint.calibration.null_rates import MeasuredRate as MeasuredRate
from tf_fingerprint.calibration.null_rates import (
    effective_bits as effective_bits,
)
from tf_fingerprint.calibration.null_rates import (
    match_histograms as match_histograms,
)
from tf_fingerprint.calibration.presence import PresenceTest as PresenceTest
from tf_fingerprint.calibration.readings import majority as majority
from tf_fingerprint.calibration.record import (
    MAX_PRESENCE_RATE as MAX_PRESENCE_RATE,
)
from tf_fingerprint.calibration.record import MIN_PHOTOGRAPHS as MIN_PHOTOGRAPHS
from tf_fingerprint.calibration.record import Calibration as Calibration
from tf_fingerprint.calibration.record import load as load
from tf_fingerprint.calibration.refusal import (
    guarded_matches as guarded_matches,
)
from tf_fingerprint.calibration.refusal import is_refused as is_refused
from tf_fingerprint.calibration.soft import SoftModel as SoftModel
from tf_fingerprint.calibration.tails import log10_tail as log10_tail
from tf_fingerprint.calibration.tails import whole_weights as whole_weights
