"""The whole workflow on the shipped weights: issue, seal, use, attribute."""

import contextlib
import dataclasses
import json
import os
import pathlib
import secrets
import shutil
from typing import Any

import keras
import numpy as np
import tqdm

from tf_fingerprint import attribution
from tf_fingerprint import config
from tf_fingerprint import data
from tf_fingerprint import errors
from tf_fingerprint import files
from tf_fingerprint import issuing
from tf_fingerprint import registry
from tf_fingerprint import scalable
from tf_fingerprint.attribution import reading
from tf_fingerprint.issuing import delivery
from tf_fingerprint.models import sampling
from tf_fingerprint.quickstart import page as quickstart_page
from tf_fingerprint.runs import directory as run_directory

RECIPIENTS = ("Alder Films", "Birch Games", "Cedar News")
PICTURES_EACH = 64
MAX_FALSE_POSITIVE_RATE = 1e-6

# The same content for all recipients, so that only fingerprints differ.
_SEED = 1

_FORMATS = {"png": {}, "jpeg90": {"extension": ".jpg", "quality": 90}}
_SUMMARY, _PAGE, _REGISTRY = "quickstart.json", "report.html", "registry.db"
_PHOTOGRAPH, _INSTANCES = "photograph.jpg", "recipients"
# Beside the copies: nothing may be added to those.
_PICTURES = "pictures"
_SECRET = f"{_REGISTRY}.secret"
_OWN = {_SUMMARY, _PAGE, _REGISTRY, _SECRET, _PHOTOGRAPH, _INSTANCES, _PICTURES}


@dataclasses.dataclass(frozen=True)
class Tally:
    """How one recipient's pictures in one format were attributed.

    `format`: `png` or `jpeg90`; `median_p_value`: of the picture in the middle:
    probability that one from elsewhere matches anybody as well.
    """

    recipient: str
    format: str
    right: int
    wrong: int
    nobody: int
    bit_accuracy: float
    median_p_value: float


def quickstart(
    to: str | os.PathLike[str] = "quickstart",
    *,
    run: str | os.PathLike[str] = run_directory.PRETRAINED,
) -> dict[str, Any]:
    """Issues to three recipients, uses their copies, attributes the pictures.

    Needs no network. Every verdict rests on a picture's file alone.

    Args:
        to: Folder for everything that is made: new, empty or of an earlier
            quickstart, which is replaced when the new one is complete.
        run: A run directory, or the weights that come with the package.

    Returns:
        What `quickstart.json` holds.

    Raises:
        errors.RunError: If the weights are missing, or the folder holds
            something else or can't be written.
    """
    folder = pathlib.Path(to).resolve()
    with _replaced(folder) as draft:
        source = run_directory.folder_of(run)
        if config.method_of(source) != config.Config.method:
            raise errors.RunError(
                f"{run}: the quickstart must have a generator. This is a "
                "codec's run. See `docs/embedding.md` for what it does."
            )
        opened = scalable.read(source)
        # Seven turns of work: two for each recipient, and the report.
        with tqdm.tqdm(total=7, desc="quickstart", disable=None) as bar:
            issued = []
            for recipient in RECIPIENTS:
                issued.append(_issue(opened, recipient, draft))
                bar.update()
            with registry.open_store(draft / _REGISTRY) as store:
                candidates = attribution.Candidates.load(
                    store, opened.generator_digest
                )
            tallies = []
            for each in issued:
                _use(each.folder)
                tallies += _attributed(opened, each, candidates)
                bar.update()
            verdict = _attributed_photograph(opened, candidates, draft)
            summary = _summary(opened, tallies, verdict)
            text = json.dumps(summary, indent=2) + "\n"
            (draft / _SUMMARY).write_text(text)
            page = _page(opened, issued, summary, draft)
            (draft / _PAGE).write_text(page, encoding="utf-8")
            bar.update()
    return summary


def _issue(run, recipient, draft):
    """Records a fingerprint and delivers the sealed copy."""
    name = recipient.lower().replace(" ", "-")
    folder = draft / _INSTANCES / name
    # Whether pictures can be traced is what the story tells, not a condition.
    return issuing.issue(
        run, recipient, draft / _REGISTRY, to=folder, untraceable=True
    )


def _use(folder):
    """Makes pictures as the recipient does, with the delivered file alone."""
    instance = keras.saving.load_model(folder / delivery.INSTANCE)
    pictures = sampling.sealed_pictures(instance, PICTURES_EACH, seed=_SEED)
    for name, settings in _FORMATS.items():
        files.write_pictures(pictures, _pictures(folder) / name, **settings)


