"""The page that a server shows to people: one file, nothing beside it."""

import importlib.resources
from typing import Any


def read() -> str:
    """The page's HTML, which asks the server that it came from."""
    page = importlib.resources.files(__name__).joinpath("index.html")
    return page.read_text(encoding="utf-8")


def routes() -> list[Any]:
    """The page as a server of Starlette's takes it: at `/`."""
    from starlette import responses
    from starlette import routing

    page = read()

    async def answer(request):
        return responses.HTMLResponse(
            page, headers={"Cache-Control": "no-cache"}
        )

    return [routing.Route("/", answer)]
