"""How long `configs/quick.toml` and `smoke.toml` take, and what comes out.

Trains both by the command, as a user would, from nothing and without shared
files, then reads fresh fingerprints in 8-bit pictures of the quick one.

    python benchmarks/quick.py
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
import results_file
import shipped_inputs as inputs

from tf_fingerprint import evaluation
from tf_fingerprint import methods

CONFIGS = results_file.ROOT / "configs"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=2048)
    args = parser.parse_args()
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("smoke", "quick"):
            run_dir = pathlib.Path(folder, name)
            figures[f"{name}_seconds"] = train(name, run_dir)
        figures |= measure(methods.load(run_dir), args.pictures)
    figures["pictures"] = args.pictures
    for name, figure in figures.items():
        print(f"{name:28} {figure:>12,.6g}")
    print(results_file.write("quick", figures))


def train(name, run_dir):
    """Seconds from the command to its end."""
    inputs.tell(f"training configs/{name}.toml")
    command = [sys.executable, "-m", "tf_fingerprint.cli", "train"]
    command += [CONFIGS / f"{name}.toml", "--run-dir", run_dir]
    environment = os.environ | {"PYTHONPATH": str(results_file.ROOT)}
    start = time.monotonic()
    subprocess.run(command, check=True, env=environment, stdout=sys.stderr)
    return time.monotonic() - start


def measure(run, count):
    """What the decoder reads in pictures as files, each of new bits."""
    bits = inputs.draw_fingerprints(run, count)
    pictures = run.generate(count, fingerprints=bits, seed=0)
    decoded = np.asarray(run.decode(pictures) > 0)
    matches = evaluation.bit_accuracy_counts(decoded, bits)
    low, high = evaluation.bit_accuracy_interval(matches, bits.shape[1])
    return {
        "bit_accuracy_png": matches.mean() / bits.shape[1],
        "bit_accuracy_png_low": low,
        "bit_accuracy_png_high": high,
    }


if __name__ == "__main__":
    main()
