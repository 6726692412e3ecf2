"""What fingerprints cost in picture quality, and what they change.

The suite `fidelity` on features of MobileNet, beside a generator of the same
size that saw as many photographs and has all bits neutral. Whether that one
ever learned fingerprints, the weights' model card says.

    python benchmarks/fidelity.py
    python benchmarks/fidelity.py --run benchmarks/robust --name fidelity_robust
"""

import suites_measured


def main(arguments=None):
    parser = suites_measured.parser(__doc__, [suites_measured.CATS])
    parser.add_argument("--features", default=suites_measured.FEATURES)
    parser.add_argument("--baseline", default=suites_measured.BASELINE)
    parser.add_argument(
        "--name", default="fidelity", help="of the file written"
    )
    args = parser.parse_args(arguments)
    suites_measured.measure(
        "fidelity",
        args,
        result=args.name,
        features=str(args.features),
        baseline=str(args.baseline),
    )


if __name__ == "__main__":
    main()
