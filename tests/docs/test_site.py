"""The built site: strict, whole, of one piece, and nothing from elsewhere."""

import html.parser
import pathlib
import subprocess
import sys
import urllib.parse

import pytest

from tests.docs import blocks

pytestmark = pytest.mark.slow


class Page(html.parser.HTMLParser):
    """What an HTML page links to, and what it fetches by itself."""

    def __init__(self, path):
        super().__init__()
        self.links, self.fetched = [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        if tag == "a" and known.get("href"):
            self.links.append(known["href"])
        elif tag == "link" and known.get("rel") in ("stylesheet", "preload"):
            self.fetched.append(known["href"])
        elif tag in ("script", "img", "iframe") and known.get("src"):
            self.fetched.append(known["src"])


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


def targets(folder, path):
    """The pages of the site that a page links to."""
    for link in Page(path).links:
        parts = urllib.parse.urlsplit(link)
        if not parts.scheme and parts.path.endswith(".html"):
            target = (path.parent / parts.path).resolve()
            assert target.is_file(), f"{path}: {link}"
            yield target


def test_nothing_is_warned_of(site):
    assert "WARNING" not in site[1]


def test_no_page_is_without_a_way_to_it(site):
    folder = site[0].resolve()
    seen, waiting = set(), [folder / "index.html"]
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting += targets(folder, path)

    pages = set(folder.rglob("*.html")) - {folder / "404.html"}
    assert len(pages) > 80
    assert pages - seen == set()


def test_a_page_fetches_nothing_from_elsewhere(site):
    for path in site[0].rglob("*.html"):
        for link in Page(path).fetched:
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
