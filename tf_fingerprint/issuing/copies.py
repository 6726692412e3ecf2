"""Copies for recipients: recorded all or none, then written, then confirmed."""

import concurrent.futures
import contextlib
import datetime
import pathlib
import queue
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import tqdm

from tf_fingerprint import calibration
from tf_fingerprint import registry as registries
from tf_fingerprint.registry import commitments
from tf_fingerprint.registry import issuance
from tf_fingerprint.registry import spacing


def recorded(
    store: registries.Store,
    run: Any,
    recipients: Sequence[str],
    expires_at: datetime.datetime | None,
) -> list[registries.IssuanceRecord]:
    """Draws a fingerprint for each and reserves them: all or none."""
    return issuance.record_fresh(
        store,
        [{"recipient": each, "expires_at": expires_at} for each in recipients],
        generator=run.record,
        draw=calibration.drawing(run.calibration),
        spacing=spacing.DEFAULT_SPACING,
    )


def delivered(
    store: registries.Store,
    writer: Any,
    copies: Mapping[pathlib.Path, registries.IssuanceRecord],
    key: bytes,
    *,
    workers: int = 1,
) -> list[registries.IssuanceRecord]:
    """Writes bundles and confirms each; the first failure ends it.

    Args:
        store: Where they are recorded.
        writer: `BundleWriter` of the run.
        copies: Records by the folders that their bundles go to.
        key: The commitments' secret.
        workers: This process, and so many beside it that they are as many.

    Returns the confirmed records, in the order in which they were written.
    """
    # Before anything leaves the house.
    store.flush()

    def write(folder):
        record = copies[folder]
        hand = hands.get()
        try:
            hand(record, folder, salt=commitments.salt(key, record.id))
        finally:
            hands.put(hand)
        return record

    # A bar is for those who wait for several.
    quiet = len(copies) < 2 or None
    with (
        _hands(writer, workers) as hands,
        concurrent.futures.ThreadPoolExecutor(workers) as pool,
        tqdm.tqdm(total=len(copies), unit="bundle", disable=quiet) as bar,
    ):
        futures = [pool.submit(write, folder) for folder in copies]
        confirmed = []
        try:
            for future in concurrent.futures.as_completed(futures):
                record = registries.confirm(store, future.result().id)
                confirmed.append(record)
                bar.update()
        finally:
            pool.shutdown(cancel_futures=True)
    return confirmed


@contextlib.contextmanager
def _hands(writer, workers):
    """What writes bundles, as often as it can at a time: this process first."""
    hands = queue.SimpleQueue()
    hands.put(writer.write)
    if workers == 1:
        yield hands
        return
    from export.bundles import processes as bundle_processes

    with bundle_processes.started(writer.portable(), workers - 1) as write:
        for _ in range(workers - 1):
            hands.put(write)
        yield hands
