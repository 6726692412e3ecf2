"""The pages of a built site: what they link to, and which nobody reaches."""

import html.parser
import pathlib
import urllib.parse


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


def targets(folder, path):
    """The pages of the site that a page links to."""
    for link in Page(path).links:
        parts = urllib.parse.urlsplit(link)
        if not parts.scheme and parts.path.endswith(".html"):
            target = (path.parent / parts.path).resolve()
            if not target.is_file():
                raise ValueError(f"{path}: {link} leads nowhere.")
            yield target


def reached(folder: pathlib.Path) -> tuple[set, set]:
    """The pages to which there is a way from the first one, and the others."""
    folder = folder.resolve()
    seen, waiting = set(), [folder / "index.html"]
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting += targets(folder, path)
    # That of an error needs none.
    pages = set(folder.rglob("*.html")) - {folder / "404.html"}
    return seen, pages - seen
