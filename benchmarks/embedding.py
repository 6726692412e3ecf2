"""How many pictures a second a codec marks, and that memory stays the same.

Built-in pictures, written as PNG files and read back, each number of them in a
process of its own, of which the most memory that it ever held is taken.

    python benchmarks/embedding.py --run runs/codec_64
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import results_file


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", required=True, help="of a codec")
    parser.add_argument(
        "--pictures", type=int, nargs=2, default=[2000, 8000], metavar="N"
    )
    parser.add_argument("--min-bit-accuracy", type=float, default=0.0)
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure is not None:
        print(json.dumps(measured(args)))
        return
    figures = {}
    for name, count in zip(("few", "many"), args.pictures, strict=True):
        answer = subprocess.run(
            [*(sys.executable, __file__, "--run", args.run)]
            + ["--measure", str(count)]
            + ["--min-bit-accuracy", str(args.min_bit_accuracy)],
            check=True,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(results_file.ROOT)},
        )
        found = json.loads(answer.stdout.splitlines()[-1])
        print(
            f"{count:,} pictures: {found['pictures_per_second']:,.0f} a second"
            f", at most {found['megabytes']:,.0f} MB, bit accuracy "
            f"{found['bit_accuracy']:.4f}, PSNR {found['psnr']:.2f} dB"
        )
        figures |= {f"{key}_{name}": value for key, value in found.items()}
    figures["megabytes_more"] = (
        figures["megabytes_many"] - figures["megabytes_few"]
    )
    print(results_file.write("embedding", figures))


def measured(args):
    import tf_fingerprint
    from tf_fingerprint import fingerprints
    from tf_fingerprint.artificial import marking
    from tf_fingerprint.artificial.marked_sets import embedding

    run = tf_fingerprint.load(args.run)
    bits = fingerprints.random_bits(run.record.num_bits)
    marks = marking.Marking(len(bits), fingerprints.to_hex(bits))
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        manifest = embedding.embed(
            run,
            f"procedural:{args.measure}",
            pathlib.Path(folder, "set"),
            marks,
            min_bit_accuracy=args.min_bit_accuracy,
        )
        seconds = time.perf_counter() - start
    peak_kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "pictures": args.measure,
        "pictures_per_second": round(args.measure / seconds, 1),
        "megabytes": round(peak_kilobytes / 1024, 1),
        "bit_accuracy": manifest["bit_accuracy"],
        "psnr": manifest["psnr"],
    }


if __name__ == "__main__":
    main()
