"""Writes a set of pictures once more, with fingerprints hidden in them.

    DIR/pictures/...      appear all at once, when everything was read back
    DIR/manifest.json     what they are, and how well they were read
    DIR/.unfinished/      until then

Killed at any moment, it goes on when called again with `resume`.
"""

import dataclasses
import datetime
import hashlib
import os
import pathlib
from typing import Any

import tqdm

from tf_fingerprint import errors
from tf_fingerprint.artificial import marking as markings
from tf_fingerprint.artificial.marked_sets import checking
from tf_fingerprint.artificial.marked_sets import journal as journals
from tf_fingerprint.artificial.marked_sets import naming
from tf_fingerprint.artificial.marked_sets import picture_files
from tf_fingerprint.artificial.marked_sets import places
from tf_fingerprint.artificial.marked_sets import requirements
from tf_fingerprint.artificial.marked_sets import writing
from tf_fingerprint.data import sources
from tf_fingerprint.version import __version__

FORM = 1

MIN_BIT_ACCURACY = 0.95


def embed(
    run,
    source: str | os.PathLike[str],
    to: str | os.PathLike[str],
    marking: markings.Marking,
    *,
    files: str = "png",
    resume: bool = False,
    min_bit_accuracy: float = MIN_BIT_ACCURACY,
    max_broken_share: float = 0.01,
    batch_size: int = 64,
    progress: bool = False,
) -> dict[str, Any]:
    """Writes all pictures of a source, marked, in constant memory.

    Pictures are cut to squares and scaled as the codec's training data were.
    Those that are not to be marked are written too, cut and scaled alike, so
    that nothing but the fingerprint tells the two kinds apart.

    Args:
        run: A codec's run.
        source: As in `data.load`; of any length.
        to: New or empty folder.
        marking: Which pictures get which fingerprint.
        files: "png" or "tfrecord".
        resume: Whether to go on with what was begun, or say what was finished.
        min_bit_accuracy: Share of the bits that must be read right in marked
            pictures; looked at after the first lot, and over all in the end.
        max_broken_share: As in `data.load`.
        batch_size: Pictures encoded at a time.
        progress: Whether to draw progress bars, if on a terminal.

    Returns:
        The manifest, without what it says of each file.

    Raises:
        ValueError: If `files` is no such kind, or the fingerprint's length is
            not the codec's.
        errors.DataError: If the source can't be read, or too much of it.
        errors.RunError: If `to` holds something else, can't be written, or
            another process writes there; or if too few bits are read. Then
            there is neither manifest nor `pictures`.
    """
    listing = requirements.check(run, source, to, marking, files=files)
    folder = pathlib.Path(to)
    settings = _settings(run, source, listing, marking, files)
    if resume and (finished := places.finished(folder, settings)) is not None:
        return finished
    places.check_free(folder, resume=resume)
    unfinished = folder / places.UNFINISHED
    kind = picture_files.KINDS[files]
    job = _Job(
        *(run, marking, listing, journals.Journal(unfinished)),
        kind(unfinished / places.PICTURES, naming.file_names(listing.names)),
        min_bit_accuracy=min_bit_accuracy,
        max_broken_share=max_broken_share,
        batch_size=batch_size,
        progress=progress,
    )
    return _made(job, settings)


