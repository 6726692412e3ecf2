"""Fingerprints as one HTML page that needs nothing beside it."""

import base64
import dataclasses
import html
from collections.abc import Mapping
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True)
class Shown:
    """Pictures side by side, each with words below.

    Args:
        heading: What they have in common.
        words: More of it; empty for none.
        pictures: Pairs of words and of a PNG file's contents.
    """

    heading: str
    words: str
    pictures: tuple[tuple[str, bytes], ...]


def page(
    labels: Sequence[str], facts: Mapping[str, object], rows: Sequence[Shown]
) -> str:
    """The page.

    Args:
        labels: Names of the sources.
        facts: What the network is, by name.
        rows: What is shown.

    Returns:
        HTML, with all pictures in it.
    """
    lines = "".join(
        f"<tr><th>{html.escape(name)}</th>"
        f"<td>{html.escape(str(value))}</td></tr>"
        for name, value in facts.items()
    )
    return _PAGE.format(
        style=_STYLE,
        labels=html.escape(", ".join(labels)),
        rows="\n".join(map(_row, rows)),
        facts=lines,
    )


def _row(shown):
    figures = "".join(
        f'<figure><img src="data:image/png;base64,'
        f'{base64.b64encode(content).decode()}" alt="{html.escape(words)}">'
        f"<figcaption>{html.escape(words)}</figcaption></figure>"
        for words, content in shown.pictures
    )
    return (
        f"<section><h2>{html.escape(shown.heading)}</h2>"
        f"<p>{html.escape(shown.words)}</p>"
        f'<div class="row">{figures}</div></section>'
    )


_STYLE = """
:root { color-scheme: light; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 58rem; color: #1c1c1c;
  margin: 0 auto; padding: 1.5rem; background: #fff; }
h1 { font-size: 1.7rem; line-height: 1.2; margin-bottom: .3rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .2rem; overflow-wrap: anywhere; }
p { margin: .2rem 0 .6rem; }
.row { display: flex; flex-wrap: wrap; gap: .8rem; }
figure { margin: 0; width: 8rem; }
figure img { width: 8rem; height: 8rem; display: block;
  image-rendering: pixelated; }
figcaption { font-size: .85rem; color: #555; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .92rem;
  margin-top: 2rem; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; vertical-align: top;
  border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
th { width: 34%; }
"""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Fingerprints of sources</title>
<style>{style}</style>
</head>
<body>
<h1>Fingerprints of sources</h1>
<p>What tells {labels} apart. An autoencoder makes pictures again without the
traces of their source; what it leaves out is a picture's fingerprint. It is
compared with the fingerprint of every source, pixel by pixel: the more of it
responds, the likelier the source.</p>
{rows}
<table>{facts}</table>
</body>
</html>
"""
