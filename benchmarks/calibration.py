"""Predicted against measured false-positive rates, fingerprint by fingerprint.

Averaged over random fingerprints the formula looks right whatever a decoder
does, by construction. So the rate of each single fingerprint is counted, on
photographs that the generator was not trained on. What issuance refuses is
decided on one half of them and measured on the other.

    python benchmarks/calibration.py
"""

import argparse
import pathlib

import calibration_table
import numpy as np
import results_file

from tf_fingerprint import calibration
from tf_fingerprint import fingerprints
from tf_fingerprint import methods
from tf_fingerprint.evaluation import calibrating
from tf_fingerprint.scalable import run as scalable_run

SHARED = results_file.ROOT.parent / "shared" / "data"
UNTRAINED = [SHARED / "bsds400_natural.zip", SHARED / "fruits100_train.zip"]
TRAINED = [SHARED / "afhqcat128_train.zip"]

# Rates of the formula at whose numbers of matches photographs are counted.
PREDICTED = (1e-3, 1e-4, 1e-6)

# Blocks of neighbours that alternate between the halves.
BLOCKS = 20


def main(arguments=None):
    args = parse(arguments)
    run = methods.load(args.run)
    sources = {
        pathlib.Path(source).stem: photographs(run, source)
        for source in args.photographs
    }
    trained = {
        f"{pathlib.Path(source).stem}, trained on": photographs(run, source)
        for source in args.trained
    }
    together = np.concatenate(list(sources.values()))
    issued = np.stack(
        [
            fingerprints.random_bits(together.shape[1])
            for _ in range(args.issued)
        ]
    )
    rows = [
        row
        for name, read in {"all": together, **sources, **trained}.items()
        for row in rates(name, read, issued)
    ]
    refusal = refused(together, issued)
    presence = unlike_photographs(sources, trained)
    figures = {
        "fingerprints": len(issued),
        "photographs": len(together),
        **chosen(rows),
        **refusal,
        **presence,
        "effective_bits": calibration.effective_bits(together),
        "mean_bias": np.abs(2 * together.mean(axis=0) - 1).mean(),
    }
    table = calibration_table.table(rows, refusal, presence)
    print(table)
    if args.page:
        calibration_table.insert(pathlib.Path(args.page), table)
    print(results_file.write("calibration", figures, folder=args.results))


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", default=scalable_run.PRETRAINED)
    parser.add_argument(
        "--photographs",
        nargs="+",
        default=UNTRAINED,
        help="that the generator was not trained on",
    )
    parser.add_argument(
        "--trained",
        nargs="*",
        default=TRAINED,
        help="that it was trained on, for rows of their own",
    )
    parser.add_argument("--issued", type=int, default=10_000)
    parser.add_argument("--results", default=results_file.RESULTS)
    parser.add_argument(
        "--page",
        default=results_file.ROOT / "docs" / "evidence.md",
        help="page to write the table into; none if empty",
    )
    return parser.parse_args(arguments)


def photographs(run, source):
    """What the decoder reads in them."""
    made = calibrating.calibrate(
        run, [source], min_photographs=2, pictures=4, progress=True
    )
    return made.decoded_bits


def rates(name, read, issued):
    """Rows of one source: measured rates at several numbers of matches."""
    num_bits = read.shape[1]
    histograms = calibration.match_histograms(read, issued)
    for predicted in PREDICTED:
        threshold = fingerprints.match_threshold(num_bits, predicted)
        hits = histograms[:, threshold:].sum(axis=1)
        low, high = calibration.rate_interval(int(hits.max()), len(read))
        yield {
            "photographs": name,
            "count": len(read),
            "matches": threshold,
            "predicted": fingerprints.false_positive_rate(threshold, num_bits),
            "mean": hits.mean() / len(read),
            "median": float(np.median(hits)) / len(read),
            "worst": hits.max() / len(read),
            "worst_low": low,
            "worst_high": high,
        }


def chosen(rows):
    """The figures of all photographs together, at the first threshold."""
    first, *others = [row for row in rows if row["photographs"] == "all"]
    figures = {
        "matches": first["matches"],
        "predicted_rate": first["predicted"],
        "worst_measured_rate": first["worst"],
        "worst_measured_rate_low": first["worst_low"],
        "worst_measured_rate_high": first["worst_high"],
        "median_measured_rate": first["median"],
        "mean_measured_rate": first["mean"],
    }
    for row in others:
        for key in ("predicted", "worst", "median"):
            figures[f"{key}_at_{row['matches']}_matches"] = row[key]
    return figures


def refused(read, issued):
    """What issuance refuses by one half of the photographs, and by all."""
    num_bits = read.shape[1]
    size = max(1, -(-len(read) // BLOCKS))
    seen = np.arange(len(read)) // size % 2 == 0
    by_half = are_refused(read[seen], issued)
    guarded, _ = calibration.guarded_matches(num_bits)
    hits = calibration.match_histograms(read[~seen], issued[~by_half])
    rates_left = hits[:, guarded:].sum(axis=1) / (~seen).sum()
    return {
        "refused_share": are_refused(read, issued).mean(),
        "refused_share_by_half": by_half.mean(),
        "worst_left_on_other_half": rates_left.max(initial=0),
        "median_left_on_other_half": np.median(rates_left),
    }


def are_refused(read, issued):
    """Whether issuance refuses each fingerprint, by these photographs."""
    num_bits = read.shape[1]
    return np.array(
        [
            calibration.is_refused((read == bits).sum(axis=1), num_bits)
            for bits in issued
        ]
    )


def unlike_photographs(sources, trained):
    """Shares of photographs that are taken to carry some fingerprint."""
    shares = {}
    for left_out in (None, *sources):
        fitted = {k: read for k, read in sources.items() if k != left_out}
        if not fitted:
            continue
        test = calibration.PresenceTest.fit(
            np.concatenate(list(fitted.values())),
            [(name, len(read)) for name, read in fitted.items()],
            calibration.MAX_PRESENCE_RATE,
        )
        if left_out is None:
            shares = {
                f"presence_rate_{k}": v.rate for k, v in test.tested.items()
            }
            others = trained
        else:
            others = {left_out: sources[left_out]}
        for name, read in others.items():
            key = f"presence_rate_{name.partition(',')[0]}_left_out"
            shares[key] = float((test.scores(read) > test.threshold).mean())
    return shares


if __name__ == "__main__":
    main()
