"""The page that a server shows to people: one file, nothing beside it."""

import importlib.resources


def read() -> str:
    """The page's HTML, which asks the server that it came from."""
    page = importlib.resources.files(__name__).joinpath("index.html")
    return page.read_text(encoding="utf-8")
