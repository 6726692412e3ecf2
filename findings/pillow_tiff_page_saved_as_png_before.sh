#!/usr/bin/env bash
# Pillow 13.0.0 (and 12.3.0), 2026-12-01: an image that was once saved as PNG or
# JPEG can no longer be a later page of a TIFF file.
#
# Seen: `first.save(file, "TIFF", save_all=True, append_images=[second])` raises
# `TypeError: function takes at most 4 arguments (8 given)` (18 given after
# JPEG) if `second.save(other, "PNG")` was called before; saving leaves the
# PNG encoder's settings on the image object, and the TIFF writer hands them to
# its own encoder. The same two images in a GIF, WebP, APNG or AVIF file are
# fine, and so is `second.save(file, "TIFF")` alone, or `second.copy()` as a page.
#
# Guessed: saving an image leaves it as it was, so that saving it twice, in any
# order and in any two formats, works.
#
# Why it matters here: pages of TIFF files are pictures of their own when copies
# are sought in what was found, so tests and investigators write such files,
# often from images that were just saved one by one. The error names neither
# page nor cause. Append copies.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet 'pillow==13.0.0'
"$folder/env/bin/python" - <<'PY'
import io

import PIL
from PIL import Image


def pages(kind, before, copied=False):
    first, second = (Image.new("RGB", (8, 8), name) for name in ("red", "blue"))
    if before:
        second.save(io.BytesIO(), before)
    second = second.copy() if copied else second
    file = io.BytesIO()
    try:
        first.save(file, kind, save_all=True, append_images=[second])
    except TypeError as error:
        return f"TypeError: {error}"
    return f"{Image.open(file).n_frames} frames"


print("Pillow", PIL.__version__)
found = {
    (kind, before, copied): pages(kind, before, copied)
    for kind in ("TIFF", "GIF", "WEBP", "PNG")
    for before in (None, "PNG", "JPEG", "WEBP")
    for copied in (False, True)
}
for key, outcome in found.items():
    print(*key, "->", outcome)
for (kind, before, copied), outcome in found.items():
    fails = kind == "TIFF" and before in ("PNG", "JPEG") and not copied
    assert outcome.startswith("TypeError" if fails else "2 frames"), outcome
PY
