"""The commands around serving: publish, answer, ask."""

import argparse
import contextlib
import logging
import signal
import threading

from tf_fingerprint.cli import output
from tf_fingerprint.cli import starting

_ANSWER_COLUMNS = (
    *("image", "verdict", "recipient_id", "matches"),
    *("runner_up_matches", "p_value_corrected"),
)
_PUBLISHED_COLUMNS = ("model", "version", "folder")


def export(args: argparse.Namespace) -> int:
    """Publishes a model of a run; prints which version it became."""
    _check_export(args)
    if args.what == "passive":
        return _export_passive(args)
    with _registry(args) as store:
        starting.import_tensorflow()
        from export.publishing import release
        from tf_fingerprint import methods

        run = methods.load(args.run)
        candidates = _candidates(run, store)
    servable = _servable(args, run, candidates)
    path = release.release(
        servable,
        run,
        args.to / _model_name(args),
        min_accuracy=args.min_accuracy,
        candidates=candidates,
        keep=args.keep,
    )
    _tell(args, servable, path)
    return 0


def _tell(args, servable, path):
    """Prints what was published."""
    row = {
        "model": _model_name(args),
        "version": int(path.name),
        "folder": str(path),
        **servable.metadata,
    }
    output.write_rows([row], args.format, shown=_PUBLISHED_COLUMNS)


def _export_passive(args):
    """Publishes a passive classifier, whose run is of another kind."""
    starting.import_tensorflow()
    import export
    from tf_fingerprint.passive import run as passive_run

    servable = export.passive_classifier(passive_run.load(args.run))
    path = export.publish(servable, args.to / _model_name(args), keep=args.keep)
    _tell(args, servable, path)
    return 0


def serve(args: argparse.Namespace) -> int:
    """Answers requests until it is interrupted."""
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


def is_asked(args: argparse.Namespace) -> bool:
    """Whether `attribute` is to ask a server; a usage error if that's unclear.

    Args:
        args: Of `attribute`.
    """
    local = ("run", "registry", "max_false_positive_rate", "calibration")
    local += ("decide", "combine", "found_at", "evidence", "sign_with")
    local += ("passive",)
    given = [name for name in local if getattr(args, name) is not None]
    if args.server is None:
        missing = {"run", "registry"} - set(given)
        if missing:
            args.parser.error(
                "--run and --registry are required, unless --server is given"
            )
        if args.model is not None:
            args.parser.error("argument --model: it is one of --server's")
        return False
    if given:
        option = given[0].replace("_", "-")
        args.parser.error(
            f"argument --{option}: not allowed with argument --server"
        )
    return True


def attribute(args: argparse.Namespace) -> int:
    """Asks a server; prints one verdict an image, as `attribute` does."""
    from tf_fingerprint.cli import served

    # It would tell of every request.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        reader = served.Reader(args.server, args.model or "attribution")
    except ValueError as error:
        args.parser.error(f"argument --server: {error}")
    with reader:
        output.write_rows(
            reader.rows(args.images), args.format, shown=_ANSWER_COLUMNS
        )
    return 1 if reader.num_unreadable else 0


def _registry(args):
    """The opened registry, or nothing, in a `with` statement."""
    if args.registry is None:
        return contextlib.nullcontext()
    from tf_fingerprint import registry

    return registry.open_store(args.registry)


def _candidates(run, store):
    """Whom a registry holds of a run, if there is a registry."""
    if store is None:
        return None

    from tf_fingerprint import attribution
    from tf_fingerprint import registry

    registry.check_generator(store, run.record)
    return attribution.Candidates.load(store, run.generator_digest)


def _servable(args, run, candidates):
    """What `--what` names."""
    import export

    if args.what == "decoder":
        return export.decoder(run)
    if args.what == "encoder":
        return export.encoder(run, allow_open=args.allow_open)
    if args.what == "open-generator":
        starting.check_generator(run)
        return export.open_generator(run, allow_open=args.allow_open)
    return export.attribution(
        run,
        candidates,
        max_false_positive_rate=args.max_false_positive_rate or 1e-6,
        names=args.names,
    )


def _model_name(args):
    return args.name or args.what


def _check_export(args):
    """Reports options that don't go with what is exported."""
    is_attribution = args.what == "attribution"
    if is_attribution and args.registry is None:
        args.parser.error("--what attribution requires --registry")
    if not is_attribution:
        for name in ("registry", "max_false_positive_rate", "names"):
            if getattr(args, name):
                option = name.replace("_", "-")
                args.parser.error(
                    f"argument --{option}: it goes with --what attribution"
                )
    is_open = args.what in ("open-generator", "encoder")
    if is_open and not args.allow_open:
        args.parser.error(
            f"--what {args.what} requires --allow-open: whoever has it can "
            "make pictures with every recipient's fingerprint"
        )
    if not is_open and args.allow_open:
        args.parser.error(
            "argument --allow-open: it goes with --what open-generator or "
            "encoder"
        )
