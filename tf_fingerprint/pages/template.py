"""HTML from `templates/`, with pictures and style in it, without scripts."""

import base64
import functools
import pathlib

import jinja2
import markupsafe


def render(name: str, **values: object) -> str:
    """The page of a template; values are escaped unless they are `Markup`."""
    page = _environment().get_template(name).render(values)
    # As `html.escape` writes them: evidence is verified to the byte, and
    # pages that were made before templates were have them so.
    return page.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")


def image(content: bytes, description: str, kind: str = "image/png"):
    """`<img>` of a file's contents."""
    return markupsafe.Markup('<img src="data:{};base64,{}" alt="{}">').format(
        kind, base64.b64encode(content).decode("ascii"), description
    )


def number(value: float) -> str:
    """Four digits that count; those before the point in groups.

    >>> number(0.99162), number(1130.3), number(1e-7)
    ('0.9916', '1,130', '1e-07')
    """
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


@functools.cache
def _environment():
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(
            pathlib.Path(__file__).with_name("templates")
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = number
    environment.filters["words"] = lambda name: name.replace("_", " ")
    environment.filters["image"] = image
    return environment
