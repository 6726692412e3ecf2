"""Going on from finished weights instead of random ones."""

import os
import pathlib
from typing import Any

from tf_fingerprint import errors
from tf_fingerprint.runs import directory as run_directory
from tf_fingerprint.scalable import gan

# Arguments of networks that say nothing about weights given to them.
_WITHOUT_MEANING = {"name", "noise_strength"}


def start(
    model: gan.FingerprintGAN,
    run: str | os.PathLike[str],
    *,
    anchor: str | os.PathLike[str] = "",
) -> None:
    """Begins a training with the weights of a run, and its pictures as done.

    The first `curriculum.initial_bits` are active at once: all of them for a
    run with fingerprints, fewer for one that has only learned pictures.

    `model`: a training that has not begun; `anchor`: the folder of the
    `generator.keras` whose pictures with neutral bits an anchored training
    stays near; empty for the run's own.
    """
    begun = run_directory.folder_of(run)
    _, generator, decoder = run_directory.read(begun)
    anchored = generator
    if anchor:
        anchored = run_directory.read_generator(
            run_directory.folder_of(anchor) / run_directory.GENERATOR
        )
    copies: list[tuple[Any, Any, str | os.PathLike[str]]] = [
        (model.generator, generator, begun),
        (model.ema_generator, generator, begun),
        (model.decoder, decoder, begun),
    ]
    if model.anchor_generator:
        copies.append((model.anchor_generator, anchored, anchor or run))
    # All are compared before the first one changes.
    for network, other, folder in copies:
        _compare(network, other, folder)
    for network, other, _ in copies:
        network.set_weights(other.get_weights())
    model.progress = model.curriculum.go_on()


def _compare(network, other, folder):
    """Raises where weights don't fit, and says which setting does it."""
    wanted, found = network.get_config(), other.get_config()
    differing = [
        f"`{key}` {found.get(key)!r} instead of {value!r}"
        for key, value in wanted.items()
        if key not in _WITHOUT_MEANING and found.get(key) != value
    ]
    if differing:
        kind = type(network).__name__.lower()
        raise errors.RunError(
            f"{pathlib.Path(folder)}: its {kind} must be made like the "
            f"training's to begin with its weights. It has "
            f"{', '.join(differing)}. Give `[data]` and `[networks]` the "
            "values of its config.toml, or begin from another run."
        )
