"""What `info` knows: versions, a run, a registry."""

import collections
import importlib.metadata
import platform
from typing import Any

from tf_fingerprint import registry
from tf_fingerprint.version import __version__

_DISTRIBUTIONS = (
    *("tensorflow", "tensorflow-cpu", "keras", "numpy"),
    *("pillow", "sqlalchemy"),
)


def versions() -> dict[str, str]:
    """Versions of this package and of what it rests on, if installed."""
    found = {"tf-fingerprint": __version__, "python": platform.python_version()}
    for name in _DISTRIBUTIONS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def of_run(run) -> dict[str, Any]:
    """What a run was trained with, and what identifies it.

    Args:
        run: `scalable.Run` or `artificial.CodecRun`.

    Returns:
        Dict of text and numbers.
    """
    settings = run.config
    facts = {
        "folder": str(run.folder),
        "method": settings.method,
        "source": settings.data.source,
        "resolution": settings.data.resolution,
        "channels": settings.data.channels,
        "num_bits": settings.networks.num_bits,
    }
    if hasattr(run, "encoder"):
        parameters = {"encoder_parameters": run.encoder.count_params()}
    else:
        facts["latent_dim"] = settings.networks.latent_dim
        facts["noise"] = settings.networks.noise
        parameters = {"generator_parameters": run.generator.count_params()}
    return {
        **facts,
        "images_to_train_on": settings.training.images,
        **parameters,
        "decoder_parameters": run.decoder.count_params(),
        "generator_digest": run.generator_digest,
        "decoder_digest": run.decoder_digest,
    }


def of_registry(url: str) -> dict[str, Any]:
    """How much a registry holds, and what is unfinished in it.

    Args:
        url: Its path or URL.

    Returns:
        Dict of numbers, and the list of reservations never confirmed.

    Raises:
        errors.RegistryError: If it can't be opened.
    """
    with registry.open_store(url) as store:
        issuances = store.issuances()
        generators = store.generators()
    counts = collections.Counter(str(each.state) for each in issuances)
    return {
        "generators": len(generators),
        "issuances": len(issuances),
        **{str(state): counts[str(state)] for state in registry.State},
        "unfinished": [
            {
                "id": record.id,
                "recipient": record.recipient,
                "reserved_at": record.issued_at.isoformat(),
            }
            for record in issuances
            if record.state is registry.State.RESERVED
        ],
    }
