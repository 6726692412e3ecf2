"""Whom pictures name among 1 to 10,000 copies, in closed and open world.

The suite `attribution`. In the closed world every picture is of a copy that is
compared with; in the open world half of all images are of copies that nobody
issued, or photographs, and must name nobody.

    python benchmarks/evaluation_attribution.py
"""

import suites_measured


def main(arguments=None):
    photographs = [suites_measured.OTHERS, suites_measured.CATS]
    args = suites_measured.parser(__doc__, photographs).parse_args(arguments)
    suites_measured.measure(
        "attribution", args, result="evaluation_attribution"
    )


if __name__ == "__main__":
    main()
