"""Puts the table of all claims at a glance into docs/results.md.

Each row is words into which a file's figures are filled; a row of which a
figure is missing does not appear.

    python benchmarks/glance_page.py
"""

import argparse
import json
import pathlib

import pages
import results_file

PAGE, TABLE = "results.md", "glance"
HEADER = ("what", "goal", "measured", "command")

# What was tried, the goal, the file, and what was found.
ROWS = [
    (
        "bits read after PNG, fresh fingerprints, {pictures:,} pictures",
        "0.985",
        "shipped",
        "{bit_accuracy_png:.3f} ({bit_accuracy_png_low:.3f} to "
        "{bit_accuracy_png_high:.3f})",
    ),
    (
        "traced to the right one of {issued:,} copies, after PNG, at a "
        "false-positive rate of 1e-6",
        "99.9 %",
        "shipped",
        "{attributed_right_of_1000:.2%}, at least "
        "{attributed_right_of_1000_low:.1%}; {attributed_wrong} wrong",
    ),
    (
        "the same after JPEG at quality 90",
        "-",
        "shipped",
        "{jpeg90_attributed_right_of_1000:.2%}; {jpeg90_attributed_wrong} "
        "wrong",
    ),
    (
        "photographs that no copy made, of {photographs:,}, traced to anybody",
        "0",
        "shipped",
        "{photographs_named}",
    ),
    (
        "Frechet distance on MobileNet features, against a generator that "
        "never learned a fingerprint",
        "+ 25 %",
        "shipped",
        "{fidelity_cost:+.0%} ({frechet:,.0f} against {frechet_baseline:,.0f})",
    ),
    (
        "kernel distance on them",
        "+ 25 %",
        "shipped",
        "{kid_cost:+.0%} ({kid:.1f} against {kid_baseline:.1f})",
    ),
    (
        "training: images a second, against the same step in PyTorch",
        "1.0 times",
        "train_step",
        "{ratio_to_pytorch:.2f} times ({images_per_second} against "
        "{pytorch_images_per_second}; {ratio_to_pytorch_lowest:.2f} to "
        "{ratio_to_pytorch_highest:.2f} over the rounds)",
    ),
    (
        "`configs/quick.toml` from nothing, one core: bits read after PNG",
        "0.95 in 600 s",
        "quick",
        "{bit_accuracy_png:.3f} in {quick_seconds:.0f} s",
    ),
    (
        "a sealed copy's pictures a second, against the open generator's",
        "1.0 times",
        "sealed",
        "{ratio_to_open:.2f} times",
    ),
    (
        "issuances a second, slowest of {rounds} rounds",
        "1,000",
        "issue",
        "{issued_per_second:,}",
    ),
    (
        "SavedModel, TFLite and ONNX against Keras: bits that differ, of "
        "{bits:,}",
        "-",
        "formats",
        "{savedmodel_bits_different}, {tflite_bits_different} and "
        "{onnx_bits_different}, of them {savedmodel_rounding_near_zero}, "
        "{tflite_rounding_near_zero} and {onnx_rounding_near_zero} with "
        "logits within rounding of 0; verdicts: "
        "{savedmodel_verdicts_different}, "
        "{tflite_verdicts_different}, {onnx_verdicts_different}",
    ),
    (
        "the same by the local server, REST and gRPC",
        "-",
        "served",
        "{rest_bits_different} and {grpc_bits_different}; verdicts: "
        "{rest_verdicts_different} and {grpc_verdicts_different}",
    ),
    (
        "{clients} clients for {seconds} s while {versions_that_answered} "
        "versions are published, one core",
        "none failed or wrong",
        "serving_load",
        "{failed} and {wrong} of {requests:,}; median {p50_ms:.0f} ms, 99 % "
        "within {p99_ms:.0f} ms, {pictures_per_second:.0f} pictures a second",
    ),
    (
        "{requests:,} hostile requests among {good_requests} good ones",
        "right codes, server alive",
        "serving_hostile",
        "{wrong_code} wrong codes, {wrong_good_answers} wrong answers, "
        "{server_died} deaths; {megabytes_before} MB before, "
        "{megabytes_after_idle} once idle",
    ),
    (
        "{bundles:,} signed bundles, two cores",
        "120 s",
        "bundles",
        "{seconds_per_1000_signed:.0f} s",
    ),
    (
        "right among 10, 1,000 and 100,000 issued, false-positive rate 1e-6, "
        "after PNG",
        "-",
        "attribution",
        "{hard_right_png_10:.0%}, {hard_right_png_1000:.0%} and "
        "{hard_right_png_100000:.0%}; wrong: {wrong_png_10}, "
        "{wrong_png_1000}, {wrong_png_100000}",
    ),
    (
        "nearest of 1,000,000 fingerprints, 1,000 queries at once, one core",
        "2 ms a query",
        "search",
        "{ms_per_query_1e6_batch1000:.1f} ms with faiss, "
        "{ms_per_query_1e6_batch1000_without_faiss:.1f} with NumPy alone",
    ),
    (
        "{processes} processes issuing for {seconds_each} s each on SQLite "
        "and PostgreSQL, {killed} killed",
        "nothing lost, doubled or broken",
        "registry_load",
        "{lost}, {doubled} and {chain_broken} of {issued:,}",
    ),
]


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--docs", type=pathlib.Path, default=pages.DOCS)
    parser.add_argument(
        "--results", type=pathlib.Path, default=results_file.RESULTS
    )
    args = parser.parse_args(arguments)
    rows = list(filled(args.results))
    print(pages.fill(PAGE, TABLE, HEADER, rows, folder=args.docs))


def filled(folder):
    """The rows whose figures are there."""
    for what, goal, file, found in ROWS:
        path = pathlib.Path(folder, f"{file}.json")
        result = json.loads(path.read_text()) if path.exists() else {}
        try:
            cells = [text.format(**result["figures"]) for text in (what, found)]
        except KeyError:
            continue
        yield cells[0], goal, cells[1], f"`{result['command']}`"


if __name__ == "__main__":
    main()
