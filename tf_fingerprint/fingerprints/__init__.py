"""Fingerprints and the odds of matching one by chance; NumPy only."""

from tf_fingerprint.fingerprints.bits import MAX_NUM_BITS as MAX_NUM_BITS
from tf_fingerprint.fingerprints.bits import MIN_NUM_BITS as MIN_NUM_BITS
from tf_fingerprint.fingerprints.bits import check_bits as check_bits
from tf_fingerprint.fingerprints.bits import check_num_bits as check_num_bits
from tf_fingerprint.fingerprints.bits import from_hex as from_hex
from tf_fingerprint.fingerprints.bits import pack as pack
from tf_fingerprint.fingerprints.bits import random_bits as random_bits
from tf_fingerprint.fingerprints.bits import to_hex as to_hex
from tf_fingerprint.fingerprints.bits import unpack as unpack
from tf_fingerprint.fingerprints.codes import Accusation as Accusation
from tf_fingerprint.fingerprints.codes import accuse as accuse
from tf_fingerprint.fingerprints.codes import bit_weights as bit_weights
from tf_fingerprint.fingerprints.codes import (
    weighted_matches as weighted_matches,
)
from tf_fingerprint.fingerprints.codes import weighted_tail as weighted_tail
from tf_fingerprint.fingerprints.statistics import (
    corrected_p_value as corrected_p_value,
)
from tf_fingerprint.fingerprints.statistics import (
    false_positive_rate as false_positive_rate,
)
from tf_fingerprint.fingerprints.statistics import (
    log10_false_positive_rate as log10_false_positive_rate,
)
from tf_fingerprint.fingerprints.statistics import (
    match_threshold as match_threshold,
)
from tf_fingerprint.fingerprints.statistics import (
    max_candidates as max_candidates,
)