def _pictures(folder):
    """Where the pictures are that were made with the copy in a folder."""
    return folder.parents[1] / _PICTURES / folder.name


def _attributed(run, issued, candidates):
    """Attributes one recipient's files, one format after the other."""
    tallies = []
    for name in _FORMATS:
        paths = sorted((_pictures(issued.folder) / name).iterdir())
        decoded_bits = run.decode(paths) > 0
        verdicts = attribution.attribute_many(
            decoded_bits,
            candidates,
            max_false_positive_rate=MAX_FALSE_POSITIVE_RATE,
        )
        named = [verdict.recipient for verdict in verdicts]
        right = named.count(issued.record.recipient)
        read = decoded_bits == issued.record.bits
        tallies.append(
            Tally(
                recipient=issued.record.recipient,
                format=name,
                right=right,
                wrong=len(named) - right - named.count(None),
                nobody=named.count(None),
                bit_accuracy=float(read.mean()),
                median_p_value=sorted(each.p_value for each in verdicts)[
                    len(verdicts) // 2
                ],
            )
        )
    return tallies


def _attributed_photograph(run, candidates, draft):
    """Attributes a photograph that no copy made."""
    from matplotlib import cbook  # Only its picture is needed here.

    shutil.copyfile(
        cbook.get_sample_data("grace_hopper.jpg", asfileobj=False),
        draft / _PHOTOGRAPH,
    )
    [verdict] = reading.attribute(
        run,
        draft / _PHOTOGRAPH,
        candidates,
        max_false_positive_rate=MAX_FALSE_POSITIVE_RATE,
    )
    return verdict


def _summary(run, tallies: list[Tally], verdict: attribution.Attribution):
    """What `quickstart.json` holds."""
    formats = {}
    for name in _FORMATS:
        of_format = [tally for tally in tallies if tally.format == name]
        formats[name] = {
            "right": sum(tally.right for tally in of_format),
            "wrong": sum(tally.wrong for tally in of_format),
            "nobody": sum(tally.nobody for tally in of_format),
            "bit_accuracy": float(
                np.mean([tally.bit_accuracy for tally in of_format])
            ),
        }
    return {
        "recipients": list(RECIPIENTS),
        **formats,
        "photograph": verdict.to_dict(),
        "pictures_each": PICTURES_EACH,
        "num_bits": verdict.num_bits,
        "threshold": verdict.threshold,
        "max_false_positive_rate": MAX_FALSE_POSITIVE_RATE,
        "generator_digest": run.generator_digest,
        "by_recipient": [dataclasses.asdict(tally) for tally in tallies],
    }


def _page(run, issued, summary, draft):
    """The report, with the pictures as they lie in the files."""
    shown = {
        each.record.recipient: run.read_images(
            sorted((_pictures(each.folder) / "png").iterdir())[
                : quickstart_page.SHOWN
            ]
        )
        for each in issued
    }
    photograph = data.read_image(draft / _PHOTOGRAPH, resolution=256)
    return quickstart_page.page(summary, shown, photograph)


@contextlib.contextmanager
def _replaced(folder):
    """A folder to write into, which takes this one's place at the end."""
    token = secrets.token_hex(4)
    draft = folder.with_name(f".{folder.name}.{token}")
    earlier = folder.with_name(f".{folder.name}.{token}.earlier")
    try:
        _check(folder)
        draft.mkdir(parents=True)
        yield draft
        if folder.exists():
            os.rename(folder, earlier)
        os.rename(draft, folder)
    except OSError as error:
        raise errors.RunError(
            f"{folder}: the quickstart can't be written. {error}. Choose "
            "another folder with `--to`."
        ) from error
    finally:
        if earlier.exists() and not folder.exists():
            os.rename(earlier, folder)
        shutil.rmtree(earlier, ignore_errors=True)
        shutil.rmtree(draft, ignore_errors=True)


def _check(folder):
    """Raises a `RunError` if the folder holds anything but a quickstart."""
    if not folder.exists():
        return
    held = {path.name for path in folder.iterdir()} if folder.is_dir() else None
    if held is None or held and not (_SUMMARY in held and held <= _OWN):
        raise errors.RunError(
            f"{folder}: a quickstart must go into a folder that is new, empty "
            "or of an earlier quickstart. This one holds something else. "
            "Choose another with `--to`."
        )
