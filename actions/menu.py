"""The menu: topics, and the procedures, life events or guides of a topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import knowledge_base
from actions import pages
from actions.guide_screen import opening
from actions.state import Action, Aspect, Button, Kind, Message
from actions.telling import Telling
from knowledge_base.loader import Knowledge

_UNDER = ("linh_vuc", "su_kien", "huong_dan")  # in the order of a topic's parts
FILE = Path(knowledge_base.__file__).resolve().parent / "menu.yaml"


@dataclass(frozen=True, slots=True)
class Topic:
    """A line of the menu: its name and the fields (lĩnh vực), life events or guides under it;
    ``within``: the id of the topic that it is a line of, None = of the home page."""

    id: str
    title: str
    fields: tuple[str, ...]
    events: tuple[str, ...] = ()
    guides: tuple[str, ...] = ()
    within: str | None = None


def load(path: Path = FILE) -> tuple[Topic, ...]:
    """The topics of ``menu.yaml`` in order.

    Raises:
        OSError, yaml.YAMLError, KeyError: the file is missing or has another shape.
    """
    rows: list[dict[str, Any]] = yaml.load(
        path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    return tuple(map(_read, rows))


def _read(row: Mapping[str, Any]) -> Topic:
    fields, events, guides = (tuple(row.get(key, ())) for key in _UNDER)
    return Topic(row["id"], row["ten"], fields, events, guides, row.get("trong"))


def home(action: Action, topics: Sequence[Topic], tell: Telling) -> Message:
    """The topics, a page of at most five rows."""
    buttons = [_to(t) for t in topics if t.within is None]
    return Message(tell.say("talk.home", tell.address), buttons=_page(action, buttons, tell))


def topic(
    action: Action, topics: Sequence[Topic], knowledge: Knowledge, tell: Telling
) -> Message | None:
    """The topics, guides, life events and curated procedures of a topic; None when there is no
    such."""
    found = next((t for t in topics if t.id == action.topic), None)
    if found is None:
        return None
    order = {name: place for place, name in enumerate(found.fields)}
    procedures = sorted(
        (p for p in knowledge.curated if p.field in order),
        # Those most often asked for carry the most lay names.
        key=lambda p: (order[p.field], -len(p.lay_names), p.name),
    )
    events = [event for id in found.events if (event := knowledge.event(id)) is not None]
    guides = [guide for id in found.guides if (guide := knowledge.guide(id)) is not None]
    buttons = [_to(t) for t in topics if t.within == found.id]
    buttons += [Button(g.title, opening(g.id)) for g in guides]
    buttons += [Button(e.title, Action(kind=Kind.LIFE_EVENT, code=e.id)) for e in events]
    buttons += [
        Button(p.name, Action(kind=Kind.SHOW, code=p.code, aspect=Aspect.OVERVIEW))
        for p in procedures
    ]
    text = tell.say("talk.topic", tell.address, chu_de=found.title)
    return Message(text, buttons=_page(action, buttons, tell))


def _to(topic: Topic) -> Button:
    return Button(topic.title, Action(kind=Kind.TOPIC, topic=topic.id))


def _page(action: Action, buttons: Sequence[Button], tell: Telling) -> tuple[Button, ...]:
    cut = pages.rows(buttons)
    page = min(action.page, len(cut) - 1)
    shown = list(cut[page])
    if page + 1 < len(cut):
        label = tell.more_label(cut, page + 1)
        shown.append(Button(label, action.model_copy(update={"page": page + 1})))
    return tuple(shown)
