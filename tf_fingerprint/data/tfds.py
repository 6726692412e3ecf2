"""Pictures of a prepared tensorflow-dataset."""

import difflib
import os

from tf_fingerprint import errors
from tf_fingerprint.data import sources


def list_tfds(name: str, max_images: int | None) -> sources.Listing:
    """The pictures of `NAME[/CONFIG][:SPLIT]`, in the order they are stored.

    `name`: as after `tfds:`; the split is `train` by default and may be a slice
    such as `train[:30000]`. `max_images`: take only the first so many.
    """
    try:
        import tensorflow_datasets as tfds
    except ImportError as error:
        raise errors.DataError(
            f"tfds:{name}: tensorflow-datasets must be installed. {error}. Run "
            "`pip install tensorflow-datasets importlib_resources`."
        ) from error
    name, _, split = name.partition(":")
    split = split or "train"
    builder = _builder(tfds, name)
    _check_prepared(builder, name)
    feature = _image_feature(tfds, builder, name)
    dataset = _dataset(tfds, builder, name, split)
    num_pictures = int(dataset.cardinality())
    num_pictures = min(num_pictures, max_images or num_pictures)
    if num_pictures == 0:
        raise errors.DataError(
            f"tfds:{name}: split `{split}` must hold pictures. It is empty."
        )
    examples = tfds.as_numpy(dataset.take(num_pictures))
    return sources.Listing(num_pictures, _pictures(examples, split, feature))


def _builder(tfds, name):
    """The dataset's builder, or an error that suggests a name."""
    # Read here, since the library reads it only once, when it is imported.
    data_dir = os.environ.get("TFDS_DATA_DIR")
    try:
        return tfds.builder(name, data_dir=data_dir)
    except tfds.core.DatasetNotFoundError as error:
        near = difflib.get_close_matches(
            name.partition("/")[0], tfds.list_builders(), n=3
        )
        hint = f"Did you mean {' or '.join(f'`{one}`' for one in near)}?"
        raise errors.DataError(
            f"tfds:{name}: tensorflow-datasets knows no such dataset. "
            f"{hint if near else 'Is TFDS_DATA_DIR set to where it lies?'}"
        ) from error
    # An unknown configuration, or a version that isn't there.
    except (ValueError, AssertionError) as error:
        raise errors.DataError(
            f"tfds:{name}: can't be opened. {error}"
        ) from error


def _check_prepared(builder, name):
    """Raises unless the data lie on this machine; nothing is downloaded."""
    if builder.is_prepared():
        return
    if builder.name == "lsun":
        hint = (
            "It can't be prepared beside TensorFlow 2.21; export its pictures "
            "and give their folder as the source."
        )
    else:
        hint = f"Run `tfds build {name}`, or set TFDS_DATA_DIR."
    raise errors.DataError(
        f"tfds:{name}: must be prepared before training. Found nothing in "
        f"{builder.data_path}. {hint}"
    )


def _image_feature(tfds, builder, name):
    """The name of the feature that holds the pictures."""
    images = [
        key
        for key, feature in builder.info.features.items()
        if isinstance(feature, tfds.features.Image)
    ]
    if "image" in images:
        return "image"
    if len(images) != 1:
        raise errors.DataError(
            f"tfds:{name}: must have one feature with pictures, or one named "
            f"`image`. Received {', '.join(builder.info.features)}."
        )
    return images[0]


def _dataset(tfds, builder, name, split):
    """The examples of a split in the order in which they are stored."""
    try:
        return builder.as_dataset(
            split=split,
            shuffle_files=False,
            # Files one after another: "the first 30,000" are then the first.
            read_config=tfds.ReadConfig(interleave_cycle_length=1),
        )
    except NotImplementedError as error:
        # Files of random access, which only `as_data_source` reads.
        form = builder.info.file_format
        raise errors.DataError(
            f"tfds:{name}: must be stored as TFRecord to be read in order. It "
            f"is stored as {getattr(form, 'value', form)}. Prepare it again: "
            f"`tfds build {name} --file_format=tfrecord`."
        ) from error
    except (KeyError, ValueError) as error:
        raise errors.DataError(
            f"tfds:{name}: no split `{split}`. It has "
            f"{', '.join(builder.info.splits)}."
        ) from error


def _pictures(examples, split, feature):
    """Yields names and functions that return the decoded picture."""
    for index, example in enumerate(examples):
        yield f"{split}[{index}]", lambda image=example[feature]: image
