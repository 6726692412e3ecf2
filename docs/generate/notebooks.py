"""Notebooks as pages: their text, and their code in fences."""

import json
import pathlib


def pages(docs: pathlib.Path) -> dict[str, str]:
    """From each page's path in the site to its Markdown.

    Args:
        docs: Folder of the documentation, which holds `notebooks`.
    """
    return {
        path.relative_to(docs).with_suffix(".md").as_posix(): page(path)
        for path in sorted(docs.joinpath("notebooks").glob("*.ipynb"))
    }


def page(path: pathlib.Path) -> str:
    """A notebook's Markdown."""
    parts = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        text = "".join(cell["source"])
        is_code = cell["cell_type"] == "code"
        parts.append(f"```python\n{text}\n```" if is_code else text)
    end = f"The notebook: [{path.name}]({path.name})."
    return "\n\n".join([*parts, "---", end]) + "\n"
