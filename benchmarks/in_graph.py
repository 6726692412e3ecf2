"""What the registry inside the graph costs: time, memory and disk.

For each number of issued fingerprints, an attribution servable of the
pretrained run is written, and a fresh process loads it and asks it. `ms` is
the median of a request with one PNG, `ms_8` of one with eight; `lookup_ms` is
how much of the first the registry takes: what it takes longer than with no
fingerprint issued. `mb` is the size of the servable without its networks,
`rss_mb` what the process holds more than with no fingerprint issued.

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
from tf_fingerprint import registry

SIZES = [1_000, 100_000, 1_000_000]

FRESH = """
import json, resource, sys, time
import numpy as np, tensorflow as tf
folder, picture, repeats = sys.argv[1], sys.argv[2], int(sys.argv[3])
content = open(picture, "rb").read()
ask = tf.saved_model.load(folder).signatures["serving_default"]
found = {}
for rows in (1, 8):
    request = tf.constant([content] * rows)
    ask(image_bytes=request)
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        answer = ask(image_bytes=request)
        answer["verdict"].numpy()
        seconds.append(time.perf_counter() - start)
    found[f"ms_{rows}"] = 1e3 * float(np.median(seconds))
status = open("/proc/self/status").read()
[line] = [each for each in status.splitlines() if each.startswith("VmRSS")]
found["rss_mb"] = int(line.split()[1]) / 1e3
found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
found["verdict"] = answer["verdict"].numpy()[0].decode()
print(json.dumps(found))
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--repeats", type=int, default=101)
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
        bits = write_picture(run, folder / "picture.png")
        bare = measure_one(run, bits, 0, folder, repeats)
        print("   issued      ms   ms, 8  lookup      8      MB  RSS MB")
        for size in sizes:
            found = measure_one(run, bits, size, folder, repeats)
            if found["verdict"] != "attributed":
                raise SystemExit(f"{size} issued: {found['verdict']}")
            name = f"1e{len(str(size)) - 1}"
            row = {
                f"ms_{name}": found["ms_1"],
                f"ms_8_{name}": found["ms_8"],
                f"lookup_ms_{name}": found["ms_1"] - bare["ms_1"],
                f"lookup_ms_8_{name}": found["ms_8"] - bare["ms_8"],
                f"mb_{name}": found["disk_mb"] - bare["disk_mb"],
                f"rss_mb_{name}": found["rss_mb"] - bare["rss_mb"],
            }
            print(f"{size:9}", *(f"{value:7.2f}" for value in row.values()))
            figures |= {key: round(value, 3) for key, value in row.items()}
    return figures


def write_picture(run, path):
    """Writes a picture of the run's; returns what is read in it."""
    [picture] = run.generate(1, seed=1)
    PIL.Image.fromarray(picture).save(path)
    [logits] = run.decode(path)
    return logits > 0


def measure_one(run, bits, size, folder, repeats):
    """Writes a servable, and asks it in a fresh process."""
    made = export.attribution(run, issued(run, bits, size))
    path = folder / str(size)
    tf.saved_model.save(made.module, str(path), dict(made.signatures))
    del made
    output = subprocess.run(
        [
            sys.executable,
            "-c",
            FRESH,
            str(path),
            str(folder / "picture.png"),
            str(repeats),
        ],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    ).stdout
    files = [each for each in path.rglob("*") if each.is_file()]
    size_mb = sum(each.stat().st_size for each in files) / 1e6
    return {**json.loads(output.splitlines()[-1]), "disk_mb": size_mb}


def issued(run, bits, size):
    """So many random fingerprints; the last one is the picture's."""
    random = np.random.default_rng(0)
    now = datetime.datetime.now(datetime.UTC)
    packed = random.bytes(size * len(bits) // 8).hex()
    digits = len(bits) // 4
    texts = [packed[n * digits : (n + 1) * digits] for n in range(size)]
    texts[-1:] = [np.packbits(bits).tobytes().hex()] if size else []
    return registry.Candidates(
        run.record,
        [
            registry.IssuanceRecord(f"{n:016x}", text, f"R{n}", now, run.record)
            for n, text in enumerate(texts)
        ],
    )


if __name__ == "__main__":
    main()
