"""Marks and reads pictures with other libraries, as another process asks.

One request a line on standard input, one answer a line on standard output, both
JSON; pictures and bits lie in `.npy` files. Imports nothing of this project, so
that it runs wherever those libraries are installed.
"""

import contextlib
import json
import os
import sys
import time

import numpy as np

# Passwords of blind-watermark: they shuffle bits and coefficients.
PASSWORDS = {"password_wm": 1, "password_img": 1}


def main():
    answers = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):  # Libraries greet there.
        for line in sys.stdin:
            request = json.loads(line)
            images = np.load(request["images"])
            if request["do"] == "mark":
                made, seconds = mark(
                    request["method"], images, np.load(request["bits"])
                )
            else:
                made, seconds = read(
                    request["method"], images, request["num_bits"]
                )
            np.save(request["to"], made)
            print(json.dumps({"seconds": seconds}), file=answers, flush=True)


def mark(method, images, bits):
    """Marked pictures, `uint8`, and the seconds that it took."""
    marker = _markers(method, bits.shape[1])[0]
    start = time.perf_counter()
    marked = [
        marker(image[..., ::-1].copy(), each)[..., ::-1]
        for image, each in zip(images, bits, strict=True)
    ]
    seconds = time.perf_counter() - start
    return np.clip(np.rint(np.stack(marked)), 0, 255).astype(np.uint8), seconds


def read(method, images, num_bits):
    """Bits read, `(images, num_bits)`, and the seconds that it took."""
    reader = _markers(method, num_bits)[1]
    start = time.perf_counter()
    bits = [reader(image[..., ::-1].copy()) for image in images]
    seconds = time.perf_counter() - start
    return np.stack(bits).astype(np.uint8), seconds


def _markers(method, num_bits):
    """What marks one picture, blue first, and what reads it."""
    if method == "blind-watermark":
        return _blind_watermark(num_bits)
    return _invisible_watermark(method, num_bits)


def _invisible_watermark(method, num_bits):
    from imwatermark import WatermarkDecoder
    from imwatermark import WatermarkEncoder

    if method == "rivaGan":
        WatermarkEncoder.loadModel()
    decoder = WatermarkDecoder("bits", num_bits)

    def marker(image, bits):
        encoder = WatermarkEncoder()
        encoder.set_watermark("bits", bits.tolist())
        return encoder.encode(image, method)

    return marker, lambda image: np.asarray(decoder.decode(image, method))


def _blind_watermark(num_bits):
    import blind_watermark

    def marker(image, bits):
        mark = blind_watermark.WaterMark(**PASSWORDS)
        mark.read_img(img=image)
        mark.read_wm(bits.tolist(), mode="bit")
        return mark.embed()

    def reader(image):
        mark = blind_watermark.WaterMark(**PASSWORDS)
        return mark.extract(embed_img=image, wm_shape=num_bits, mode="bit")

    return marker, reader


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