@dataclasses.dataclass(frozen=True, eq=False)
class _Job:
    """A set to be written, and how; see `embed`."""

    run: Any
    marking: markings.Marking
    listing: sources.Listing
    journal: journals.Journal
    files: picture_files.Files
    _: dataclasses.KW_ONLY
    min_bit_accuracy: float
    max_broken_share: float
    batch_size: int
    progress: bool

    @property
    def folder(self):
        return self.journal.folder.parent

    def bar(self, purpose):
        return tqdm.tqdm(
            total=self.listing.num_pictures,
            desc=purpose,
            unit="picture",
            disable=None if self.progress else True,
        )

    def checked(self):
        """What everything that was written comes to, if that is enough."""
        with self.bar("checking") as bar:
            tally = checking.check_all(
                self.journal,
                self.run,
                self.marking,
                self.files,
                num_pictures=self.listing.num_pictures,
                tell=bar.update,
            )
        tally.check(self.min_bit_accuracy, str(self.folder))
        return tally

    def check_first(self, written):
        """Raises if nothing can be read; returns whether it was tried."""
        tally = checking.Tally()
        checking.count(
            tally, self.run, self.marking, written.lot, written.images
        )
        if tally.marked:
            where = f"{self.folder}, first pictures"
            tally.check(self.min_bit_accuracy, where)
        return bool(tally.marked)


def _made(job, settings):
    """Writes the set, checks it, and lets it appear; its manifest's head."""
    try:
        with job.journal.lock():
            _write_all(job, _begun(job, settings))
            head = _head(settings, job.checked(), job.min_bit_accuracy)
            manifest = job.journal.folder / places.MANIFEST
            checking.write(job.journal, manifest, head)
            places.appear(job.folder)
    except OSError as error:
        raise errors.RunError(
            f"{job.folder}: the set can't be written. {error}. Put it right, "
            "and call again with --resume."
        ) from error
    return head


def _settings(run, source, listing, marking, files):
    """All that the written files depend on."""
    source = str(source)
    form = run.config.data
    names = source if listing.names is None else "\n".join(listing.names)
    digest = hashlib.sha256(names.encode("utf-8", "surrogateescape"))
    return {
        "encoder_digest": run.encoder_digest,
        "decoder_digest": run.decoder_digest,
        "num_bits": marking.num_bits,
        "resolution": form.resolution,
        "channels": form.channels,
        "crop": form.crop,
        "scaling": "area mean where the factor is whole, else Lanczos",
        # Not where it lies.
        "source": source if ":" in source else pathlib.Path(source).name,
        "source_pictures": listing.num_pictures,
        "source_names_sha256": digest.hexdigest(),
        "files": files,
        **marking.to_dict(run.encoder_digest),
    }


def _head(settings, tally, min_bit_accuracy):
    """What a manifest says of the whole."""
    now = datetime.datetime.now(datetime.UTC)
    return {
        "form": FORM,
        "made_by": f"tf-fingerprint {__version__}",
        "made_at": now.isoformat(timespec="seconds"),
        "settings": settings,
        "min_bit_accuracy": min_bit_accuracy,
        **tally.to_dict(),
    }


def _begun(job, settings):
    """Numbers of the lots that need not be written again."""
    begun = job.journal.settings()
    if begun is None:
        job.journal.begin(settings)
        return set()
    places.check_same(job.folder, begun, settings)
    return job.journal.keep(lambda lot: checking.is_right(lot, job.files))


def _write_all(job, done):
    """Writes and records all lots; the first is read at once."""
    num_broken = sum(len(lot["broken"]) for lot in job.journal.lots())
    is_read = bool(done)
    writer = writing.Writer(
        job.run, job.marking, job.files, batch_size=job.batch_size
    )
    with job.bar("embedding") as bar:
        for num_pictures, written in writer.lots(job.listing, done):
            bar.update(num_pictures)
            if written is None:
                continue
            num_broken += len(written.lot["broken"])
            _check_broken(job, written.lot, num_broken)
            is_read = is_read or job.check_first(written)
            job.journal.add(written.lot)


def _check_broken(job, lot, num_broken):
    if num_broken > job.max_broken_share * job.listing.num_pictures:
        reasons = "; ".join(reason for _, reason in lot["broken"][:3])
        raise errors.DataError(
            f"At most {job.max_broken_share:.2%} of "
            f"{job.listing.num_pictures:,} pictures may be broken, but already "
            f"{num_broken} are: {reasons} Remove them, or raise "
            "`--max-broken-share`."
        )
