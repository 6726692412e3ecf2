"""What passive classifiers tell apart, and what simpler methods do.

Takes a folder of run directories, whatever they are called: what each is for
is read from its config. On the sources of `examples/sources.py`: two
classifiers, of all architectures and of all seeds; `postpool`, `low` and `high`
ones; ones that were immunised; and ones that a source was left out of. What
there is no run for is named and left out.

    python benchmarks/passive.py --sources sources --runs runs/passive \\
        --features ../shared/data/features/mobilenet_*.npz
"""

import argparse
import pathlib
import time

import passive_baselines
import passive_measured
import passive_strangers
import results_file

from tf_fingerprint.config import passive as passive_config
from tf_fingerprint.evaluation.metrics import extractors
from tf_fingerprint.evaluation.report import pages
from tf_fingerprint.evaluation.report import reports
from tf_fingerprint.evaluation.suites import passive_held_out
from tf_fingerprint.passive import sources as reading


def main(arguments=None):
    args = _arguments(arguments)
    start = time.perf_counter()
    found = passive_measured.find(args.runs, args.sources)
    extractor = extractors.load(args.features) if args.features else None
    figures, curves = {}, []
    pictures = 0
    for group in passive_measured.GROUPS:
        if (group, "full") not in found.runs:
            print(f"not measured: {group}, for which there is no run")
            continue
        run = found.runs[group, "full"]
        labelled = passive_held_out.read(run, args.sources / group)
        pictures += len(labelled)
        _take(figures, passive_measured.confusion(group, run, labelled))
        if not args.no_baselines:
            _take(figures, _baselines(group, run, args, labelled, extractor))
        if group != "architectures":
            continue
        measures = (
            passive_measured.unknown(found, args.sources / group),
            passive_measured.frechet(run, labelled, extractor),
            passive_measured.attacks_of(
                found, labelled, curves, args.curve_pictures
            ),
            passive_measured.seen(found, args.sources / group, curves),
        )
        for measure in measures:
            _take(figures, measure)
        if not args.no_strangers:
            _take(figures, _strangers(run, args))
    figures |= {"pictures": pictures, "seconds": time.perf_counter() - start}
    for name in passive_measured.missing(found, figures):
        print(f"not measured: {name}")
    print(results_file.write("passive", figures, folder=args.results))
    if args.report:
        print(_report(args.report, figures, curves, args))


def _arguments(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, words in (
        ("sources", "folder that holds `architectures` and `seeds`"),
        ("runs", "folder of run directories"),
    ):
        parser.add_argument(
            f"--{name}", type=pathlib.Path, required=True, help=words
        )
    parser.add_argument("--features", help="weights of MobileNet, .npz")
    for name in ("baselines", "strangers"):
        parser.add_argument(f"--no-{name}", action="store_true")
    parser.add_argument(
        "--most", type=int, default=800, help="pictures baselines learn from"
    )
    parser.add_argument("--curve-pictures", type=int, default=300)
    parser.add_argument("--report", type=pathlib.Path, help="folder of a page")
    parser.add_argument(
        "--results", type=pathlib.Path, default=results_file.RESULTS
    )
    return parser.parse_args(arguments)


def _take(figures, measure):
    """Adds figures as they come, and prints them."""
    for new in measure:
        figures |= new
        for name, value in new.items():
            if not name.endswith(("_low", "_high", "_pictures")):
                print(f"{name:40} {value:.4f}", flush=True)


def _strangers(run, args):
    """Pictures that are of no source at all."""
    return passive_strangers.measured(
        run,
        args.sources / "architectures",
        passive_strangers.pictures(run.settings.data.resolution),
        passive_measured.share,
    )


def _baselines(group, run, args, labelled, extractor):
    """Simpler methods, on the same pictures as the run."""
    wanted = run.settings.data
    sources = reading.read(
        passive_config.Data(
            source=str(args.sources / group), resolution=wanted.resolution
        )
    )
    parts = {
        part: passive_held_out.first(pictures, args.most)
        for part, pictures in sources.parts.items()
    }
    parts[reading.TEST] = labelled
    for name, hits in passive_baselines.measured(parts, extractor):
        name = passive_measured.baseline(group, name)
        yield passive_baselines.share(name, hits)


def _report(folder, figures, curves, args):
    """A page of the figures and curves."""
    suite = reports.SuiteReport.of(
        "passive",
        [*passive_measured.as_figures(figures), *curves],
        seconds=figures["seconds"],
        inputs="",
        folder=folder,
    )
    facts = {
        "run": {"folder": args.runs.name, "sources": args.sources.name},
        "photographs": None,
        "options": {"curve_pictures": args.curve_pictures},
        "versions": None,
        "made_at": suite.made_at,
    }
    path = folder / "report.html"
    reports.write(path, pages.page(facts, [suite], folder).encode())
    return path


if __name__ == "__main__":
    main()
