"""`docs/serving.md`, from the docstrings of the modules that make servables.

Each such module's docstring is the contract of its requests and responses:

    What it is, and what one should know.

    Signature `name`: what it is for.

    Request:
        name: `(n, ...)`, type. Meaning.

    Response:
        name: ...
"""

import dataclasses
import importlib
import inspect
import re

MODULES = (
    *("attribution", "decoder", "encoder", "instance", "open_generator"),
    "passive_classifier",
)

_HEAD = """# Requests and responses of the servables

Written by `tf-fingerprint docs` from the docstrings in `export/`; change
those. How servables are published and served: `export/publishing/publish.py`,
`export/publishing/deployment.py`.

By REST, strings that hold files are written as `{"b64": "..."}`, both ways.
Rows of a request are answered row by row, in their order.
"""


@dataclasses.dataclass(frozen=True)
class Signature:
    """What a contract says of one signature."""

    name: str
    purpose: str
    request: dict[str, str]
    response: dict[str, str]


@dataclasses.dataclass(frozen=True)
class Contract:
    """What a module's docstring says.

    `title`: its first line; `text`: what else stands before the signatures;
    `signatures`: the signatures, in order.
    """

    title: str
    text: str
    signatures: list[Signature]


def read(module: str) -> Contract:
    """Reads the contract of a module of `export`."""
    path = f"export.servables.{module}"
    docstring = inspect.getdoc(importlib.import_module(path)) or ""
    head, *parts = re.split(r"^Signature ", docstring, flags=re.MULTILINE)
    title, _, text = head.strip().partition("\n")
    if not parts:
        raise ValueError(
            f"The docstring of `{path}` must describe signatures. It "
            "describes none. Write them as in `export.servables.contracts`."
        )
    return Contract(
        title, text.strip(), [_signature(module, part) for part in parts]
    )


def to_markdown() -> str:
    """All contracts, as the file holds them."""
    return "\n".join([_HEAD, *(_section(read(name)) for name in MODULES)])


def _signature(module, text):
    """One signature of a docstring."""
    form = re.fullmatch(
        r"`(\w+)`: (.+?)\n\nRequest:\n(.+?)\n\nResponse:\n(.+)",
        text.strip(),
        re.DOTALL,
    )
    if form is None:
        raise ValueError(
            f"In the docstring of `export.{module}` each signature must have a "
            f"name, a purpose, `Request:` and `Response:`. Received "
            f"{text[:40]!r}. Write it as in `export.servables.contracts`."
        )
    name, purpose, request, response = form.groups()
    return Signature(
        name, _joined(purpose), _fields(request), _fields(response)
    )


def _fields(text):
    """Names and descriptions, each name indented by four."""
    found = re.findall(
        r"^ {4}(\w+): (.*(?:\n {8}.*)*)", text, flags=re.MULTILINE
    )
    return {name: _joined(description) for name, description in found}


def _joined(text):
    """A paragraph on one line."""
    return " ".join(text.split())


def _section(contract):
    """A servable's part of the file."""
    lines = [f"## {contract.title.rstrip('.')}", ""]
    if contract.text:
        lines += [contract.text, ""]
    for each in contract.signatures:
        lines += [f"### Signature `{each.name}`: {each.purpose}", ""]
        for kind, fields in [
            ("request", each.request),
            ("response", each.response),
        ]:
            lines += [f"| {kind} | |", "|---|---|"]
            lines += [f"| `{name}` | {text} |" for name, text in fields.items()]
            lines.append("")
    return "\n".join(lines)
