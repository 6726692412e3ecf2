"""From a run to an endpoint: the page's commands, as they stand there."""

import contextlib
import io
import json
import re
import shlex
import shutil
import subprocess

import pytest
from PIL import Image

import tf_fingerprint
from export import page
from export import server
from tf_fingerprint import cli
from tf_fingerprint import registry

from ..tiny_run import ROOT

pytestmark = pytest.mark.slow

HOWTO = (ROOT / "docs" / "serving-howto.md").read_text(encoding="utf-8")
SHIPPED = ROOT / "tf_fingerprint" / "pretrained"
REST, GRPC = "http://127.0.0.1:8501", "grpc://127.0.0.1:8500"


def blocks(language):
    """What the page says is run here."""
    mine = "<!-- run by: tests/export/test_howto.py -->"
    block = rf"^{re.escape(mine)}\n```{language}\n(.*?)^```$"
    return re.findall(block, HOWTO, re.M | re.S)


def run(line):
    """Runs a command; returns what it prints."""
    name, *argv = shlex.split(line)
    stdout = io.StringIO()
    with contextlib.redirect_stdout(stdout):
        assert (name, cli.main(argv)) == ("tf-fingerprint", 0)
    return stdout.getvalue()


def found_picture(issuance_id):
    """A picture that the copy of an issuance could have made."""
    with registry.open_store("registry.db") as store:
        bits = store.issuance(issuance_id).bits
    [made] = tf_fingerprint.load().generate(1, fingerprints=bits, seed=1)
    Image.fromarray(made).save("picture.png")


@pytest.mark.slow
@pytest.mark.skipif(
    not (SHIPPED / "generator.keras").is_file(),
    reason="this copy has no pretrained weights",
)
def test_five_commands_lead_from_a_run_to_an_endpoint(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    issue, export, serve, by_rest, by_grpc, curl = "".join(
        blocks("sh")
    ).splitlines()
    [python] = blocks("python")
    assert serve == "tf-fingerprint serve models"

    issued = json.loads(run(f"{issue} --format json"))
    run(export)
    found_picture(issued["id"])
    with server.Server("models", extra_routes=page.routes()) as serving:
        told = {REST: serving.rest_url, GRPC: f"grpc://{serving.grpc_address}"}

        def there(text):
            for written, real in told.items():
                text = text.replace(written, real)
            return text

        tables = [run(there(each)) for each in (by_rest, by_grpc)]
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(there(python), "serving-howto.md", "exec"), {})
        if shutil.which("curl"):
            curled = subprocess.run(
                ["bash", "-c", there(curl)], capture_output=True, check=True
            )
            [verdict] = json.loads(curled.stdout)["outputs"]["verdict"]
            assert verdict == "attributed"

    assert issued["recipient"] == "Alder Films"
    assert printed.getvalue().split()[:2] == ["attributed", issued["id"]]
    assert tables[0] == tables[1]
    assert f" attributed  {issued['id']} " in tables[0]
