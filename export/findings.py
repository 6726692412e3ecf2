"""What may be wrong with a SavedModel, told one at a time."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing that keeps a SavedModel from being published."""

    rule: str
    where: str
    text: str

    def __str__(self):
        return f"[{self.rule}] {self.where}: {self.text}"
