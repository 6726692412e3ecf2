"""What the proxy passes on."""

import re
import shutil
import subprocess

import pytest

from .published_models import models_dir as models_dir
from .published_models import written as written


def plain_paths(written):
    """Pattern of the paths that are looked at, as they are sent."""
    text = (written / "nginx.conf").read_text()
    [pattern] = re.findall(r'request_uri !~ "(.*)"\)', text)
    return re.compile(pattern)


def locations(written):
    """Patterns of paths that the proxy passes on."""
    text = (written / "nginx.conf").read_text()
    return [
        re.compile(pattern)
        for pattern in re.findall(r'location ~ "(.*)" \{', text)
    ]


@pytest.mark.parametrize(
    ("path", "passes"),
    [
        ("/v1/models/attribution:predict", True),
        ("/v1/models/decoder/labels/stable:predict", True),
        # They may have a registry from before a revocation.
        ("/v1/models/attribution/versions/41:predict", False),
        ("/v1/models/attribution/labels/stable:predict", False),
        ("/v1/models/decoder/versions/42:predict", True),
        ("/v1/models/open:predict", False),
        ("/v1/models/attribution:predict/", False),
        ("/v1/models/attribution:classify", False),
        ("/v1/models/attribution/metadata", False),
        ("/monitoring/prometheus/metrics", False),
        ("/v1/models/../attribution:predict", False),
        ("/x/v1/models/attribution:predict", False),
        ("/v1/models/attribution/versions/99999999999999999999:predict", False),
    ],
)
def test_the_proxy_passes_on_predictions_only(written, path, passes):
    is_passed = any(each.search(path) for each in locations(written))

    assert (is_passed and bool(plain_paths(written).search(path))) == passes


@pytest.mark.parametrize(
    "path",
    [
        "/v1/models/x/../attribution:predict",
        "/v1/models/attribution%3Apredict",
        "/v1/models/attribution:predict?x=1",
    ],
)
def test_the_proxy_refuses_paths_in_disguise(written, path):
    assert not plain_paths(written).search(path)


def test_the_proxy_asks_and_limits(written):
    text = (written / "nginx.conf").read_text()

    for line in [
        "auth_basic_user_file /etc/nginx/secrets/htpasswd;",
        "client_max_body_size 24m;",
        "limit_req zone=requests burst=40 nodelay;",
        "listen 8443 ssl;",
    ]:
        assert line in text
    assert text.count("{") == text.count("}")
    # What a server would answer without a password is not passed on.
    assert "location / { return 404; }" in text


@pytest.mark.skipif(shutil.which("nginx") is None, reason="needs nginx")
def test_nginx_reads_its_configuration(written):
    text = (written / "nginx.conf").read_text()
    # No certificate here, and no names of servers.
    text = re.sub(r"ssl_certificate.*\n| ssl;", ";", text)
    text = re.sub(r"http://[a-z-]+:8501", "http://127.0.0.1:8501", text)
    text = text.replace("/etc/nginx/secrets", str(written))
    path = written / "tried.conf"
    path.write_text(text)

    subprocess.run(["nginx", "-t", "-c", str(path)], check=True)
