"""The command `serve`: published models answer on this machine."""

import argparse
import pathlib
import signal
import threading

from tf_fingerprint import paths
from tf_fingerprint.cli import starting
from tf_fingerprint.cli import values


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what `serve` takes."""
    parser.add_argument(
        "models_dir",
        type=pathlib.Path,
        metavar="MODELS_DIR",
        help="what `export` published to: one folder a model",
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="to listen at; others than this machine's own are reached by "
        "whoever can reach it (default: %(default)s)",
    )
    for name, port in (("rest", 8501), ("grpc", 8500)):
        parser.add_argument(
            f"--{name}-port",
            type=values.port,
            default=port,
            metavar="PORT",
            help="0 takes one that is free (default: %(default)s)",
        )


def run(args: argparse.Namespace) -> int:
    """Answers requests until it is interrupted."""
    paths.check_models(args.models_dir)
    starting.import_tensorflow()
    from export import page
    from export import server

    stop = threading.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(each, lambda *_: stop.set()) for each in signals]
    try:
        with server.Server(
            args.models_dir,
            rest_port=args.rest_port,
            grpc_port=args.grpc_port,
            host=args.host,
            extra_routes=page.routes(),
        ) as running:
            print(f"models: {', '.join(running.model_names()) or 'none yet'}")
            print(f"page and REST: {running.rest_url}")
            print(f"gRPC: grpc://{running.grpc_address}", flush=True)
            stop.wait()
    finally:
        for each, handler in zip(signals, before, strict=True):
            signal.signal(each, handler)
    return 0
