"""A training in stages: one file, one training after the other."""

import dataclasses
from typing import Any
from typing import ClassVar

from tf_fingerprint.config import scalable


@dataclasses.dataclass(frozen=True, kw_only=True)
class Stage:
    """One of `[[stages]]`: what differs in it, and what it must reach.

    Args:
        name: Of its folder.
        config: The experiment of this stage alone.
        min_accuracy: Bit accuracy in its last epoch, all bits in use, without
            which the next stage can't build on it; 0 for none.
        min_diversity: Distance in features between its pictures, as a share of
            that between photographs, likewise.

    Raises:
        ValueError: If the name is no name of a folder, or a limit no share.
    """

    name: str
    config: scalable.Config
    min_accuracy: float = 0.0
    min_diversity: float = 0.0

    def __post_init__(self):
        if not (isinstance(self.name, str) and self.name.isidentifier()):
            raise ValueError(
                "`name` of a stage must be letters, digits and `_`. Received "
                f"{self.name!r}."
            )
        for key in ("min_accuracy", "min_diversity"):
            value = getattr(self, key)
            if type(value) not in (int, float) or not 0 <= value <= 1:
                raise ValueError(
                    f"`{key}` of stage `{self.name}` must be from 0 to 1. "
                    f"Received {value!r}."
                )

    @property
    def has_fingerprints(self) -> bool:
        """Whether any of its bits are in use before its end."""
        curriculum, training = self.config.curriculum, self.config.training
        return (
            not training.control and curriculum.picture_images < training.images
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Staged:
    """Stages, each beginning with the networks of the one before.

    Args:
        stages: In their order.

    Raises:
        ValueError: If there is none, or two have one name, or stages need
            different networks or pictures.
    """

    method: ClassVar[str] = "staged"

    stages: tuple[Stage, ...]

    def __post_init__(self):
        names = [stage.name for stage in self.stages]
        if not names or len(set(names)) < len(names):
            raise ValueError(
                "`[[stages]]` must be one or more with names of their own. "
                f"Received {names}."
            )
        for section in ("data", "networks"):
            if len({getattr(each.config, section) for each in self.stages}) > 1:
                raise ValueError(
                    f"`[{section}]` must be the same in all stages, as each "
                    "goes on with the networks of the one before. Give it "
                    "once, outside of `[[stages]]`."
                )

    @property
    def control(self) -> bool:
        """Whether bits stay neutral to the end."""
        return self.stages[0].config.training.control


# Keys of a stage that are no section of its config.
KEYS = ("name", "min_accuracy", "min_diversity")


def split(stage: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A stage's own keys, and the sections in which it differs."""
    own = {key: value for key, value in stage.items() if key in KEYS}
    return own, {key: each for key, each in stage.items() if key not in KEYS}
