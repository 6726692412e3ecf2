"""What kinds of configs there are, by the `method` at their top."""

from tf_fingerprint import errors
from tf_fingerprint.config import artificial
from tf_fingerprint.config import passive
from tf_fingerprint.config import scalable as scalable_config
from tf_fingerprint.config import stages as config_stages
from tf_fingerprint.config import visualization

OneTraining = (
    scalable_config.Config
    | artificial.CodecConfig
    | passive.Config
    | visualization.Config
)
AnyConfig = OneTraining | config_stages.Staged

METHODS = {
    kind.method: kind
    for kind in (
        scalable_config.Config,
        artificial.CodecConfig,
        passive.Config,
        visualization.Config,
    )
}
DEFAULT_METHOD = scalable_config.Config.method

# Runs of before don't say their method; these files in them do.
NETWORKS = {
    "classifier.keras": passive.Config.method,
    "visualization.keras": visualization.Config.method,
}


def of_file(method, wanted, path):
    """The class of a file's config: by what it says, or lies beside."""
    if method is None:
        found = (m for n, m in NETWORKS.items() if path.with_name(n).exists())
        method = wanted.method if wanted else next(found, DEFAULT_METHOD)
    known = [wanted.method] if wanted else list(METHODS)
    if method in known:
        return METHODS[method]
    raise errors.ConfigError(
        f"{path}: `method` must be one of {', '.join(known)}. Received "
        f"{method!r}."
    )
