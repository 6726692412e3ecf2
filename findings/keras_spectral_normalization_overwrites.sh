#!/usr/bin/env bash
# Keras 3.15.1, 2026-12-01: `SpectralNormalization` overwrites its layer's kernel.
#
# Seen: one forward pass with `training=True` replaces the stored kernel by the
# kernel divided by its largest singular value; nothing has been learned, and
# the weights are others. After it, the kernel's scale is gone for good: a kernel
# ten times as large ends as the same one. A file saved before and after such a
# pass differs, and so does every digest of weights.
#
# Guessed: as in Miyato et al. (2018) and in PyTorch's `spectral_norm`, the kernel
# stays as it is, and the convolution uses a normalised copy of it.
#
# Why it matters here: discriminators on features wrap their convolutions in it.
# Calling them to look at pictures in training mode, as one generator's turn
# does, changes their weights although no optimizer moves them; what is compared
# by digest must be compared between passes, and Adam's steps are relative to a
# kernel that is projected back to norm 1 before every use.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet 'keras==3.15.1' 'jax[cpu]==0.10.2'
KERAS_BACKEND=jax "$folder/env/bin/python" - <<'PY'
import keras
import numpy as np

rng = np.random.default_rng(0)
pictures = rng.normal(size=(2, 8, 8, 3)).astype("float32")
first = rng.normal(size=(3, 3, 3, 4)).astype("float32")


def largest(kernel):
    return np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]))[1][0]


def after(kernel, training, passes=1):
    layer = keras.layers.SpectralNormalization(keras.layers.Conv2D(4, 3))
    layer.build(pictures.shape)
    layer.vector_u.assign(np.ones_like(layer.vector_u))
    layer.kernel.assign(kernel)
    for _ in range(passes):
        layer(pictures, training=training)
    return np.array(layer.kernel)


print("keras", keras.__version__)
print("singular value before ", largest(first))
print("after training=False  ", largest(after(first, False)))
print("after training=True   ", largest(after(first, True, 50)))
print("ten times, then True  ", largest(after(10 * first, True, 50)))
assert np.array_equal(after(first, False), first)
assert not np.allclose(after(first, True), first)
assert abs(largest(after(first, True, 50)) - 1) < 1e-3
assert np.allclose(after(first, True), after(10 * first, True), atol=1e-5)
PY
