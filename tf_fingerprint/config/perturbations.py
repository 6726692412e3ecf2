"""The section of what pictures meet in training; see `sections`."""

import dataclasses

from tf_fingerprint.config.fields import CountOrZero
from tf_fingerprint.config.fields import PerturbationNames
from tf_fingerprint.config.fields import Range
from tf_fingerprint.config.fields import Section
from tf_fingerprint.config.fields import Share


@dataclasses.dataclass(frozen=True, kw_only=True)
class Perturbations(Section):
    """`[perturbations]`: what pictures meet before the decoder in training.

    A strength is drawn anew for each picture, between the two ends of its
    kind's range, the mildest first. Units as in `layers.perturbations`.

    Args:
        names: Kinds to draw from, one a picture; twice for twice as often.
            None in the paper's own runs, one in its immunised ones.
        clean_share: Share of the pictures to which nothing happens.
        mirror_share: Share of the others that are mirrored besides.
        ramp_images: Images, from the first bits on, over which ranges grow
            from their mildest end.
        crop: Share of the side that is kept, cut from the middle.
        random_crop: The same, cut from anywhere.
        resize: Share of the side in between.
        blur: Size of the Gaussian kernel as a share of the side.
        noise: Standard deviation as a share of the range of pixels.
        jpeg: Quality.
        flip: No strength.
        brightness: Factor.
        contrast: Factor.
        erasing: Share of the area.
        rotation: Degrees, to either side.
        shift: Pixels, to any side, over black, white or grey.
        border: Width of a border of such a colour, as a share of the side.
        saturation: Factor; 0 is grey.
        grayscale: No strength.
        combined: Level 1 to 10 of crop, blur, noise and JPEG together.
    """

    names: PerturbationNames = ()
    clean_share: Share = 0.25
    mirror_share: Share = 0.0
    ramp_images: CountOrZero = 0
    crop: Range = (1.0, 0.6)
    random_crop: Range = (1.0, 0.75)
    resize: Range = (1.0, 0.4)
    blur: Range = (0.0, 0.12)
    noise: Range = (0.0, 0.08)
    jpeg: Range = (95.0, 35.0)
    flip: Range = (1.0, 1.0)
    brightness: Range = (0.6, 1.6)
    contrast: Range = (0.6, 1.6)
    erasing: Range = (0.0, 0.25)
    rotation: Range = (0.0, 15.0)
    shift: Range = (0.0, 4.0)
    border: Range = (0.0, 0.2)
    saturation: Range = (1.0, 0.0)
    grayscale: Range = (1.0, 1.0)
    combined: Range = (1.0, 3.5)
