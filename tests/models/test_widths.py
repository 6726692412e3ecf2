import pytest

from tf_fingerprint import models
from tf_fingerprint.models import widths


def test_channels_are_the_papers():
    sizes = (2, 4, 8, 16, 32, 64, 128, 256)

    channels = [widths.channels_at(size) for size in sizes]

    assert channels == [512, 512, 512, 512, 512, 256, 128, 64]


def test_channels_follow_base_and_cap():
    assert widths.channels_at(64, channel_base=512) == 16
    assert widths.channels_at(4, channel_base=512, max_channels=100) == 100


@pytest.mark.parametrize("resolution", [16, 32, 64, 128, 256])
def test_resolutions_double_from_four(resolution):
    sizes = widths.resolutions(resolution)

    assert sizes[0] == 4
    assert sizes[-1] == resolution
    assert all(
        larger == 2 * smaller
        for smaller, larger in zip(sizes, sizes[1:], strict=False)
    )


@pytest.mark.parametrize("resolution", [0, 8, 48, 512, 64.5])
def test_other_resolutions_are_refused(resolution):
    message = f"power of two from 16 to 256.*resolution={resolution}"

    with pytest.raises(ValueError, match=message):
        widths.resolutions(resolution)
    with pytest.raises(ValueError, match=message):
        models.Generator(resolution)
