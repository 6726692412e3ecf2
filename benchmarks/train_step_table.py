"""What `train_step.py` makes of its turns: a table, and figures for JSON."""

import dataclasses
import statistics

# What each ratio in the JSON is called, at the shipped weights' resolution.
RATIO_NAMES = {
    "tensorflow": "ratio_to_pytorch",
    "xla": "xla_ratio",
    "jax": "jax_ratio",
}

# Sides in bfloat16; their ratios are to PyTorch in float32 as well.
SHORT_RATIO_NAMES = {
    "bfloat16": "bfloat16_ratio_to_pytorch",
    "pytorch_bfloat16": "pytorch_bfloat16_ratio_to_pytorch",
}


@dataclasses.dataclass(frozen=True)
class Measured:
    """Turns at one resolution.

    Attributes:
        rates: Dict from side to images a second, one for each round.
        memory: Dict from side to MiB.
        peak: What the fastest side's matrix product reaches, GFLOP a second.
        gflop_per_image: By count.
    """

    rates: dict[str, list[float]]
    memory: dict[str, float]
    peak: float
    gflop_per_image: float

    def ratios(self, side):
        """To PyTorch, one for each round."""
        pairs = zip(self.rates[side], self.rates["pytorch"], strict=True)
        return [ours / theirs for ours, theirs in pairs]

    def rate(self, side):
        """Median of the images a second."""
        return statistics.median(self.rates[side])

    def share(self, side):
        """Share of the matrix product's rate that a side's products reach."""
        return self.rate(side) * self.gflop_per_image / self.peak

    def best(self):
        """The side with the highest median ratio, float32 as PyTorch's is."""
        return max(
            (side for side in RATIO_NAMES if side in self.rates),
            key=lambda side: statistics.median(self.ratios(side)),
        )


def table(measured):
    """A line for every side and resolution.

    Args:
        measured: Dict from resolution to `Measured`.

    Returns:
        Text of several lines.
    """
    lines = [
        f"{'pixels':>6} {'side':<17}{'images/s':>9}{'to PyTorch':>11}"
        f"{'(range)':>16}{'GFLOP/image':>13}{'of peak':>9}{'MiB':>7}"
    ]
    for size, one in sorted(measured.items()):
        for side in one.rates:
            ratios = one.ratios(side)
            spread = f"({min(ratios):.2f}-{max(ratios):.2f})"
            lines.append(
                f"{size:>6} {side:<17}{one.rate(side):>9.1f}"
                f"{statistics.median(ratios):>11.3f}{spread:>16}"
                f"{one.gflop_per_image:>13.3f}{one.share(side):>9.1%}"
                f"{one.memory[side]:>7.0f}"
            )
    return "\n".join(lines)


def figures(measured, main_size):
    """The figures, those of the main resolution without its number.

    Args:
        measured: Dict from resolution to `Measured`.
        main_size: The resolution of the shipped weights.

    Returns:
        Dict from name to number.
    """
    one = measured[main_size]
    best = one.best()
    result = {
        "best_ratio_to_pytorch": _median(one.ratios(best)),
        "best_is_jax": int(best == "jax"),
        "best_is_xla": int(best == "xla"),
        "images_per_second": round(one.rate(best), 1),
        "pytorch_images_per_second": round(one.rate("pytorch"), 1),
        "gflop_per_image": round(one.gflop_per_image, 3),
        "matmul_gflop_per_second": round(one.peak, 1),
        "share_of_matmul_peak": round(one.share(best), 3),
        "pytorch_share_of_matmul_peak": round(one.share("pytorch"), 3),
        "peak_memory_mib": round(one.memory[best]),
        "pytorch_peak_memory_mib": round(one.memory["pytorch"]),
    }
    for side, name in (RATIO_NAMES | SHORT_RATIO_NAMES).items():
        if side in one.rates:
            ratios = one.ratios(side)
            result |= {
                name: _median(ratios),
                f"{name}_lowest": round(min(ratios), 3),
                f"{name}_highest": round(max(ratios), 3),
            }
    for size, each in measured.items():
        result[f"gflop_per_image_{size}"] = round(each.gflop_per_image, 3)
        for side in each.rates:
            result |= {
                f"{side}_{size}_images_per_second": round(each.rate(side), 1),
                f"{side}_{size}_share_of_matmul_peak": round(
                    each.share(side), 3
                ),
                f"{side}_{size}_peak_memory_mib": round(each.memory[side]),
            }
    return result


def _median(ratios):
    return round(statistics.median(ratios), 3)
