"""Plain display names out of official ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from knowledge_base.records.common import clean, spell_out

MAX_NAME = 120
_PLACE = re.compile(
    r"\s*\(\s*(?:thực hiện tại )?(?:cấp\s+|các\s+)?"
    r"(?P<where>trung ương|TW|tinh|tỉnh|huyện|xã|bộ)\s*\)\s*[.;]?$",
    re.IGNORECASE,
)
_PLACES = {"tw": "trung ương", "tinh": "tỉnh"}


def display_names(official: Mapping[str, str], levels: Mapping[str, str]) -> dict[str, str]:
    """A name of at most 120 characters for each code.

    "Thủ tục" in front and "(thực hiện tại cấp tỉnh)" behind go; where two procedures would
    then be called the same, the place stays in short, "(cấp tỉnh)", to tell them apart: the
    place the name gave, else the record's level (``levels``, such as "tỉnh"; may be empty).
    """
    plain = {code: _plain(name) for code, name in official.items()}
    count = Counter(name.casefold() for name, _ in plain.values())
    names = {}
    for code, (name, place) in plain.items():
        shared = count[name.casefold()] > 1
        where = place or levels.get(code, "")
        names[code] = cut(name, MAX_NAME, f" (cấp {where})" if shared and where else "")
    return names


def _plain(official: str) -> tuple[str, str]:
    """The name without its trimmings, and the place it named (``tỉnh`` …, else empty)."""
    name = spell_out(clean(official)).strip(" .;,")
    place = ""
    found = _PLACE.search(name)
    if found:
        where = found["where"].lower()
        place = _PLACES.get(where, where)
        name = name[: found.start()]
    shorter = re.sub(
        r"^(?:\(?liên thông\)? )?(?:thủ tục)\s*:?\s+(?=\w)", "", name, flags=re.IGNORECASE
    )
    # "Thủ tục hải quan đối với …": here the word belongs to what follows.
    if not re.match(r"(hải quan|hành chính|về|đối với|tài chính)\b", shorter, re.IGNORECASE):
        name = shorter
    if name.isupper():
        name = name.capitalize()
    name = name.strip(" .;,-")
    return name[:1].upper() + name[1:], place


def cut(text: str, most: int, suffix: str = "") -> str:
    """At most ``most`` characters with ``suffix`` behind, cut between words and marked "…"."""
    room = most - len(suffix)
    if len(text) > room:
        head = text[: room - 1]
        text = head[: head.rfind(" ")].rstrip(" ,;:.-(–") + "…"
    return text + suffix
