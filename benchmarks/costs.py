r"""What fingerprints cost on two networks that no training was held to.

Frechet distances to the 4,638 cats on features of MobileNet and of SqueezeNet,
of each run's pictures with fresh fingerprints and of the control's, equally
many. A cost is the share by which a run's distance exceeds the control's.

    python benchmarks/costs.py pretrained benchmarks/robust \
        benchmarks/robust_features
"""

import argparse
import pathlib

import results_file
import suites_measured

from tf_fingerprint import data
from tf_fingerprint import methods
from tf_fingerprint.evaluation import baselines
from tf_fingerprint.evaluation.metrics import extractors
from tf_fingerprint.evaluation.metrics import fidelity

SQUEEZENET = suites_measured.FEATURES.with_name(
    "squeezenet_v1.1_imagenet_notop.h5"
)


def main(arguments=None):
    args = parse(arguments)
    networks = [
        extractors.load(path) for path in (suites_measured.FEATURES, SQUEEZENET)
    ]
    photographs = data.load(str(suites_measured.CATS), resolution=64).images
    seen = [network(photographs) for network in networks]
    baseline = baselines.load(
        suites_measured.BASELINE, resolution=64, channels=3, noise="fixed"
    )
    control = baseline.of_seed(args.pictures, args.seed)
    figures = {"pictures": args.pictures, "photographs": len(photographs)}
    bases = {}
    for network, features in zip(networks, seen, strict=True):
        distance = fidelity.frechet_distance(network(control), features)
        bases[network.name] = distance
        figures[f"control_{network.name}"] = distance
    for path in args.runs:
        images = methods.load(path).generate(args.pictures, seed=args.seed)
        name = pathlib.Path(path).name
        for network, features in zip(networks, seen, strict=True):
            distance = fidelity.frechet_distance(network(images), features)
            cost = distance / bases[network.name] - 1
            figures[f"{name}_{network.name}"] = distance
            figures[f"{name}_cost_{network.name}"] = cost
            print(f"{name:20} {network.name:12} {distance:8.1f} {cost:+.3f}")
    print(results_file.write("costs", figures, folder=args.results))


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", help="run directories")
    parser.add_argument("--pictures", type=int, default=2048)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--results", default=results_file.RESULTS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
