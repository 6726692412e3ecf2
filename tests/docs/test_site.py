"""The built site: strict, whole, of one piece, and nothing from elsewhere."""

import pathlib
import subprocess
import sys
import urllib.parse

import pytest

from tests.docs import blocks
from tests.docs import site_pages

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder, built as CI builds it, and what mkdocs said."""
    pytest.importorskip("mkdocs")
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"]
        + ["--site-dir", str(folder)],
        cwd=blocks.ROOT,
        env={"PATH": "", "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return folder, done.stderr


def test_nothing_is_warned_of(site):
    assert "WARNING" not in site[1]


def test_no_page_is_without_a_way_to_it(site):
    seen, others = site_pages.reached(site[0])

    assert len(seen) > 80
    assert others == set()


def test_a_page_without_a_way_is_found(tmp_path):
    (tmp_path / "index.html").write_text('<a href="b.html">b</a>')
    for name in "bc":
        (tmp_path / f"{name}.html").write_text("")

    _, others = site_pages.reached(tmp_path)

    assert [path.name for path in others] == ["c.html"]


def test_a_page_fetches_nothing_from_elsewhere(site):
    for path in site[0].rglob("*.html"):
        for link in site_pages.Page(path).fetched:
            parts = urllib.parse.urlsplit(link)
            assert not parts.netloc, f"{path}: {link}"
            # That of an error is shown at any address, so it names the root.
            base = site[0] if parts.path.startswith("/") else path.parent
            assert (base / parts.path.lstrip("/")).exists(), f"{path}: {link}"


def test_every_command_and_key_is_in_the_built_pages(site, monkeypatch):
    monkeypatch.syspath_prepend(blocks.DOCS / "generate")
    import commands
    import configuration

    for name, _, parser in commands.commands():
        page = pathlib.Path(site[0], commands.FOLDER, f"{name}.html")
        text = page.read_text(encoding="utf-8")
        for action in commands.settings(parser):
            assert commands.name_of(action) in text
    for name, (_, kind) in configuration.KINDS.items():
        page = pathlib.Path(site[0], configuration.FOLDER, f"{name}.html")
        text = page.read_text(encoding="utf-8")
        for keys in configuration.keys(kind).values():
            for key in keys:
                assert f'id="{key.name.replace("_", "-")}"' in text
