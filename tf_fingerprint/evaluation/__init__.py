"""Measures every claim: bits read, recipients named, pictures kept."""

from tf_fingerprint.evaluation.metrics.accuracy import (
    AttributionCounts as AttributionCounts,
)
from tf_fingerprint.evaluation.metrics.accuracy import (
    attribution_counts as attribution_counts,
)
from tf_fingerprint.evaluation.metrics.accuracy import (
    bit_accuracy_counts as bit_accuracy_counts,
)
from tf_fingerprint.evaluation.metrics.accuracy import (
    bit_accuracy_interval as bit_accuracy_interval,
)
from tf_fingerprint.evaluation.metrics.accuracy import (
    decode_generated as decode_generated,
)
from tf_fingerprint.evaluation.metrics.accuracy import (
    wilson_interval as wilson_interval,
)
from tf_fingerprint.evaluation.metrics.consistency import (
    fingerprint_psnr as fingerprint_psnr,
)
from tf_fingerprint.evaluation.metrics.consistency import (
    fingerprint_variance_share as fingerprint_variance_share,
)
from tf_fingerprint.evaluation.metrics.features import (
    MobileNetFeatures as MobileNetFeatures,
)
from tf_fingerprint.evaluation.metrics.fidelity import (
    frechet_distance as frechet_distance,
)
from tf_fingerprint.evaluation.metrics.fidelity import (
    kernel_distance as kernel_distance,
)
from tf_fingerprint.evaluation.report.figures import Curve as Curve
from tf_fingerprint.evaluation.report.figures import Figure as Figure
from tf_fingerprint.evaluation.report.figures import Grid as Grid
from tf_fingerprint.evaluation.report.figures import Item as Item
from tf_fingerprint.evaluation.subjects import Options as Options
from tf_fingerprint.evaluation.subjects import Subject as Subject
from tf_fingerprint.evaluation.subjects import of_run as of_run
