"""What a training leaves in its run directory while it goes on."""

import csv
import math
import os
import pathlib
import time

import keras
from absl import logging

from tf_fingerprint import files
from tf_fingerprint.backends import replicas
from tf_fingerprint.runs import log
from tf_fingerprint.training import event_files


def is_chief(strategy) -> bool:
    """Whether this process writes: the first of several workers, or alone."""
    if isinstance(strategy, replicas.Devices):
        return True
    resolver = strategy.cluster_resolver
    return resolver is None or not resolver.task_id


class _ChiefCallback(keras.callbacks.Callback):
    """Does its work after some epochs, on one of several workers."""

    def __init__(self, every=1):
        super().__init__()
        self.every = every

    def on_epoch_end(self, epoch, logs=None):
        """Works after every so many epochs, and after the last."""
        last = epoch + 1 == self.params["epochs"] or self.model.stop_training
        due = last or (epoch + 1) % self.every == 0
        if due and is_chief(self.model.distribute_strategy):
            self.work(epoch, logs or {})


class Deadline(keras.callbacks.Callback):
    """Ends the training after the last epoch that fits into some minutes.

    The first of the callbacks, so that the others know that it ends.
    """

    def __init__(self, minutes):
        super().__init__()
        self._end = time.monotonic() + 60 * minutes
        self._begun = None

    def on_epoch_begin(self, epoch, logs=None):
        """Notes when the epoch began."""
        self._begun = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        """Stops unless another epoch of that length would be in time."""
        now = time.monotonic()
        if now + (now - self._begun) > self._end:
            self.model.stop_training = True


class Checkpoint(_ChiefCallback):
    """Keeps the newest state; a kill at any moment leaves a whole one.

    `every`: epochs between two checkpoints.
    """

    def __init__(self, folder, every=1):
        super().__init__(every)
        self.path = pathlib.Path(folder, "checkpoints", "latest.weights.h5")

    def work(self, epoch, logs):
        """Writes beside the last checkpoint, then takes its place."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name("draft.weights.h5")
        try:
            # HDF5 can't bear a full disk: the process ends in a fault.
            files.reserve(draft, _state_bytes(self.model))
            self.model.save_weights(draft)
            with open(draft, "rb") as file:
                os.fsync(file.fileno())
            os.replace(draft, self.path)
        finally:
            draft.unlink(missing_ok=True)


def _state_bytes(model):
    """About how large a file with all of a model's state is."""
    variables = [*model.variables]
    for each in vars(model).values():
        if isinstance(each, keras.optimizers.Optimizer):
            variables += each.variables
    return sum(4 * math.prod(each.shape) + 2048 for each in variables)


class MetricsLog(_ChiefCallback):
    """One line of figures an epoch, without doubles after a resumed one."""

    def __init__(self, path):
        super().__init__()
        self.path = pathlib.Path(path)

    def work(self, epoch, logs):
        """Rewrites the file with the epochs before, and this one."""
        rows = []
        if self.path.exists():
            with open(self.path, newline="") as file:
                rows = [
                    row
                    for row in csv.DictReader(file)
                    if int(row["epoch"]) < epoch + 1
                ]
        rows.append({"epoch": epoch + 1, **logs})
        names = list(dict.fromkeys(name for row in rows for name in row))
        draft = self.path.with_name(f".draft-{self.path.name}")
        with open(draft, "w", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)
        os.replace(draft, self.path)


class Plots(keras.callbacks.Callback):
    """The log as a picture, once a training ends."""

    def __init__(self, folder):
        super().__init__()
        self.folder = pathlib.Path(folder)

    def on_train_end(self, logs=None):
        """Draws what `MetricsLog` wrote, on the first of several workers."""
        if is_chief(self.model.distribute_strategy):
            log.draw(self.folder)


class Scalars(_ChiefCallback):
    """The same figures for TensorBoard, against images instead of epochs."""

    def __init__(self, folder):
        super().__init__()
        self.folder = pathlib.Path(folder)
        self.writer = None

    def work(self, epoch, logs):
        """Adds a point to every curve."""
        self.writer = self.writer or event_files.Writer(self.folder)
        self.writer.write(logs, step=int(logs["images"]))


