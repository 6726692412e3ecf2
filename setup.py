"""What the package is called, holds and needs; its tools are set up in TOML."""

import pathlib
import re

import setuptools

FOLDER = pathlib.Path(__file__).parent

# What only some need; the tests need all of it.
EXTRAS = {
    "serving": [
        "tensorflow-serving-api>=2.19",
        "grpcio>=1.66",
        "grpcio-health-checking>=1.66",
        "starlette>=0.40",
        "uvicorn>=0.30",
        "prometheus-client>=0.20",
        "httpx>=0.27",
        "tenacity>=9",
    ],
    "signing": ["model-signing>=1.1", "pyopenssl>=24"],
    "formats": ["onnx>=1.17", "tf2onnx>=1.17", "onnxruntime>=1.20"],
    "postgresql": ["psycopg[binary]>=3.2"],
    "search": ["faiss-cpu>=1.9"],
    # Formats that Pillow doesn't read by itself: HEIC, JPEG XL.
    "pictures": ["pillow-heif>=0.18", "pillow-jxl-plugin>=1.3"],
    # Trains in TensorFlow's place: KERAS_BACKEND=jax. For a GPU, `jax[cuda13]`.
    "jax": ["jax>=0.7"],
    # Others of apache-beam's extras reach object stores: `gcp`, `aws`, `azure`.
    "bulk": ["apache-beam>=2.60", "pyarrow>=14", "google-crc32c>=1.5"],
    "hub": ["huggingface_hub>=0.30"],
    "completion": ["shtab>=1.7"],
    # The site, and what runs its notebooks.
    "docs": [
        "mkdocs>=1.6",
        "mkdocs-material>=9.5",
        "mkdocstrings[python]>=0.27",
        "nbclient>=0.10",
        "nbformat>=5.10",
        "ipykernel>=6.29",
    ],
}


def version():
    """The version, read without importing what it is the version of."""
    text = (FOLDER / "tf_fingerprint" / "version.py").read_text("utf-8")
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
    package_data={
        "tf_fingerprint": [
            *("pretrained/*", "models/weights/*", "pages/templates/*"),
            "py.typed",
        ],
        "export": [
            *("serving/*", "page/index.html", "bundles/scripts/*"),
            "py.typed",
        ],
    },
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
        "sqlalchemy>=2.0.21",
        "alembic>=1.13",
        # Exact intervals of measured rates.
        "scipy>=1.13",
        "tqdm>=4.60",
        "matplotlib>=3.9",
        # Templates of the pages.
        "jinja2>=3.1.3",
        # `tf.summary` needs it and TensorFlow doesn't bring it.
        "tensorboard>=2.20",
        "tensorflow-datasets>=4.9.10",
        # tensorflow-datasets needs it and doesn't say so.
        "importlib_resources>=6.4",
    ],
    extras_require=EXTRAS
    | {
        "test": [
            *("pytest>=8", "pytest-xdist>=3.6", "pytest-cov>=6"),
            *("hypothesis>=6", "ruff>=0.14", "mypy>=1.18"),
            "pyyaml>=6",
            *(name for names in EXTRAS.values() for name in names),
        ],
        "benchmarks": [
            *("torch>=2.5", "onnxruntime>=1.20", *EXTRAS["jax"]),
            *("invisible-watermark>=0.2", "blind-watermark>=0.4.4"),
        ],
    },
)
