"""What the package is called, holds and needs; its tools are set up in TOML."""

import pathlib
import re

import setuptools

FOLDER = pathlib.Path(__file__).parent


def version():
    """The version, read without importing what it is the version of."""
    text = (FOLDER / "tf_fingerprint" / "__init__.py").read_text("utf-8")
    return re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)[1]


setuptools.setup(
    name="tf-fingerprint",
    version=version(),
    description=(
        "Image generators with a fingerprint in their convolutions: whose "
        "copy of the model made this image?"
    ),
    long_description=(FOLDER / "README.md").read_text("utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    license_files=["LICENSE"],
    packages=setuptools.find_packages(include=["tf_fingerprint*", "export*"]),
    package_data={"tf_fingerprint": ["pretrained/*"]},
    entry_points={
        "console_scripts": ["tf-fingerprint = tf_fingerprint.cli:run"]
    },
    python_requires=">=3.11,<3.14",
    install_requires=[
        "tensorflow>=2.21,<3",
        "keras>=3.15,<4",
        "numpy>=2",
        "pillow>=10.1",
        "absl-py>=2",
        "sqlalchemy>=2",
        "tqdm>=4.60",
        "matplotlib>=3.8",
        # `tf.summary` needs it and TensorFlow doesn't bring it.
        "tensorboard>=2.20",
        "tensorflow-datasets>=4.9.7",
        # tensorflow-datasets needs it and doesn't say so.
        "importlib_resources>=6",
    ],
    extras_require={
        "test": ["pytest>=8", "hypothesis>=6", "scipy>=1.12", "ruff>=0.14"],
        "benchmarks": ["torch>=2.5"],
    },
)
