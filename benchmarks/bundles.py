"""How long 1,000 signed bundles take, how large they are, and what they share.

One graph is traced and tried; then bundles with SavedModel and `.keras` (and
other formats, if asked for) are written, checked by making pictures, hashed and
signed, by as many processes as workers. Parts are timed in one, over some
bundles, to say what bounds it; where others use the machine, the processor's
time says more than the clock's. Every bundle's files are verified afterwards,
and some signatures.

    python benchmarks/bundles.py 1000
"""

import argparse
import contextlib
import os
import pathlib
import subprocess
import tempfile
import time

import numpy as np
import results_file

from export.bundles import check as bundle_check
from export.bundles import manifest
from export.bundles import signing
from export.bundles import verification
from export.bundles import writer as bundle_writer
from tf_fingerprint import methods
from tf_fingerprint import registry
from tf_fingerprint.issuing import many as bulk
from tf_fingerprint.scalable import run as scalable_run

# How many signatures are checked, and bundles taken apart for timing.
SAMPLE = 20


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int, nargs="?", default=1000)
    parser.add_argument(
        "--workers", type=int, help="as many as the commands take if not given"
    )
    parser.add_argument(
        "--dry", action="store_true", help="print only, write no result"
    )
    parser.add_argument("--run", default=scalable_run.PRETRAINED)
    parser.add_argument("--formats", default="", help="tflite,onnx")
    parser.add_argument(
        "--folder", help="disk to measure; the temporary folder if not given"
    )
    args = parser.parse_args()
    formats = [name for name in args.formats.split(",") if name]
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        folder = pathlib.Path(folder)
        figures = measure(args, formats, folder)
    for name, figure in figures.items():
        print(f"{name}: {figure:,.4g}")
    if not args.dry:
        print(results_file.write("bundles", figures))


def measure(args, formats, folder):
    private, public = keys(folder)
    start = time.perf_counter()
    writer = bundle_writer.BundleWriter(
        methods.load(args.run), formats=formats, sign_with=private
    )
    writer.prepare()
    prepared = time.perf_counter() - start
    names = [f"Recipient {number}" for number in range(args.count)]
    workers = args.workers or bulk.workers_for(args.count)
    start, busy = time.perf_counter(), processor_seconds()
    issued = bulk.issue_many(
        writer,
        names,
        folder / "registry.db",
        to=folder / "out",
        workers=workers,
    )
    elapsed = time.perf_counter() - start
    busy = processor_seconds() - busy
    start = time.perf_counter()
    for each in issued:
        verification.verify(each.folder)
    verified = time.perf_counter() - start
    for each in issued[:SAMPLE]:
        verification.verify(each.folder, public_key=public)
    with registry.open_store(folder / "registry.db") as store:
        states = {each.state for each in store.issuances()}
    if states != {registry.State.ISSUED} or len(issued) != args.count:
        raise SystemExit(f"{args.count} issued, but not all finished")
    return {
        "seconds_per_1000_signed": prepared + elapsed * 1000 / args.count,
        "bundles": args.count,
        "workers": workers,
        "formats_beside_keras_and_savedmodel": len(formats),
        "seconds_for_what_is_shared": prepared,
        "seconds_for_the_bundles": elapsed,
        # With the start of processes, which hundreds of bundles share.
        "processor_milliseconds_per_bundle": 1000 * busy / args.count,
        "milliseconds_to_verify_one": 1000 * verified / args.count,
        **sizes([each.folder for each in issued[:2]]),
        **parts(writer, [each.record for each in issued[:SAMPLE]], folder),
    }


def processor_seconds():
    """Of this process, and of those it started that have ended."""
    return sum(os.times()[:4])


def keys(folder):
    """A private key and its public one."""
    private, public = folder / "private.pem", folder / "public.pem"
    for command in (
        ["ecparam", "-name", "prime256v1", "-genkey", "-noout"],
        ["ec", "-pubout", "-in", private],
    ):
        output = public if "-pubout" in command else private
        subprocess.run(
            ["openssl", *command, "-out", output],
            check=True,
            capture_output=True,
        )
    return private, public


def sizes(folders):
    """Bytes of a bundle, and how many are in another one's same place too."""
    first, second = (
        {
            path.relative_to(folder): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        for folder in folders
    )
    held = sum(map(len, first.values()))
    whole = same = 0
    for name, content in first.items():
        other = second[name]
        if content == other:
            whole += len(content)
        if len(content) == len(other):
            one, another = (
                np.frombuffer(each, "u1") for each in (content, other)
            )
            same += int(np.count_nonzero(one == another))
    return {
        "bytes_per_bundle": held,
        # Files that are the same in both, and bytes that are.
        "share_shared": whole / held,
        "share_of_equal_bytes": same / held,
    }


def parts(writer, records, folder):
    """Milliseconds of processor of each part of a bundle, in one process."""
    spent = dict.fromkeys(("check", "hash", "sign"), 0.0)
    with contextlib.ExitStack() as stack:
        for name, owner, attribute in (
            ("check", bundle_check.Checker, "figures"),
            ("hash", manifest, "write"),
            ("sign", signing.Signer, "sign"),
        ):
            stack.enter_context(timed(spent, name, owner, attribute))
        start = time.process_time()
        for record in records:
            path = folder / "parts" / record.id
            writer.write(record, path, salt=os.urandom(32))
        spent["whole"] = time.process_time() - start
    others = spent["check"] + spent["hash"] + spent["sign"]
    spent["fold_and_write"] = spent["whole"] - others
    return {
        f"{name}_milliseconds": 1000 * seconds / len(records)
        for name, seconds in spent.items()
    }


@contextlib.contextmanager
def timed(spent, name, owner, attribute):
    """Adds up how long the processor works while a function runs."""
    function = getattr(owner, attribute)

    def call(*args, **arguments):
        start = time.process_time()
        try:
            return function(*args, **arguments)
        finally:
            spent[name] += time.process_time() - start

    setattr(owner, attribute, call)
    try:
        yield
    finally:
        setattr(owner, attribute, function)


if __name__ == "__main__":
    main()
