"""Whether hostile requests harm a server or anybody else's request.

The development server runs in a process of its own with the attribution of
the shipped run. Several clients send it requests of every kind in
`serving_hostile_requests.py`, in random order by REST and gRPC, and between
them good ones. Counted are those answered with another code or status than
theirs, and the good ones not answered rightly.

Memory is what the process allocated, without the pages of TensorFlow's files,
which come as code is first used and go as the system likes: before, when every
kind of request was sent once and the server was idle again; after all requests;
after as many again; and once the server was idle. It is back if then no more is
kept than the largest request has.

    python benchmarks/serving_hostile.py
"""

import argparse
import collections
import pathlib
import random
import tempfile
import threading
import time

import results_file
import serving_hostile_requests as hostile
import serving_setting

import tf_fingerprint

GOOD = "good"

# What is kept, at the most, of memory that is back: one largest request.
BACK_MEGABYTES = 32


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--good-requests", type=int, default=250)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument(
        "--idle-seconds", type=float, default=20, help="after requests"
    )
    parser.add_argument(
        "--dry", action="store_true", help="print only, write no result"
    )
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        setting = serving_setting.Setting(tf_fingerprint.load(), folder)
        models = pathlib.Path(folder, "models")
        setting.publish(models / "attribution", 1)
        with serving_setting.RunningServer(models) as server:
            figures = measured(server, setting, args)
    for name, figure in figures.items():
        print(f"{name:30} {figure:10.4g}")
    if not args.dry:
        print(results_file.write("serving_hostile", figures))


def measured(server, setting, args):
    ask = lambda count, num_good, seed: outcomes(  # noqa: E731
        server.url,
        server.address,
        setting.files,
        setting.expected,
        num_hostile=count,
        num_good=num_good,
        clients=args.clients,
        seed=seed,
    )
    kinds = len(hostile.kinds(setting.files[0]))
    # Once each: the first of anything takes memory that is kept for the next.
    ask(kinds, len(setting.files), 0)
    time.sleep(args.idle_seconds)
    megabytes = [server.megabytes("RssAnon")]
    start = time.perf_counter()
    wrong = ask(args.requests, args.good_requests, 1)
    seconds = time.perf_counter() - start
    megabytes.append(server.megabytes("RssAnon"))
    for name, returned in ask(args.requests, args.good_requests, 1).items():
        wrong[name] += returned
    megabytes.append(server.megabytes("RssAnon"))
    time.sleep(args.idle_seconds)
    megabytes.append(server.megabytes("RssAnon"))
    for name, returned in sorted(wrong.items()):
        print(f"{name}: {returned}")
    good = sum(len(each) for name, each in wrong.items() if name == GOOD)
    return {
        "requests": 2 * args.requests,
        "kinds": kinds,
        "good_requests": 2 * args.good_requests,
        "wrong_code": sum(map(len, wrong.values())) - good,
        "wrong_good_answers": good,
        "server_died": int(server.died()),
        "seconds_of_the_first_round": round(seconds, 1),
        **of_memory(*megabytes),
        # All pages, also those of files.
        "megabytes_at_most": round(server.megabytes("VmHWM")),
    }


def of_memory(before, after, after_second, after_idle):
    """What the four measurements say."""
    return {
        "megabytes_before": round(before),
        "megabytes_after": round(after),
        "megabytes_after_second_round": round(after_second),
        "memory_growth_second_round_mb": round(after_second - after),
        "megabytes_after_idle": round(after_idle),
        "memory_kept_mb": round(after_idle - before),
        "memory_back": int(after_idle - before <= BACK_MEGABYTES),
    }


def outcomes(
    url, address, files, expected, *, num_hostile, num_good, clients, seed
):
    """From the kind of request to what it was answered with, where wrongly."""
    sent = _drawn(files, expected, num_hostile, num_good, seed)
    wrong, lock = collections.defaultdict(list), threading.Lock()

    def work():
        client = hostile.Client(url, address)
        while True:
            with lock:
                if not sent:
                    return
                name, call, right = sent.pop()
            try:
                answer = call(client)
            except Exception as error:
                # No answer is a wrong one, whatever kept it away.
                answer = repr(error)
            if answer != right:
                with lock:
                    wrong[name].append(answer)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def _drawn(files, expected, num_hostile, num_good, seed):
    """Every kind equally often, and good ones, in random order."""
    kinds = list(hostile.kinds(files[0]).items())
    sent = [
        (name, *kinds[place % len(kinds)][1])
        for place in range(num_hostile)
        for name in [kinds[place % len(kinds)][0]]
    ]
    for place in range(num_good):
        content, right = files[place % len(files)], expected[place % len(files)]
        by_rest = (GOOD, lambda client, c=content: client.recipient(c), right)
        by_grpc = (
            GOOD,
            lambda client, c=content: client.recipient_by_grpc(c),
            right,
        )
        sent.append(by_grpc if place % 2 else by_rest)
    random.Random(seed).shuffle(sent)
    return sent


if __name__ == "__main__":
    main()
