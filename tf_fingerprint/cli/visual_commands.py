"""The commands on visualization networks: visualize, fingerprints."""

import argparse
import contextlib
import sys

from tf_fingerprint.cli import starting


def visualize(args: argparse.Namespace) -> int:
    """Trains a visualization network; prints the run directory."""
    from tf_fingerprint.config import visualization as visualization_config
    from tf_fingerprint.passive import folders

    config = visualization_config.read(args.config, args.overrides)
    # What is wrong with the folders is told before TensorFlow is there.
    folders.find(args.sources_dir, leave_out=config.data.leave_out)
    starting.import_tensorflow()
    from tf_fingerprint.passive.visualization import (
        training as visualization_training,
    )

    # Keras draws its bar on stdout, which is for results.
    with contextlib.redirect_stdout(sys.stderr):
        run_dir = visualization_training.train(
            config,
            args.sources_dir,
            args.run_dir,
            resume=args.resume,
            minutes=args.minutes,
            verbose="auto" if sys.stderr.isatty() else 0,
        )
    print(run_dir)
    return 0


def fingerprints(args: argparse.Namespace) -> int:
    """Writes fingerprints as pictures; prints the page that shows them."""
    starting.import_tensorflow()
    from tf_fingerprint.passive.visualization import (
        pictures as fingerprint_pictures,
    )
    from tf_fingerprint.passive.visualization import run as visualization_run

    run = visualization_run.load(args.run)
    print(fingerprint_pictures.write(run, args.to, args.images))
    return 0
