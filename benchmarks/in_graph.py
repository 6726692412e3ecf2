"""What the registry inside the graph costs: time, memory and disk.

For each number of issued fingerprints an attribution servable of the pretrained
run is written, beside one decoder servable, which has the same networks and no
registry. A fresh process asks both in turn with the same PNG files, one in a
request or eight. `lookup_ms` is the median of how much longer the attribution
took than the decoder just before or after it, between its quartiles `low` and
`high`; `ms` is the median of the attribution itself. `mb` and `rss_mb` are how
much more the attribution takes, of disk and in memory, where processes that
loaded and asked only one of them are compared.

    python benchmarks/in_graph.py
"""

import argparse
import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import PIL.Image
import results_file
import tensorflow as tf

import export
import tf_fingerprint
from tf_fingerprint import attribution as attributions
from tf_fingerprint import registry

SIZES = [1_000, 100_000, 1_000_000]
PROCESS = pathlib.Path(__file__).with_name("in_graph_process.py")
PICTURE, DECODER = "picture.png", "decoder"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--repeats", type=int, default=201)
    parser.add_argument("--run", default="pretrained")
    parser.add_argument(
        "--dry", action="store_true", help="print only, write no result"
    )
    args = parser.parse_args()
    figures = measure(args.run, args.sizes, args.repeats)
    if not args.dry:
        print(results_file.write("in_graph", figures))


def measure(run, sizes, repeats):
    run = tf_fingerprint.load(run)
    figures = {"repeats": repeats}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        bits = write_picture(run, folder / PICTURE)
        save(export.decoder(run), folder / DECODER)
        bare = asked(folder, repeats, DECODER) | {
            "disk_mb": megabytes_of(folder / DECODER)
        }
        figures["mb_in_memory_decoder"] = round(bare["mb"])
        for size in sizes:
            name = f"1e{len(str(size)) - 1}"
            save(
                export.attribution(run, issued(run, bits, size)), folder / name
            )
            found = asked(folder, repeats, DECODER, name)
            if found["verdict"] != "attributed":
                raise SystemExit(f"{size} issued: {found['verdict']}")
            row = {
                **times(found),
                "mb": megabytes_of(folder / name) - bare["disk_mb"],
                "rss_mb": found["mb"] - bare["mb"],
            }
            print(f"{size:9,} issued")
            for key, value in row.items():
                print(f"    {key:18} {value:8.3f}")
            figures |= {f"{k}_{name}": round(v, 3) for k, v in row.items()}
    return figures


def times(found):
    """Medians and quartiles, from milliseconds of decoder and attribution."""
    figures = {}
    for rows, name in (("1", ""), ("8", "_8")):
        decoder, attribution = np.array(found[rows]).T
        low, median, high = np.percentile(attribution - decoder, [25, 50, 75])
        figures |= {
            f"ms{name}": float(np.median(attribution)),
            f"lookup_ms{name}": median,
            f"lookup_ms{name}_low": low,
            f"lookup_ms{name}_high": high,
        }
    return figures


def write_picture(run, path):
    """Writes a picture of the run's; returns what is read in it."""
    [picture] = run.generate(1, seed=1)
    PIL.Image.fromarray(np.squeeze(picture)).save(path)
    [logits] = run.decode(path)
    return logits > 0


def save(made, folder):
    tf.saved_model.save(made.module, str(folder), dict(made.signatures))


def asked(folder, repeats, *names):
    """What a fresh process finds of these servables."""
    output = subprocess.run(
        [
            *(sys.executable, str(PROCESS), str(folder / PICTURE)),
            str(repeats),
            *(str(folder / name) for name in names),
        ],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    ).stdout
    return json.loads(output.splitlines()[-1])


def megabytes_of(folder):
    files = [each for each in folder.rglob("*") if each.is_file()]
    return sum(each.stat().st_size for each in files) / 1e6


def issued(run, bits, size):
    """So many random fingerprints; the last one is the picture's."""
    random = np.random.default_rng(0)
    now = datetime.datetime.now(datetime.UTC)
    packed = random.bytes(size * len(bits) // 8).hex()
    digits = len(bits) // 4
    texts = [packed[n * digits : (n + 1) * digits] for n in range(size)]
    texts[-1:] = [np.packbits(bits).tobytes().hex()] if size else []
    return attributions.Candidates(
        run.record,
        [
            registry.IssuanceRecord(f"{n:016x}", text, f"R{n}", now, run.record)
            for n, text in enumerate(texts)
        ],
    )


if __name__ == "__main__":
    main()
