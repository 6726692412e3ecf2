"""Who is compared: this project's runs, and other libraries in a process."""

import json
import pathlib
import subprocess
import time

import numpy as np

from tf_fingerprint import fingerprints
from tf_fingerprint.models import sampling

WORKER = pathlib.Path(__file__).with_name("peers_worker.py")

# Method, length of its payload, side of the pictures. invisible-watermark
# refuses pictures below 256 x 256; rivaGan knows 32 bits only; at 64 pixels
# blind-watermark has room for 63.
PEERS = (
    ("dwtDct", 32, 256),
    ("dwtDct", 128, 256),
    ("dwtDctSvd", 32, 256),
    ("dwtDctSvd", 128, 256),
    ("rivaGan", 32, 256),
    ("blind-watermark", 32, 256),
    ("blind-watermark", 128, 256),
    ("blind-watermark", 128, 128),
    ("blind-watermark", 32, 64),
)


class Library:
    """A mark put into photographs afterwards.

    Args:
        worker: The `Worker` that has the library.
        method: Of the library.
        num_bits: Of the payload.
        resolution: Side of the pictures.
    """

    in_model = False

    def __init__(self, worker, method, num_bits, resolution):
        self.worker, self.method = worker, method
        self.num_bits, self.resolution = num_bits, resolution
        self.name = f"{method}_{num_bits}_bits_{resolution}"

    def make(self, photographs, bits):
        """Marked photographs, and the seconds of marking alone."""
        return self.worker.ask(
            "mark", method=self.method, images=photographs, bits=bits
        )

    def read(self, images):
        """Bits, and the seconds of reading alone."""
        return self.worker.ask(
            "read", method=self.method, images=images, num_bits=self.num_bits
        )


class Generator:
    """A fingerprint in the model: pictures come with it.

    Args:
        run: Whose pictures.
    """

    in_model = True

    def __init__(self, run):
        self.run = run
        self.num_bits = run.config.networks.num_bits
        self.resolution = run.config.data.resolution
        size = f"{self.num_bits}_bits_{self.resolution}"
        self.name = f"{run.folder.name}_{size}"
        self._copy = run.seal(fingerprints.random_bits(self.num_bits))

    def make(self, photographs, bits):
        """As many pictures as photographs, with these bits; the seconds."""
        start = time.perf_counter()
        made = self.run.generate(len(photographs), fingerprints=bits, seed=0)
        return made, time.perf_counter() - start

    def make_with_copy(self, count):
        """Seconds for so many pictures of a sealed copy."""
        start = time.perf_counter()
        sampling.sealed_pictures(self._copy, count, seed=0)
        return time.perf_counter() - start

    def read(self, images):
        """Bits, and the seconds."""
        start = time.perf_counter()
        read = self.run.decode(images) > 0
        return read.astype(np.uint8), time.perf_counter() - start


class Worker:
    """A process that has the libraries.

    Args:
        python: Its interpreter.
        folder: For what is passed back and forth.
    """

    def __init__(self, python, folder):
        self.folder = pathlib.Path(folder)
        self._process = subprocess.Popen(
            [python, str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        # Closes its pipes, at which it ends, and waits.
        self._process.__exit__(*raised)

    def ask(self, do, **request):
        """What the worker made, and the seconds that it took."""
        for name, value in request.items():
            if isinstance(value, np.ndarray):
                path = self.folder / f"{name}.npy"
                np.save(path, value)
                request[name] = str(path)
        to = self.folder / "made.npy"
        print(
            json.dumps({"do": do, "to": str(to), **request}),
            file=self._process.stdin,
            flush=True,
        )
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit(
                f"{self._process.args[0]}: the process with the other "
                "libraries ended. Are invisible-watermark and blind-watermark "
                "installed there? See `python benchmarks/peers.py --help`."
            )
        return np.load(to), json.loads(answer)["seconds"]
