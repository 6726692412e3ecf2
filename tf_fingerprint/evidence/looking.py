"""Where the decoder looked in an image: in words, drawn, and recomputed."""

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

import markupsafe

from tf_fingerprint.attribution import places
from tf_fingerprint.data import frames


def recomputed(
    name: str, report: Mapping[str, Any], image: bytes
) -> Iterator[tuple[str, Any, Any]]:
    """What follows from the pixels alone, and what the report says instead.

    Yields what it is, what it must be, and what it is in the report.
    """
    looked = report["looked"]
    found = frames.frames(image, name, channels=looked["channels"])
    frame = next(each for each in found if each.number == looked["frame"])
    height, width = frame.pixels.shape[:2]
    yield "width", width, looked["width"]
    yield "height", height, looked["height"]
    plan = places.plan(
        frame.pixels,
        report["registry"]["generator"]["resolution"],
        places.Search(looked["search"]),
        looked["within"] and tuple(looked["within"]),
    )
    yield "num_places", len(plan), looked["num_places"]
    yield "num_places", len(plan), report["verdict"]["num_places"]
    place = places.Place(tuple(looked["box"]), looked["mirrored"])
    yield "box is one of the places", True, place in plan.places


def words(looked: Mapping[str, Any]) -> str:
    """The place, and how many others were looked at."""
    left, top, right, bottom = looked["box"]
    text = (
        f"({left}, {top}) to ({right}, {bottom}) of {looked['width']:,} x "
        f"{looked['height']:,} pixels, scaled by {looked['scale']:.3g}"
    )
    if looked["mirrored"]:
        text += ", mirrored"
    if looked["num_frames"] > 1:
        text += f"; frame {looked['frame']} of {looked['num_frames']}"
    return (
        f"{text}; one of {looked['num_places']:,} places (search "
        f"{looked['search']})"
    )


def boxed(image: markupsafe.Markup, looked: Mapping[str, Any]):
    """The image with the place that was looked at drawn around."""
    left, top, right, bottom = looked["box"]
    width, height = looked["width"], looked["height"]
    styles = [
        f"left:{100 * left / width:.3f}%",
        f"top:{100 * top / height:.3f}%",
        f"width:{100 * (right - left) / width:.3f}%",
        f"height:{100 * (bottom - top) / height:.3f}%",
    ]
    frame = "position:absolute;box-sizing:border-box;border:2px solid #d55e00"
    return markupsafe.Markup(
        '<div style="position:relative;align-self:flex-start">{}'
        '<div title="looked at" style="{};{}"></div></div>'
    ).format(image, frame, ";".join(styles))
