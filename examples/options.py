"""What an example is told on the command line, and what it remembers of it."""

import argparse
import json
import math
import os

from tf_fingerprint import errors

# What a resumed training may be told anew.
_MAY_CHANGE = {"images_folder", "to", "resume", "images", "minutes", "samples"}
_MAY_CHANGE |= {"sample_seed", "probe", "fingerprint", "probe_images"}
_MAY_CHANGE |= {"new_images"}


def parser(description):
    """The options that all examples have.

    Args:
        description: For `--help`.
    """
    made = argparse.ArgumentParser(description=description)
    made.add_argument(
        "images_folder", metavar="IMAGES", help="folder or zip of pictures"
    )
    made.add_argument("--to", required=True, metavar="DIR", help="what is left")
    made.add_argument("--resolution", type=int, default=64, metavar="PIXELS")
    made.add_argument("--images", type=int, default=40_000, help="to look at")
    made.add_argument("--seed", type=int, default=0)
    made.add_argument("--resume", action="store_true", help="go on in DIR")
    made.add_argument(
        "--new-images",
        action="store_true",
        help="go on with other pictures, such as more weakly marked ones",
    )
    made.add_argument("--minutes", type=float, default=math.inf, help="at most")
    made.add_argument("--batch-size", type=int, default=16)
    made.add_argument("--epoch-images", type=int, default=2000)
    made.add_argument("--grid-epochs", type=int, default=2)
    made.add_argument(
        "--ema-half-life", type=float, default=4000, metavar="IMAGES"
    )
    made.add_argument(
        "--mirror", action="store_true", help="never with fingerprints"
    )
    made.add_argument(
        "--precision",
        default="float32",
        choices=("float32", "mixed_bfloat16"),
    )
    made.add_argument("--samples", type=int, default=1000, metavar="N")
    made.add_argument("--sample-seed", type=int, default=1)
    made.add_argument("--probe", metavar="CODEC_RUN", help="reads fingerprints")
    made.add_argument("--fingerprint", metavar="HEX", help="of the pictures")
    made.add_argument("--probe-images", type=int, default=4000, metavar="N")
    return made


def check(options):
    """Raises `ValueError` for options that make no training.

    Args:
        options: From `parser`.
    """
    sizes = (16, 32, 64, 128, 256)
    if options.resolution not in sizes:
        raise ValueError(
            f"`--resolution` must be one of {', '.join(map(str, sizes))}. "
            f"Received {options.resolution}."
        )
    for name in ("images", "batch_size", "epoch_images", "grid_epochs"):
        if getattr(options, name) < 1:
            raise ValueError(
                f"`--{name.replace('_', '-')}` must be at least 1. Received "
                f"{getattr(options, name)}."
            )
    if bool(options.probe) != bool(options.fingerprint):
        raise ValueError(
            "`--probe` and `--fingerprint` must be given together: the one "
            "reads bits, the other says which are right."
        )
    if options.probe and options.mirror:
        raise ValueError(
            "`--mirror` must be off where pictures carry a fingerprint: a "
            "mirrored one is read as another. Leave one of the two out."
        )


def settle(folder, options, photographs):
    """Writes what is trained on what; on resuming, compares.

    Args:
        folder: Of the training.
        options: From `parser`.
        photographs: What it is trained on.

    Raises:
        errors.RunError: If the folder holds another training, or one that is
            not to be resumed.
    """
    path = folder / "options.json"
    told = {
        name: value
        for name, value in sorted(vars(options).items())
        if name not in _MAY_CHANGE
    }
    told["photographs"] = photographs.digest
    told["photographs_before"] = []
    if path.exists():
        if not options.resume:
            raise errors.RunError(
                f"{folder} holds a training already. Go on with it by "
                "`--resume`, or choose another `--to`."
            )
        before = json.loads(path.read_text())
        earlier = before.get("photographs_before", [])
        if options.new_images and before["photographs"] != photographs.digest:
            earlier = [*earlier, before["photographs"]]
            before["photographs"] = photographs.digest
        told["photographs_before"] = before["photographs_before"] = earlier
        if before != told:
            names = sorted(
                name
                for name in before.keys() | told.keys()
                if before.get(name) != told.get(name)
            )
            raise errors.RunError(
                f"{folder} holds another training: {', '.join(names)} differ. "
                f"Give what stands in {path}, or choose another `--to`; "
                "`--new-images` goes on with other pictures."
            )
    folder.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".draft-{path.name}")
    draft.write_text(json.dumps(told, indent=2) + "\n")
    os.replace(draft, path)
