"""Whether a registry of a million answers in time, and nothing leads astray.

A registry of so many issuances in SQLite: how long the first `issue` of a fresh
process takes, whether any of eight processes that issue at once fails, how long
one record is vouched for and the whole is verified, with how much memory.
Whether fingerprints swapped past the log, another decoder, and a run at chance
are refused. How many of some URLs with a password lead to a message with it.
After a revocation, how many addresses of the configured server still attribute.

    python benchmarks/answers.py
"""

import argparse
import concurrent.futures
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import keras
import million
import results_file

import export
from tf_fingerprint import attribution
from tf_fingerprint import errors
from tf_fingerprint import methods
from tf_fingerprint import registry

sys.path.insert(0, str(results_file.ROOT))

from export.publishing import deployment  # noqa: E402
from export.server import model_config  # noqa: E402
from tests.registry import url_forms  # noqa: E402
from tests.tiny_run import write_run  # noqa: E402

ISSUERS = 8

ISSUING = """
import sys, time, million
from tf_fingerprint import registry
start = time.perf_counter()
with registry.open_store(sys.argv[1]) as store:
    registry.issue(store, "Fresh", generator=million.GENERATOR)
print(time.perf_counter() - start)
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--filled", help="registry of so many, made before")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        path = folder / "registry.db"
        if args.filled:
            shutil.copy(args.filled, path)
        else:
            million.fill(path, args.count)
        figures = refusals(folder) | at_scale(path)
    for name, figure in figures.items():
        print(name, figure)
    print(results_file.write("answers", figures))


def at_scale(path):
    """Figures of a large registry; its rows are swapped in the end."""
    first = min(issuing(path) for _ in range(3))
    with concurrent.futures.ThreadPoolExecutor(ISSUERS) as threads:
        tried = [threads.submit(issuing, path) for _ in range(ISSUERS)]
    failed = sum(each.exception() is not None for each in tried)
    with registry.open_store(path) as store:
        one, other = store.issuances(limit=2)
        start = time.perf_counter()
        for _ in range(100):
            store.vouched(one)
        vouching = (time.perf_counter() - start) / 100
        start = time.perf_counter()
        store.verify()
        verifying = time.perf_counter() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        count = store.count()
        swap(store, one, other)
        refused = refuses(lambda: store.vouched(one), errors.AuditError)
        refused &= refuses(
            lambda: store.vouched(store.issuance(one.id)), errors.AuditError
        )
    return {
        "issuances": count,
        "first_issue_seconds_1e6": first,
        "concurrent_issuers": ISSUERS,
        "concurrent_issue_failed": failed,
        "vouched_seconds_1e6": vouching,
        "verify_seconds_1e6": verifying,
        "verify_peak_mebibytes_with_tensorflow": memory / 1024,
        "swapped_rows_refused": int(refused),
    }


def issuing(path):
    """Seconds that a fresh process takes to issue, opening included."""
    environment = {"PYTHONPATH": f"{results_file.ROOT}/benchmarks"}
    environment["PYTHONPATH"] += f":{results_file.ROOT}"
    done = subprocess.run(
        [sys.executable, "-c", ISSUING, str(path)],
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    )
    return float(done.stdout)


def swap(store, one, other):
    """Gives two issuances each other's fingerprint, past the log."""
    values = ((one, "x"), (other, one.fingerprint), (one, other.fingerprint))
    with store._writing() as connection:
        for record, digits in values:
            connection.exec_driver_sql(
                f"UPDATE issuances SET fingerprint = '{digits}' "
                f"WHERE id = '{record.id}'"
            )


def refuses(call, kind):
    try:
        call()
    except kind:
        return True
    return False


def refusals(folder):
    """What does not depend on how many there are."""
    run_dir = write_run(folder / "run", seed=3)
    run, url = methods.load(run_dir), folder / "small.db"
    shown = sum(
        url_forms.PASSWORD in url_forms.all_said(form)
        for form in url_forms.FORMS
    )
    untraceable = refuses(
        lambda: run.issue("Acme", url, to=folder / "acme"),
        errors.UntraceableError,
    )
    still = revoked_still_attributed(run, folder)
    decoder = keras.saving.load_model(run_dir / "decoder.keras", compile=False)
    decoder.weights[-1].assign(decoder.weights[-1] + 9.0)
    decoder.save(run_dir / "decoder.keras")
    other = methods.load(run_dir)
    wrong = refuses(
        lambda: other.issue("Beta", folder / "served.db", untraceable=True),
        errors.RegistryError,
    )
    with registry.open_store(folder / "served.db") as store:
        candidates = attribution.Candidates.load(store, run.generator_digest)
    wrong &= refuses(
        lambda: export.attribution(other, candidates), errors.ExportError
    )
    return {
        "passwords_shown": shown,
        "password_url_forms": len(url_forms.FORMS),
        "wrong_decoder_refused": int(wrong),
        "untraceable_refused": int(untraceable),
        "revoked_still_attributed": still,
    }


def revoked_still_attributed(run, folder):
    """Addresses at which a revoked copy's picture is attributed, of all."""
    from export import server

    url, models = folder / "served.db", folder / "models"
    pictures = run.generate(1, seed=5)
    bits = (run.decode(pictures) > 0)[0]
    with registry.open_store(url, create=True) as store:
        record = registry.issue(
            store, "Acme", generator=run.record, draw=lambda _: bits
        )
        published(run, store, models)
        registry.revoke(store, record.id)
        published(run, store, models)
    deployment.write_deployment(models, folder / "serving")
    config = folder / "serving" / "attribution.config"
    passed = re.findall(
        r'location ~ "(.*)" \{', (folder / "serving/nginx.conf").read_text()
    )
    found = 0
    with server.Server(
        models, policies=model_config.read_policies(config)
    ) as running:
        for place in ("", "/versions/1", "/versions/2", "/labels/stable"):
            path = f"/v1/models/attribution{place}:predict"
            if any(re.search(each, path) for each in passed):
                found += attributes(running.rest_url + path, pictures)
    return found


def attributes(url, pictures):
    import httpx

    answer = httpx.post(
        url,
        json={"signature_name": "images", "inputs": pictures.tolist()},
        timeout=60,
    )
    outputs = answer.json().get("outputs", {})
    return int("attributed" in outputs.get("verdict", ()))


def published(run, store, models):
    candidates = attribution.Candidates.load(store, run.generator_digest)
    export.publish(export.attribution(run, candidates), models / "attribution")


if __name__ == "__main__":
    main()
