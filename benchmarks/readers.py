"""What readers find: pages, ways, blocks that run, and a partner's minutes.

Needs the extra `docs`. With `--bundle`, a recipient's first ten minutes are
timed: an empty environment, the lines of the bundle's own card, pictures.

    python benchmarks/readers.py --bundle DIR
"""

import argparse
import importlib
import pathlib
import re
import resource
import subprocess
import sys
import tempfile
import time
import venv

import results_file

ROOT = pathlib.Path(__file__).resolve().parents[1]


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--bundle", type=pathlib.Path, help="what `issue --to` wrote"
    )
    parser.add_argument(
        "--results", type=pathlib.Path, default=results_file.RESULTS
    )
    args = parser.parse_args(arguments)
    for folder in (ROOT, ROOT / "docs" / "generate"):
        sys.path.insert(0, str(folder))
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        figures = pages(folder / "site") | blocks() | reference()
        figures["mistyped_path_seconds"] = mistyped(folder)
        if args.bundle:
            figures |= first_pictures(args.bundle.resolve(), folder)
    for name, value in figures.items():
        print(f"{name:28} {value}")
    print(results_file.write("readers", figures, folder=args.results))


def pages(folder):
    """Builds the site as CI does; counts pages, and those nobody reaches."""
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"]
        + ["--site-dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    site_pages = importlib.import_module("tests.docs.site_pages")
    seen, others = site_pages.reached(folder)
    return {
        "pages": len(seen) + len(others),
        "pages_without_way": len(others),
        "strict_warnings": done.stderr.count("WARNING -"),
    }


def blocks():
    """Counts blocks that somebody types, and what runs them."""
    module = importlib.import_module("tests.docs.blocks")
    typed = [each for each in module.blocks() if each.is_typed]
    marked = [each for each in typed if each.said("not run")]
    return {
        "commands_in_docs": len(typed),
        "commands_run_by_tests": len(typed) - len(marked),
        "commands_marked_not_run": len(marked),
    }


def reference():
    """Shares of options and keys that stand there with their meaning."""
    commands = importlib.import_module("commands")
    configuration = importlib.import_module("configuration")
    options = [
        action
        for _, _, parser in commands.commands()
        for action in every(parser, commands)
    ]
    made = configuration.pages()
    found = [
        (f"{configuration.FOLDER}/{name}.md", key)
        for name, (_, kind) in configuration.KINDS.items()
        for keys in configuration.keys(kind).values()
        for key in keys
    ]
    told = [
        key
        for page, key in found
        if f"`{key.name}`" in made[page] and key.meaning and key.wrong
    ]
    return {
        "options": len(options),
        "options_documented_share": (
            sum(bool(each.help) for each in options) / len(options)
        ),
        "keys": len(found),
        "keys_documented_share": len(told) / len(found),
    }


def every(parser, commands):
    """What a command takes, and all commands below it."""
    yield from commands.settings(parser)
    for group in commands.groups(parser):
        for below in group.choices.values():
            yield from every(below, commands)


def mistyped(folder):
    """Processor seconds until a config that isn't there is told of."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "tf_fingerprint.cli", "train", "gone.toml"]
        + ["--run-dir", str(folder / "run")],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 1 or "gone.toml" not in done.stderr:
        raise RuntimeError(f"Must tell of gone.toml. Said: {done.stderr}")
    return round(
        after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 2
    )


def first_pictures(bundle, folder):
    """Minutes from an empty environment to pictures, with TensorFlow."""
    card = (bundle / "README.md").read_text(encoding="utf-8")
    install, script = re.search(
        r"^(pip install tensorflow\S*)\npython BUNDLE/(\S+)$", card, re.M
    ).groups()
    begin = time.monotonic()
    venv.create(folder / "fresh", with_pip=True)
    python = folder / "fresh" / "bin" / "python"
    subprocess.run([python, "-m", *install.split(), "--quiet"], check=True)
    subprocess.run([python, bundle / script], cwd=folder, check=True)
    minutes = (time.monotonic() - begin) / 60
    saved = len(list((folder / "pictures").glob("*.png")))
    return {
        "bundle_minutes_fresh": round(minutes, 2),
        "bundle_pictures_saved": saved,
    }


if __name__ == "__main__":
    main()
