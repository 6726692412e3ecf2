"""How many channels each resolution has."""


def resolutions(resolution):
    """The resolutions that a network passes through.

    `resolution`: height and width of the images, a power of two from 16 to 256.
    Returns increasing list from 4 to `resolution`.
    """
    sizes = [2**level for level in range(2, 9)]
    if resolution not in sizes[2:]:
        raise ValueError(
            "`resolution` must be a power of two from 16 to 256. "
            f"Received: resolution={resolution}"
        )
    return sizes[: sizes.index(resolution) + 1]


def channels_at(size, channel_base=8192, max_channels=512):
    """Channels of the convolutions at one resolution.

    `size`: height and width of the features, 2 or more. 2 stands for the vector
    behind the last convolution. `channel_base`: twice the channels times the
    size, where they are not capped. 8192 in the paper. `max_channels`: the cap.
    512 in the paper.

    Example:

    >>> [channels_at(size) for size in (4, 32, 64, 128, 256)]
    [512, 512, 256, 128, 64]
    """
    return min(2 * channel_base // size, max_channels)