class Grids(_ChiefCallback):
    """Pictures to look at, as the model draws them.

    `every`: epochs between two.
    """

    def __init__(self, folder, every):
        super().__init__(every)
        self.folder = pathlib.Path(folder)

    def work(self, epoch, logs):
        """Draws all grids of the moment."""
        self.model.draw(self.folder)


class ChanceWarning(keras.callbacks.Callback):
    """Says loudly when the bits stay at chance, and what to try.

    `images`: images after the first bits were introduced from which on an
    accuracy still at chance is reported; 0 for never.
    """

    def __init__(self, images):
        super().__init__()
        self.images = images
        self.start = None

    def on_epoch_end(self, epoch, logs=None):
        """Compares the epoch's accuracy with chance."""
        progress = self.model.progress
        if not self.images or not progress.active_bits:
            return
        if self.start is None:
            self.start = self.model.curriculum.picture_images
        waited = progress.images - self.start
        accuracy = (logs or {}).get("bit_accuracy", 1.0)
        if waited >= self.images and accuracy < 0.55:
            logging.error(
                "THE FINGERPRINT IS NOT LEARNED: bit accuracy is %.3f after "
                "%d images with bits, and chance is 0.5. Stop, and try %s.",
                accuracy,
                waited,
                self.model.chance_advice,
            )


class DiversityWarning(keras.callbacks.Callback):
    """Says loudly when the pictures look alike, and what to try.

    Of cats that all had one pose, the share was 0.36; of varied ones, 0.85.

    `images`: images before which pictures may look alike; `share`: of the
    photographs' distance in features, below which they do.
    """

    def __init__(self, images=30_000, share=0.5):
        super().__init__()
        self.images = images
        self.share = share

    def on_epoch_end(self, epoch, logs=None):
        """Compares the distances within fakes and within photographs."""
        logs = logs or {}
        photographs = logs.get("diversity_photographs")
        if not photographs or self.model.progress.images < self.images:
            return
        share = logs["diversity"] / photographs
        if share < self.share:
            logging.warning(
                "THE PICTURES LOOK ALIKE: two differ by %.2f of what two "
                "photographs differ, after %d images. If that stays, try a "
                "smaller `losses.feature_adversarial` or "
                "`optimizer.feature_learning_rate`, or a larger "
                "`training.batch_size`.",
                share,
                self.model.progress.images,
            )


def of_fingerprints(settings, folder) -> list[keras.callbacks.Callback]:
    """What every training of fingerprints draws and warns of."""
    return [
        Grids(folder / "grids", settings.grid_epochs),
        ChanceWarning(settings.chance_images),
        DiversityWarning(),
    ]


class HeldOut(_ChiefCallback):
    """Adds figures of what is not learned from to each epoch's."""

    def work(self, epoch, logs):
        """Measures; before the log is written."""
        logs.update(self.model.measure())


class Quality(_ChiefCallback):
    """Adds figures of photographs that are not trained on to each epoch's.

    Stands before those callbacks that write the figures down. Says so loudly
    where pictures are spoiled although the loss has had its time.

    `every`: epochs between two; `psnr_floor`: peak signal-to-noise ratio, in
    dB, below which fingerprinted pictures count as spoiled.
    """

    def __init__(self, every, psnr_floor):
        super().__init__(every)
        self.psnr_floor = psnr_floor

    def work(self, epoch, logs):
        """Measures, and compares with the floor."""
        quality = self.model.measure()
        logs["bit_accuracy_png"] = quality.bit_accuracy
        logs["psnr"] = quality.psnr
        settled = self.model.balance.share(self.model.progress) >= 1
        if settled and quality.psnr < self.psnr_floor:
            logging.error(
                "THE PICTURES ARE SPOILED: with fingerprints they are at %.1f "
                "dB from %d photographs that were held out, and "
                "`training.psnr_floor` is %.1f. Stop, and try a larger "
                "`losses.image`, `curriculum.max_consistency` above 1, or "
                "`networks.residual = true`; or train for longer.",
                quality.psnr,
                quality.num_images,
                self.psnr_floor,
            )
