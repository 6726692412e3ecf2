"""What both benchmarks of serving need: pictures, servables and a server."""

import base64
import contextlib
import io
import pathlib
import signal
import subprocess
import sys

import numpy as np
from PIL import Image

import export
from tf_fingerprint import attribution
from tf_fingerprint import fingerprints
from tf_fingerprint import registry

ROOT = pathlib.Path(__file__).resolve().parents[1]


class Setting:
    """A run with issuances, a picture of each, and what it should be told.

    Args:
        run: Whose generator makes the pictures and whose decoder reads them.
        folder: For the registry.
        num_pictures: And issuances.
    """

    def __init__(self, run, folder, num_pictures=16):
        self.run = run
        self.store = registry.open_store(
            pathlib.Path(folder, "registry.db"), create=True
        )
        records = [self.issue(number) for number in range(num_pictures)]
        bits = [
            fingerprints.from_hex(
                record.fingerprint, run.config.networks.num_bits
            )
            for record in records
        ]
        images = run.generate(num_pictures, fingerprints=np.array(bits), seed=0)
        self.files = [png(image) for image in images]
        # What the registry itself says of what the decoder reads.
        self.expected = [
            verdict.record.id if verdict.record else ""
            for verdict in run.attribute(images, self.candidates())
        ]

    def issue(self, number):
        return registry.issue(
            self.store, f"Recipient {number}", generator=self.run.record
        )

    def candidates(self):
        return attribution.Candidates.load(
            self.store, self.run.generator_digest
        )

    def publish(self, folder, number):
        """Publishes an attribution that calls its registry by the number."""
        servable = export.attribution(
            self.run, self.candidates(), registry_version=str(number)
        )
        return export.publish(servable, folder, version=number)


def png(image):
    file = io.BytesIO()
    Image.fromarray(np.squeeze(image)).save(file, "PNG")
    return file.getvalue()


def instance(content):
    return {"b64": base64.b64encode(content).decode()}


class RunningServer:
    """The development server in a process of its own."""

    def __init__(self, models, *options):
        ports = ["--rest-port", "0", "--grpc-port", "0"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "export.server", str(models), *ports]
            + list(options),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        lines = [self.process.stdout.readline() for _ in range(3)]
        if not all(lines):
            raise SystemExit("The server did not start")
        self.url, self.address = (line.split()[-1] for line in lines[:2])

    def megabytes(self, name="VmRSS"):
        """Memory of the process, as the kernel calls it.

        `VmRSS` is all pages, `RssAnon` those that are no file's, and `VmHWM`
        the most there ever was of `VmRSS`.
        """
        path = pathlib.Path("/proc", str(self.process.pid), "status")
        with contextlib.suppress(FileNotFoundError):
            for line in path.read_text().splitlines():
                if line.startswith(f"{name}:"):
                    return int(line.split()[1]) / 1024
        return 0.0

    def died(self):
        return self.process.poll() is not None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
