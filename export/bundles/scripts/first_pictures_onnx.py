"""Saves eight pictures of this copy as PNG in `pictures`, where you are."""

import pathlib

import numpy as np
import onnxruntime
from PIL import Image

draw = np.random.default_rng(0)
path = pathlib.Path(__file__).with_name("instance.onnx")
copy = onnxruntime.InferenceSession(path)
shapes = {each.name: (8, each.shape[1]) for each in copy.get_inputs()}
numbers = {n: draw.standard_normal(s, "float32") for n, s in shapes.items()}
[images] = copy.run(["images"], numbers)
pathlib.Path("pictures").mkdir(exist_ok=True)
for number, pixels in enumerate(images):
    Image.fromarray(pixels.squeeze()).save(f"pictures/{number}.png")
