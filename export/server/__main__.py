"""Runs the development server: `python -m export.server MODELS_DIR`."""

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Sequence

from tf_fingerprint import errors


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves until SIGTERM or SIGINT, then answers what is under way.

    `arguments`: of the command line, without the program's name. Returns exit
    code: 0, or 1 if the server can't be started.
    """
    args = _parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(name)s: %(message)s"
    )
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        from export import server

        policies = {}
        if args.model_config_file:
            policies = server.read_policies(args.model_config_file)
        with server.Server(
            args.models_dir,
            rest_port=args.rest_port,
            grpc_port=args.grpc_port,
            host=args.host,
            poll_interval_seconds=args.poll_interval_seconds,
            policies=policies,
            threads=args.threads,
            batching=server.Batching(
                max_batch_size=args.max_batch_size,
                timeout_seconds=args.batch_timeout_seconds,
            )
            if args.max_batch_size
            else None,
        ) as running:
            print(f"REST at {running.rest_url}", flush=True)
            print(f"gRPC at {running.grpc_address}", flush=True)
            print(f"Models: {', '.join(running.model_names())}", flush=True)
            stop.wait()
    except errors.FingerprintError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m export.server", description=__doc__
    )
    parser.add_argument("models_dir", help="one sub-folder a model")
    parser.add_argument("--rest-port", type=int, default=8501)
    parser.add_argument("--grpc-port", type=int, default=8500)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--poll-interval-seconds", type=float, default=1.0)
    parser.add_argument(
        "--model-config-file",
        help="versions and labels, as for a production server",
    )
    parser.add_argument(
        "--threads", type=int, help="requests at a time; four a core"
    )
    parser.add_argument(
        "--max-batch-size",
        type=int,
        help="merge requests that arrive together into batches of so many rows",
    )
    parser.add_argument("--batch-timeout-seconds", type=float, default=0.002)
    return parser


if __name__ == "__main__":
    sys.exit(main())
