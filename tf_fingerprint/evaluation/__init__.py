"""Measures every claim: bits read, recipients named, pictures kept."""

from tf_fingerprint.evaluation.accuracy import (
    AttributionCounts as AttributionCounts,
)
from tf_fingerprint.evaluation.accuracy import (
    attribution_counts as attribution_counts,
)
from tf_fingerprint.evaluation.accuracy import (
    bit_accuracy_counts as bit_accuracy_counts,
)
from tf_fingerprint.evaluation.accuracy import (
    bit_accuracy_interval as bit_accuracy_interval,
)
from tf_fingerprint.evaluation.accuracy import (
    decode_generated as decode_generated,
)
from tf_fingerprint.evaluation.accuracy import (
    wilson_interval as wilson_interval,
)
from tf_fingerprint.evaluation.consistency import (
    fingerprint_psnr as fingerprint_psnr,
)
from tf_fingerprint.evaluation.consistency import (
    fingerprint_variance_share as fingerprint_variance_share,
)
from tf_fingerprint.evaluation.features import (
    MobileNetFeatures as MobileNetFeatures,
)
from tf_fingerprint.evaluation.fidelity import (
    frechet_distance as frechet_distance,
)
from tf_fingerprint.evaluation.fidelity import (
    kernel_distance as kernel_distance,
)
from tf_fingerprint.evaluation.figures import Curve as Curve
from tf_fingerprint.evaluation.figures import Figure as Figure
from tf_fingerprint.evaluation.figures import Grid as Grid
from tf_fingerprint.evaluation.figures import Item as Item
from tf_fingerprint.evaluation.subjects import Options as Options
from tf_fingerprint.evaluation.subjects import Subject as Subject
from tf_fingerprint.evaluation.subjects import of_run as of_run
