"""A point on the map that a citizen sends. At the door it becomes the communes that are nearest to
it; the point itself is neither kept nor logged.

Which of them the citizen is in is asked: only the communes' middles are known, not their borders.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from math import asin, cos, isfinite, radians, sin, sqrt

from actions.place import Places
from actions.state import Action, Aspect, Kind, State
from knowledge_base.offices import OfficeKind
from knowledge_base.units import Unit, Units

LOCATED = "/vi_tri"
NEAREST = 3  # communes
FARTHEST = 40.0  # kilometres from its middle that a point of a commune may be
_EARTH = 6371.0  # kilometres


def kept(latitude: float, longitude: float, units: Units) -> str:
    """The text that stands for a point in the mailbox: the codes of the nearest communes, the
    nearest first; none where the point is in no Vietnamese place.

    Args:
        latitude: degrees (WGS 84).
        longitude: likewise.
        units: all there are.
    """
    if not (isfinite(latitude) and isfinite(longitude)):
        return LOCATED
    far = ((_distance(latitude, longitude, unit), unit.code) for unit in units.communes)
    near = [code for distance, code in heapq.nsmallest(NEAREST, far) if distance <= FARTHEST]
    return " ".join([LOCATED, *near])


def said(codes: Sequence[str], state: State, places: Places) -> Action:
    """What follows a point: what was asked before is done for the commune that it lies in, else the
    office there is shown. Which commune is asked, unless the citizen said already that they live in
    one of them."""
    known = [
        code for code in codes if (unit := places.units.by_code(code)) and not unit.is_province
    ]
    asked = _question(state)
    if not known:
        return asked.model_copy(update={"units": (), "were": (), "page": 0, "tries": 1})
    if state.unit in known:
        home = {"kind": Kind.SET_UNIT, "unit": state.unit, "units": (), "were": ()}
        return asked.model_copy(update={**home, "page": 0, "tries": 0})
    found = {"units": tuple(known[:NEAREST]), "were": ("",) * len(known[:NEAREST])}
    return asked.model_copy(update={**found, "page": 0, "tries": 0})


def nearest(text: str, places: Places) -> str | None:
    """The commune nearest to the point that a text stands for, as a sentence names it; None where
    it stands for none."""
    head, *codes = text.split() or ("",)
    unit = places.units.by_code(codes[0]) if head == LOCATED and codes else None
    return places.units.said(unit) if unit else None


def _question(state: State) -> Action:
    """The question where the citizen lives that a point answers: the one on the screen, or what is
    on the screen asked again for that place."""
    current = state.current
    if current is not None and current.kind is Kind.ASK_UNIT:
        return current
    if current is not None and current.kind is Kind.SHOW and current.aspect is Aspect.PLACE:
        return current.asking_unit()
    if current is not None and current.kind is Kind.HOURS and current.office is not None:
        return current.model_copy(update={"unit": None}).asking_unit()
    return Action(kind=Kind.HOURS, office=OfficeKind.CENTRE).asking_unit()


def _distance(latitude: float, longitude: float, unit: Unit) -> float:
    """Kilometres between a point and the middle of a unit, on a sphere."""
    north, east = radians(unit.latitude - latitude), radians(unit.longitude - longitude)
    across = cos(radians(latitude)) * cos(radians(unit.latitude))
    return 2 * _EARTH * asin(sqrt(min(1.0, sin(north / 2) ** 2 + across * sin(east / 2) ** 2)))
