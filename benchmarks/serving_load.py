"""How many pictures a second the local server attributes, and how fast.

The attribution of the shipped run is served by the development server in a
process of its own. Clients ask by REST, one PNG a request, each the next when
it has its answer, while versions 2 to 10 appear at equal distances in time,
each with one more issuance, and the version before the last is removed. All
versions were published beforehand beside the models and are moved in, which is
what publishing ends with: the clients are on the same processor and would
measure the tracing of graphs. Once without batching, once with it.

Shares are medians of single requests to an idle server: the model's time is
what the server's own counters say, images are what it takes longer for files
than for pixels, the registry what it takes longer than the decoder alone, and
the network is the rest of the client's time, with HTTP and JSON.

    python benchmarks/serving_load.py
"""

import argparse
import pathlib
import shutil
import tempfile
import threading

import numpy as np
import results_file
import serving_clients
import serving_setting
import serving_shares

import export
import tf_fingerprint

BATCHES = {
    "": (),
    "_batching": ("--max-batch-size", "32"),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--versions", type=int, default=10)
    parser.add_argument("--share-requests", type=int, default=200)
    args = parser.parse_args()
    figures = {"seconds": args.seconds, "clients": args.clients}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        setting = serving_setting.Setting(tf_fingerprint.load(), folder)
        for number in range(1, args.versions + 1):
            setting.publish(folder / "beside", number)
            setting.issue(f"of version {number + 1}")
        for suffix, options in BATCHES.items():
            models = folder / f"models{suffix}"
            shutil.copytree(
                folder / "beside" / "1", models / "attribution" / "1"
            )
            with serving_setting.RunningServer(models, *options) as server:
                answers = under_load(server, setting, models, folder, args)
            figures |= summary(answers, suffix)
        figures |= shares(setting, folder, args.share_requests)
    for name, figure in figures.items():
        print(f"{name:36} {figure:10.4g}")
    print(results_file.write("serving_load", figures))


def under_load(server, setting, models, folder, args):
    """What the clients saw while the versions came and went."""
    clients = serving_clients.Clients(
        server.url, setting.files, setting.expected, args.clients
    )
    pause = threading.Event()
    clients.start()
    for number in range(2, args.versions + 1):
        pause.wait(args.seconds / args.versions)
        base = models / "attribution"
        draft = base / f".draft-{number}"
        shutil.copytree(folder / "beside" / str(number), draft)
        draft.rename(base / str(number))
        if number > 2:
            shutil.rmtree(base / str(number - 2))
    pause.wait(args.seconds / args.versions)
    return clients.stop()


def summary(answers, suffix):
    """Prints what went wrong, and counts it."""
    for text in (answers.failed + answers.wrong)[:10]:
        print(text)
    milliseconds = 1e3 * np.array(answers.seconds)
    figures = {
        "failed": len(answers.failed),
        "wrong": len(answers.wrong),
        "pictures_per_second": len(milliseconds) / answers.elapsed_seconds,
        "versions_that_answered": len(answers.versions),
        "requests": len(milliseconds),
    }
    for percent in (50, 95, 99):
        figures[f"p{percent}_ms"] = np.percentile(milliseconds, percent)
    return {f"{key}{suffix}": round(figures[key], 3) for key in figures}


def shares(setting, folder, num_requests):
    """Milliseconds of one request, and where they go."""
    models = folder / "models_shares"
    shutil.copytree(folder / "beside" / "1", models / "attribution" / "1")
    export.publish(export.decoder(setting.run), models / "decoder")
    with serving_setting.RunningServer(models) as server:
        return serving_shares.measured(
            server.url, setting.files[0], num_requests
        )


if __name__ == "__main__":
    main()
