"""The table that `calibration.py` prints and writes into a page."""

BEGIN, END = "<!-- calibration: begin -->", "<!-- calibration: end -->"

_HEADER = (
    "| photographs | number | matching bits | predicted | mean | median | "
    "worst fingerprint (95 % interval) |\n|---|---|---|---|---|---|---|"
)


def table(rows, refusal, presence):
    """Markdown of what was measured.

    Args:
        rows: Measured rates by source and matching bits.
        refusal: What issuance refuses.
        presence: Shares of photographs unlike the others.
    """
    lines = [_HEADER, *map(_line, rows), "", *_refusal(refusal), ""]
    lines.append(
        "| photographs taken to carry some fingerprint | share |\n|---|---|"
    )
    for name, share in presence.items():
        shown = name.removeprefix("presence_rate_").replace("_", " ")
        lines.append(f"| {shown} | {share:.2g} |")
    return "\n".join(lines)


def insert(page, text):
    """Puts the text between the page's two marks.

    Args:
        page: Path of a Markdown file.
        text: What goes there.
    """
    content = page.read_text("utf-8")
    before, begin, rest = content.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{page} lacks the marks {BEGIN} and {END}")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", "utf-8")


def _line(row):
    return (
        f"| {row['photographs']} | {row['count']:,} | {row['matches']} | "
        f"{row['predicted']:.2g} | {row['mean']:.2g} | {row['median']:.2g} | "
        f"{row['worst']:.2g} ({row['worst_low']:.2g} to "
        f"{row['worst_high']:.2g}) |"
    )


def _refusal(figures):
    yield (
        f"Issuance refuses {figures['refused_share']:.2%} of random "
        "fingerprints. Decided by one half of the photographs it refuses "
        f"{figures['refused_share_by_half']:.2%}, and of the others the worst "
        f"is then matched by {figures['worst_left_on_other_half']:.2g} of the "
        "other half, the median one by "
        f"{figures['median_left_on_other_half']:.2g}."
    )
