"""Trains for so many minutes on whatever JAX finds, then evaluates.

Leaves in the folder: `generator.keras`, `decoder.keras` and `config.toml`, a
run to load; `state.npz.NN`, with which a later call can go on; `metrics.csv`,
`figures.json` and `grids.png`. No file has more than 16 MB. What a call says
about speed holds for its device only.

    benchmarks/gpu.sh 9 cats_128 --to out/first
    benchmarks/gpu.sh 9 cats_128 --to out/second --resume out/first
"""

import argparse
import importlib.util
import json
import os
import pathlib
import sys
import tempfile
import time

STARTED = time.monotonic()
ROOT = pathlib.Path(__file__).resolve().parents[1]
PLACES = (ROOT / "benchmarks", ROOT, ROOT / "shared", ROOT.parent / "shared")
NEEDED = ("numpy", "PIL", "tqdm", "absl", "h5py", "jax", "keras")

# Of the minutes, what evaluation and saving take; at most a fifth.
EVALUATION_MINUTES = 1.5


def main(arguments=None):
    args = parse(arguments)
    require_packages()
    config = read_config(args)
    import gpu_evaluation  # After the check, as it imports all of them.
    import gpu_state

    from tf_fingerprint import methods

    reserve = min(EVALUATION_MINUTES, args.minutes / 5)
    with tempfile.TemporaryDirectory() as folder:
        run = pathlib.Path(folder, "run")
        before = 0
        if args.resume:
            before = gpu_state.unpack(args.resume, config, run)
        begun = time.monotonic()
        minutes = args.minutes - reserve - (begun - STARTED) / 60
        methods.train(
            config, run, resume=bool(args.resume), minutes=max(minutes, 0.01)
        )
        seconds = time.monotonic() - begun
        args.to.mkdir(parents=True, exist_ok=True)
        images = gpu_state.pack(run, config, args.to)
        figures = speed(images, images - before, seconds)
        tell(f"evaluating after {images} images")
        figures |= gpu_evaluation.figures(
            run, args.features, count=args.pictures
        )
        gpu_evaluation.sheet(run, args.to / "grids.png")
    figures["minutes_in_all"] = (time.monotonic() - STARTED) / 60
    write(args.to / "figures.json", figures)
    for name, figure in figures.items():
        print(f"{name:32} {figure}")


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("minutes", type=float, help="in all, evaluation too")
    parser.add_argument(
        "config", nargs="?", default="cats_128", help="name or TOML file"
    )
    parser.add_argument("--photographs", type=pathlib.Path, metavar="ZIP")
    parser.add_argument("--features", type=pathlib.Path, metavar="NPZ")
    parser.add_argument(
        "--to",
        type=pathlib.Path,
        default=os.environ.get("OUT", "gpu_run"),
        metavar="FOLDER",
        help="default: $OUT, or gpu_run",
    )
    parser.add_argument(
        "--resume",
        type=pathlib.Path,
        metavar="FOLDER",
        help="what an earlier call left",
    )
    parser.add_argument("--pictures", type=int, default=4096)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="overrides",
        help="replace a setting of the config; the same in all calls",
    )
    args = parser.parse_args(arguments)
    if not args.minutes > 0:
        parser.error("MINUTES must be above 0.")
    return args


def require_packages():
    """Exits where something is missing, before any work starts."""
    missing = [one for one in NEEDED if importlib.util.find_spec(one) is None]
    if missing:
        raise SystemExit(
            f"{', '.join(NEEDED)} must be installed. Missing: "
            f"{', '.join(missing)}. Carry their wheels along, or set PYTHON."
        )
    try:
        import keras
    except ImportError as error:  # What Keras itself needs.
        raise SystemExit(
            f"Keras must be complete. {error}. Carry that package's wheel too."
        ) from error
    if keras.config.backend() != "jax":
        raise SystemExit(
            "Keras's backend must be `jax`. Received "
            f"`{keras.config.backend()}`. Run benchmarks/gpu.sh."
        )


def read_config(args):
    """The config, on these photographs; finds the files first."""
    from tf_fingerprint import config as configs
    from tf_fingerprint import errors

    path = pathlib.Path(args.config)
    if path.suffix != ".toml":
        path = ROOT / "configs" / f"{args.config}.toml"
    try:
        config = configs.read(path, args.overrides)
        if isinstance(config, configs.Staged):
            raise SystemExit(
                f"{path}: must be one training, not several stages, to go on "
                "from call to call. Try cats_128 or cats_64_pixels."
            )
        source = args.photographs or config.data.source
        if not str(source).startswith("procedural"):
            source = find(source, "--photographs").resolve()
        args.features = find(
            args.features or "mobilenet_v1_1.0_224_imagenet_uint8.npz",
            "--features",
        )
        return configs.read(path, [*args.overrides, f"data.source={source}"])
    except errors.FingerprintError as error:
        raise SystemExit(str(error)) from error


def find(path, option):
    """A file where it is said to lie, or of that name in a usual place."""
    path = pathlib.Path(path)
    folders = [f for p in PLACES for f in (p, p / "data", p / "data/features")]
    for candidate in (path, *(folder / path.name for folder in folders)):
        if candidate.is_file():
            return candidate
    raise SystemExit(
        f"{path}: there is no such file, nor one of its name beside "
        f"{pathlib.Path(__file__).name}. Give it by {option}."
    )


def speed(images, images_this_call, seconds):
    """What was trained in this call, as figures."""
    import jax

    device = jax.devices()[0]
    return {
        "device": f"{jax.device_count()} x {device.device_kind}",
        "images": images,
        "images_this_call": images_this_call,
        "images_per_second_with_start": images_this_call / seconds,
    }


def write(path, figures):
    """Writes figures, wholly or not at all."""
    draft = path.with_name(f".draft-{path.name}")
    draft.write_text(json.dumps(figures, indent=2) + "\n")
    os.replace(draft, path)


def tell(stage):
    print(f"{time.strftime('%X')} {stage}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
