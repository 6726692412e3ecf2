"""What the commands around serving take."""

import argparse
import pathlib

from tf_fingerprint.cli import serve
from tf_fingerprint.cli import values

WHAT = ("attribution", "decoder", "open-generator", "encoder", "passive")


def add_serve(parser: argparse.ArgumentParser) -> None:
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
    parser.set_defaults(command=serve.serve)


def add_export(parser: argparse.ArgumentParser, run_help: str) -> None:
    """Adds what `export` takes."""
    parser.add_argument("run", metavar="RUN", help=run_help)
    parser.add_argument("--what", required=True, choices=WHAT)
    parser.add_argument(
        "--to",
        required=True,
        type=pathlib.Path,
        metavar="MODELS_DIR",
        help="the next version appears in its folder of the model's name",
    )
    parser.add_argument(
        "--name",
        type=values.model_name,
        help="of the model, in requests (default: what `--what` says)",
    )
    parser.add_argument(
        "--keep",
        type=values.positive,
        metavar="N",
        help="versions to keep, with this one (default: all)",
    )
    parser.add_argument(
        "--registry", metavar="URL", help="whom attribution may name"
    )
    parser.add_argument(
        "--max-false-positive-rate",
        type=values.rate,
        metavar="P",
        help="tolerated chance, per image, that attribution names anybody "
        "for one from elsewhere (default: 1e-6)",
    )
    parser.add_argument(
        "--min-accuracy",
        type=values.share,
        default=0.75,
        metavar="SHARE",
        help="of bits, or with attribution of pictures, that must be read "
        "right in a fresh process, or nothing is published (default: "
        "%(default)s)",
    )
    parser.add_argument(
        "--names",
        action="store_true",
        help="let attribution answer with recipients' names, not with ids",
    )
    parser.add_argument(
        "--allow-open",
        action="store_true",
        help="confirm that the open generator or the encoder, which can "
        "imitate every recipient, is not for them",
    )
    parser.set_defaults(command=serve.export)


def add_server(parser: argparse.ArgumentParser) -> None:
    """Adds what `attribute` takes to ask a server instead of a run."""
    parser.add_argument(
        "--server",
        metavar="URL",
        help="ask this server, such as http://127.0.0.1:8501 or "
        "grpc://127.0.0.1:8500, instead of a run and a registry",
    )
    parser.add_argument(
        "--model",
        metavar="NAME",
        help="of the server's attribution model (default: attribution)",
    )
