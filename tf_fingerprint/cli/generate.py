"""The command `generate`: pictures of an open generator."""

import argparse

from tf_fingerprint.cli import options
from tf_fingerprint.cli import starting
from tf_fingerprint.cli import values


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what `generate` takes."""
    options.add_run(parser)
    parser.add_argument(
        "--num",
        type=values.positive,
        default=16,
        metavar="N",
        help="pictures to make (default: %(default)s)",
    )
    parser.add_argument(
        "--fingerprint",
        metavar="HEX",
        help="of all pictures; each its own, issued to nobody, if not given",
    )
    options.add_seed(parser, "of everything drawn", default=None)
    options.add_to(parser, "new or empty folder for the pictures")


def run(args: argparse.Namespace) -> int:
    """Makes pictures; prints the path of each."""
    from tf_fingerprint import files
    from tf_fingerprint import fingerprints

    files.check_new(args.to, "pictures")
    opened = starting.load_run(args.run)
    starting.check_generator(opened)
    bits = None
    if args.fingerprint is not None:
        try:
            bits = fingerprints.from_hex(
                args.fingerprint, opened.config.networks.num_bits
            )
        except ValueError as error:
            args.parser.error(f"argument --fingerprint: {error}")
    images = opened.generate(
        args.num, fingerprints=bits, seed=args.seed, progress=True
    )
    for path in files.write_pictures(images, args.to):
        print(path)
    return 0
