"""The command `info`: versions, and what a run and a registry hold."""

import argparse
import collections
import importlib.metadata
import platform
from typing import Any

from tf_fingerprint import paths
from tf_fingerprint.cli import options
from tf_fingerprint.cli import output
from tf_fingerprint.cli import starting
from tf_fingerprint.version import __version__

_DISTRIBUTIONS = (
    *("tensorflow", "tensorflow-cpu", "keras", "numpy"),
    *("pillow", "sqlalchemy"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what `info` takes."""
    parser.add_argument("run", nargs="?", metavar="RUN", help=options.RUN_HELP)
    options.add_registry(parser)
    output.add_format(parser)


def run(args: argparse.Namespace) -> int:
    """Prints versions, and what a run and a registry hold."""
    known: dict[str, Any] = {"versions": versions()}
    if args.registry is not None:
        paths.check_registry(args.registry)
        known["registry"] = _of_registry(args.registry)
    if args.run is not None:
        known["run"] = _of_run(starting.load_run(args.run))
    output.write_facts(known, args.format)
    return 0


def versions() -> dict[str, str]:
    """Versions of this package and of what it rests on, if installed."""
    found = {"tf-fingerprint": __version__, "python": platform.python_version()}
    for name in _DISTRIBUTIONS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _of_run(run) -> dict[str, Any]:
    """What a run was trained with, and what identifies it."""
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


def _of_registry(url: str) -> dict[str, Any]:
    """How much a registry holds, and what is unfinished in it."""
    from tf_fingerprint import registry

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
