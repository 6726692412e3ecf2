"""The command `export`: a model of a run, published for servers."""

import argparse
import contextlib

from tf_fingerprint import paths
from tf_fingerprint.cli import options
from tf_fingerprint.cli import output
from tf_fingerprint.cli import starting
from tf_fingerprint.cli import values

WHAT = ("attribution", "decoder", "open-generator", "encoder", "passive")

_COLUMNS = ("model", "version", "folder")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds what `export` takes."""
    options.add_run(parser)
    parser.add_argument(
        "--what", required=True, choices=WHAT, help="the model to publish"
    )
    options.add_to(
        parser,
        "the next version appears in its folder of the model's name",
        metavar="MODELS_DIR",
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
        "--verdicts-only",
        action="store_true",
        help="let attribution answer neither bits nor matches nor odds, by "
        "which pictures can be changed until they read as somebody's",
    )
    parser.add_argument(
        "--allow-open",
        action="store_true",
        help="confirm that the open generator or the encoder, which can "
        "imitate every recipient, is not for them",
    )
    output.add_format(parser)


def run(args: argparse.Namespace) -> int:
    """Publishes a model of a run; prints which version it became."""
    _check(args)
    from tf_fingerprint import methods

    methods.find(args.run)
    publish = _publish_passive if args.what == "passive" else _publish
    servable, path = publish(args, args.to / (args.name or args.what))
    row = {
        "model": path.parent.name,
        "version": int(path.name),
        "folder": str(path),
        **servable.metadata,
    }
    output.write_rows([row], args.format, shown=_COLUMNS)
    return 0


def _publish(args, base):
    """Publishes what reads or makes fingerprints, after its self-test."""
    candidates = None
    with _registry(args) as store:
        opened = starting.load_run(args.run)
        if store is not None:
            from tf_fingerprint import attribution
            from tf_fingerprint import registry

            registry.check_generator(store, opened.record)
            candidates = attribution.Candidates.load(
                store, opened.generator_digest
            )
    from export.publishing import release

    servable = _servable(args, opened, candidates)
    path = release.release(
        servable,
        opened,
        base,
        min_accuracy=args.min_accuracy,
        candidates=candidates,
        keep=args.keep,
    )
    return servable, path


def _publish_passive(args, base):
    """Publishes a passive classifier, whose run is of another kind."""
    starting.import_tensorflow()
    import export
    from tf_fingerprint.passive import run as passive_run

    servable = export.passive_classifier(passive_run.load(args.run))
    return servable, export.publish(servable, base, keep=args.keep)


def _registry(args):
    """The opened registry, or nothing, in a `with` statement."""
    if args.registry is None:
        return contextlib.nullcontext()
    paths.check_registry(args.registry)
    from tf_fingerprint import registry

    return registry.open_store(args.registry)


def _servable(args, opened, candidates):
    """What `--what` names."""
    import export

    if args.what == "decoder":
        return export.decoder(opened)
    if args.what == "encoder":
        return export.encoder(opened, allow_open=args.allow_open)
    if args.what == "open-generator":
        starting.check_generator(opened)
        return export.open_generator(opened, allow_open=args.allow_open)
    return export.attribution(
        opened,
        candidates,
        max_false_positive_rate=args.max_false_positive_rate or 1e-6,
        names=args.names,
        verdicts_only=args.verdicts_only,
    )


def _check(args):
    """Reports options that don't go with what is exported."""
    is_attribution = args.what == "attribution"
    if is_attribution and args.registry is None:
        args.parser.error("--what attribution requires --registry")
    if not is_attribution:
        for name in (
            "registry",
            "max_false_positive_rate",
            "names",
            "verdicts_only",
        ):
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
