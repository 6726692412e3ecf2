"""The tables of docs/threats.md."""

import collusion_copies
import pages

STRATEGIES, SIZES = collusion_copies.STRATEGIES, (2, 3, 4)
PAGE = "threats.md"


def fill(figures, together):
    """Writes what was measured and simulated into the page."""
    _fill_answers(figures)
    _fill_naming(figures, together)
    _fill_innocents(figures)
    _fill_simulated(figures)


def _fill_answers(figures):
    rows = [
        (
            strategy,
            size,
            figures[f"{strategy}_c{size}_agreeing_bits_right"],
            figures[f"{strategy}_c{size}_agreeing_logit"],
            _by_ones(figures, f"{strategy}_c{size}_ones_read_at", size),
            _by_ones(figures, f"{strategy}_c{size}_logit_at", size),
        )
        for strategy in STRATEGIES
        for size in SIZES
    ]
    header = ("way", "colluders", "agreeing bits read right", "their logit")
    header += ("ones read where 1, 2, .. have a 1", "logit there")
    pages.fill(PAGE, "answers", header, rows)


def _by_ones(figures, prefix, size):
    return ", ".join(
        f"{figures[f'{prefix}_{ones}_of_{size}']:.2f}"
        for ones in range(1, size)
    )


def _fill_naming(figures, together):
    several = f"_{together}_pictures"
    columns = [
        (score, suffix, share)
        for score in ("plain", "weighted")
        for suffix in ("", several)
        for share in ("any", "each")
    ]
    rows = [
        (
            strategy,
            size,
            *(
                f"{figures[f'{strategy}_c{size}_{score}{suffix}_{share}_named']:.0%}"
                for score, suffix, share in columns
            ),
        )
        for strategy, size in [("weights", 1)]
        + [(strategy, size) for strategy in STRATEGIES for size in SIZES]
    ]
    header = [
        f"{score}{f', {together} pictures' if suffix else ''}: "
        + ("anybody" if share == "any" else "each")
        for score, suffix, share in columns
    ]
    pages.fill(PAGE, "naming", ("way", "colluders", *header), rows)


def _fill_innocents(figures):
    rows = [
        ("plain", figures["trials"], figures["plain_innocents_named"]),
        ("weighted", figures["trials"], figures["innocents_named"]),
    ]
    header = ("score", "trials", "in which an innocent was named")
    pages.fill(PAGE, "innocents", header, rows)


def _fill_simulated(figures):
    rows = [
        (
            num_bits,
            code,
            *(
                f"{figures[f'simulated_{num_bits}_bits_{code}_c{size}_named']:.0%}"
                for size in SIZES
            ),
        )
        for num_bits in (128, 256)
        for code in ("fair", "nuida4", "nuida6")
    ]
    header = ("bits", "code", *(f"{size} colluders" for size in SIZES))
    pages.fill(PAGE, "simulated", header, rows)
