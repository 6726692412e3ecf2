"""Kubernetes gets what Docker gets."""

import shutil
import subprocess

import pytest
import yaml

from .published_models import models_dir as models_dir
from .published_models import written as written


def documents(text):
    """The Kubernetes objects, by kind and name."""
    return {
        (each["kind"], each["metadata"]["name"]): each
        for each in yaml.safe_load_all(text)
    }


def test_kubernetes_gets_the_same_servers(written):
    objects = documents((written / "kubernetes.yaml").read_text())
    compose = yaml.safe_load((written / "compose.yaml").read_text())

    for name in ("acme-copy", "attribution", "decoder", "open"):
        spec = objects["Deployment", name]["spec"]
        pod = spec["template"]["spec"]
        [container] = pod["containers"]
        server = compose["services"][name]
        assert container["image"] == server["image"]
        assert container["args"] == server["command"]
        labels = spec["template"]["metadata"]["labels"]
        assert spec["selector"]["matchLabels"] == labels
        assert objects["Service", name]["spec"]["selector"] == labels
        assert pod["securityContext"]["runAsNonRoot"]
        mounts = {each["name"] for each in container["volumeMounts"]}
        assert mounts == {each["name"] for each in pod["volumes"]}


def test_only_the_proxy_reaches_the_servers_in_kubernetes(written):
    objects = documents((written / "kubernetes.yaml").read_text())

    policy = objects["NetworkPolicy", "models"]["spec"]
    assert policy["egress"] == []
    for name in ("attribution", "decoder", "acme-copy"):
        labels = objects["Service", name]["spec"]["selector"]
        assert policy["podSelector"]["matchLabels"].items() <= labels.items()
    labels = objects["Service", "open"]["spec"]["selector"]
    policy = objects["NetworkPolicy", "open-models"]["spec"]
    assert policy["podSelector"]["matchLabels"].items() <= labels.items()


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="needs kubectl")
def test_kustomize_puts_the_files_into_the_manifest(written):
    said = subprocess.run(
        ["kubectl", "kustomize", str(written)],
        capture_output=True,
        check=True,
        text=True,
    )

    objects = documents(said.stdout)
    [maps] = [each for (kind, _), each in objects.items() if "Map" in kind]
    for name, text in maps["data"].items():
        assert text == (written / name).read_text()
    pod = objects["Deployment", "decoder"]["spec"]["template"]["spec"]
    [names] = [
        each["configMap"]["name"]
        for each in pod["volumes"]
        if "configMap" in each
    ]
    assert names == maps["metadata"]["name"]
    mounted = {
        each["subPath"]
        for each in pod["containers"][0]["volumeMounts"]
        if each["name"] == "serving"
    }
    assert mounted <= set(maps["data"])
