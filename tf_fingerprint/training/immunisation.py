"""Which perturbation each picture of a training meets before the decoder."""

import dataclasses

from keras import ops

from tf_fingerprint import config
from tf_fingerprint.layers import perturbations
from tf_fingerprint.training import random_inputs

# Random numbers that a picture's perturbation takes, besides its noise.
NUM_UNIFORMS = 6


@dataclasses.dataclass(frozen=True)
class Immunisation:
    """Perturbs some of the pictures that a decoder learns from.

    The first pictures of each batch stay as they are; each of the others
    meets one kind, at a strength between the mildest and the strongest. Who is
    first says nothing, as latents and fingerprints are drawn for each picture.

    `names`: kinds to draw from, of `perturbations.NAMES`; one that stands here
    twice is drawn twice as often. None: nothing happens. `ranges`: for each of
    `names`, the mildest and the strongest strength; `mirror_share`: share of
    the others that are mirrored first; `ramp_images`: images over which the
    strongest strength grows from the mildest to its own.
    """

    names: tuple[str, ...] = ()
    ranges: tuple[tuple[float, float], ...] = ()
    clean_share: float = 0.25
    mirror_share: float = 0.0
    ramp_images: int = 0

    def reach(self, images: int) -> float:
        """How far the strengths have grown.

        `images`: shown since the first bits. Returns from 0, the mildest, to 1.
        """
        if not self.ramp_images or images >= self.ramp_images:
            return 1.0
        return max(images, 0) / self.ramp_images

    def clean(self, batch_size):
        """Which pictures stay as they are; `(batch,)` of bool."""
        place = ops.cast(ops.arange(batch_size), "float32") + 0.5
        share = self.clean_share if self.names else 1.0
        return place < share * ops.cast(batch_size, "float32")

    def apart(self, name, values):
        """Means over the pictures left as they are, and over the others.

        `values`: `(batch,)`. Returns dict of scalars; a mean over no pictures
        is left out.
        """
        clean = ops.cast(self.clean(ops.shape(values)[0]), values.dtype)
        means = {}
        if self.clean_share > 0:
            means[f"{name}_clean"] = _mean(values, clean)
        if self.clean_share < 1:
            means[f"{name}_perturbed"] = _mean(values, 1 - clean)
        return means

    def perturb(self, images, seed, reach):
        """What becomes of one replica's pictures before they are decoded.

        `images`: `(batch, height, width, channels)` in [-1, 1].
        """
        if not self.names:
            return images
        shape = (ops.shape(images)[0], *images.shape[1:])
        draws = random_inputs.perturbations(
            random_inputs.replica_seed(seed, "perturbation"),
            shape,
            NUM_UNIFORMS,
        )
        return self.apply(images, *draws, reach)

    def apply(self, images, uniforms, normals, reach):
        """Perturbs each picture in its own way.

        `images`: `(batch, height, width, channels)` in [-1, 1]; `uniforms`:
        `(batch, 6)` in [0, 1): `perturbations.Draws.uniforms`, then which kind,
        how strongly, and whether mirrored. Returns the pictures as they are
        found, float32.
        """
        kind = ops.cast(ops.floor(uniforms[:, 3] * len(self.names)), "int32")
        mildest, strongest = ops.split(
            ops.take(ops.convert_to_tensor(self.ranges), kind, axis=0), 2, 1
        )
        strengths = mildest + reach * uniforms[:, 4:5] * (strongest - mildest)
        clean = self.clean(ops.shape(images)[0])
        if self.mirror_share > 0:
            mirrored = ~clean & (uniforms[:, 5] < self.mirror_share)
            images = ops.where(
                ops.reshape(mirrored, (-1, 1, 1, 1)),
                ops.flip(images, axis=2),
                images,
            )
        return perturbations.perturb_each(
            images,
            self.names,
            ops.where(clean, -1, kind),
            strengths[:, 0],
            perturbations.Draws(uniforms[:, :3], normals),
        )


def _mean(values, weights):
    """The mean where weights are 1, not 0; 0 if they never are."""
    return ops.sum(values * weights) / ops.maximum(ops.sum(weights), 1)


def of_config(settings: config.Perturbations) -> Immunisation:
    """What a config's `[perturbations]` says."""
    return Immunisation(
        settings.names,
        tuple(getattr(settings, name) for name in settings.names),
        clean_share=settings.clean_share,
        mirror_share=settings.mirror_share,
        ramp_images=settings.ramp_images,
    )
