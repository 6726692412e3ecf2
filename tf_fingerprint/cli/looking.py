"""Options that say where in pictures to look."""

import argparse

SEARCHES = ("none", "single", "margins", "full")


def add_looking(parser: argparse.ArgumentParser) -> None:
    """Adds `--search` and `--box`."""
    parser.add_argument(
        "--search",
        choices=SEARCHES,
        help="where to look: in the centred square alone (none), in what flat "
        "margins leave (single), in both (margins), or also in panels, grids "
        "and squares of all sizes (full); by default margins, and full for "
        "pictures at least twice as large as the run's, or a quarter longer "
        "than wide. All places count in the odds",
    )
    parser.add_argument(
        "--box",
        type=_box,
        metavar="L,T,R,B",
        help="look within this part of each picture alone, in pixels from its "
        "upper left corner",
    )


def _box(text):
    """Four numbers between commas."""
    try:
        left, top, right, bottom = map(int, text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be four whole numbers, such as 0,64,360,424. Received {text}"
        ) from None
    if not (0 <= left < right and 0 <= top < bottom):
        raise argparse.ArgumentTypeError(
            "must be left, top, right, bottom, of which right and bottom are "
            f"larger. Received {text}"
        )
    return left, top, right, bottom
