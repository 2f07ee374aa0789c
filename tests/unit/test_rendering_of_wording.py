"""Every sentence and every curated answer as each channel shows it, within the channel's limits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace

import pytest

from actions import menu
from actions.perform import World, perform
from actions.progress import Progress, Spot
from actions.replies import Choice, Image, Reply
from actions.state import Action, Aspect, Kind, Move, State
from api.attachments import reply_body
from bot.channels.telegram.sending import WIDEST, messages_of
from bot.channels.terminal import shown as written
from bot.channels.zalo_bot import sending as zalo_bot
from bot.channels.zalo_oa import sending as zalo_oa
from bot.channels.zalo_oa.events import BUTTON
from bot.messages import StoredReply
from bot.rendering import labels, layout, units
from bot.reply_json import reply_from_json, reply_to_json
from bot.telegram_protocol import MOST_CAPTION, MOST_DATA, MOST_UNITS
from knowledge_base import drawings, loader, phrases
from knowledge_base.guide_graph import screens
from knowledge_base.guides import Picture
from tests.samples import NOW, PHONE

SAY = phrases.load()


@pytest.fixture(scope="module")
def real() -> World:
    return World(loader.load(), phrases.load(), menu.load(), PHONE)


def check(reply: Reply) -> None:
    """Telegram: parts, buttons and what they send back; JSON: unchanged there and back."""
    parts = layout(reply, MOST_UNITS, widest=WIDEST, links=True)
    assert len(parts) == 1
    whole = parts[0].text
    assert 0 < units(whole) <= MOST_UNITS
    assert reply.text.splitlines()[0] in whole
    if reply.source:
        assert parts[0].source_at is not None
        assert whole.endswith(reply.source), "the source was cut"
    shown = labels(reply.choices)
    for choice, label in zip(reply.choices, shown, strict=True):
        assert label.strip()
        assert units(label) <= 124
        if choice.url is None:
            assert len(choice.id.encode()) <= MOST_DATA
        else:
            assert choice.url.startswith("https://")
            assert choice.url in whole
    on_zalo(reply)
    again = json.loads(json.dumps(asdict(reply)))
    choices = tuple(Choice(**choice) for choice in again["choices"])
    assert Reply(again["text"], again["source"], choices) == reply


def on_zalo(reply: Reply) -> None:
    """One message each, whole; buttons within their limits, or numbers that say the same."""
    [shown] = zalo_oa.messages_of(replace(reply, attachment=None), SAY)
    assert 0 < len(shown.text) <= zalo_oa.MOST_CHARACTERS
    assert len(shown.buttons) <= zalo_oa.MOST_BUTTONS
    chosen = [choice for choice in reply.choices if choice.url is None]
    sent = [one["payload"] for one in shown.buttons if one["type"] == "oa.query.hide"]
    assert sent == [f"{BUTTON}{choice.id}" for choice in chosen]
    [plain] = zalo_bot.messages_of(replace(reply, attachment=None))
    assert 0 < len(plain.part.text) <= zalo_bot.MOST_CHARACTERS
    for whole in (shown.text, plain.part.text):
        assert reply.text.splitlines()[0] in whole
        assert whole.endswith(reply.source or "")
    for label, choice in zip(labels(reply.choices), reply.choices, strict=True):
        assert label in plain.part.text
        assert not choice.url or choice.url in plain.part.text


def test_every_sentence(real: World) -> None:
    seen = 0
    for phrase in real.say:
        check(Reply(real.say(phrase.key, **phrase.example)))
        seen += 1
    assert seen > 150


def _replies(real: World) -> Iterator[Reply]:
    for kind in (Kind.HOME, Kind.ERASE):
        yield from perform(Action(kind=kind), State(), real, NOW).replies
    for topic in real.topics:
        for page in range(5):
            action = Action(kind=Kind.TOPIC, topic=topic.id, page=page)
            yield from perform(action, State(turn=10**6), real, NOW).replies
    for found in real.knowledge.curated:
        for aspect in Aspect:
            for case in (None, *(c.id for c in found.cases)):
                action = Action(kind=Kind.SHOW, code=found.code, aspect=aspect, case=case)
                yield from perform(action, State(turn=10**6), real, NOW).replies
    codes = tuple(p.code for p in real.knowledge.procedures)
    for start in range(0, len(codes), 4):
        action = Action(kind=Kind.ASK_WHICH, codes=codes[start : start + 4])
        yield from perform(action, State(), real, NOW).replies


def test_every_curated_answer_and_every_name_as_a_choice(real: World) -> None:
    seen = 0
    for reply in _replies(real):
        check(reply)
        seen += 1
    assert seen > 11 * len(real.knowledge.curated)


def _with_pictures(world: World) -> Iterator[tuple[Picture, Reply]]:
    """Each of them at its longest: the text in full, and what goes wrong offered in full."""
    here = Action(kind=Kind.GUIDE, move=Move.HERE)
    for guide in world.knowledge.guides:
        for _, screen in screens(guide):
            if screen.picture:
                state = State(turn=10**6, guides=(Progress(Spot(guide.id, screen.id)),))
                yield screen.picture, perform(here, state, world, NOW).replies[-1]


def test_every_screen_with_a_picture_on_every_channel(real: World) -> None:
    known = drawings.load()
    seen = 0
    for picture, reply in _with_pictures(real):
        seen += 1
        assert reply.attachment == Image(picture.name, picture.alt)
        assert reply_from_json(reply_to_json(reply)) == reply
        # Telegram: one message, the words below the picture, links spelled out or not
        for links in (False, True):
            [(image, part)] = messages_of(reply, links=links)
            assert image == reply.attachment
            assert reply.text.splitlines()[0] in part.text
            assert units(part.text) <= MOST_CAPTION
        # Zalo: the words below the picture too, buttons behind it
        first, *behind = zalo_oa.messages_of(reply, SAY)
        assert first.image == reply.attachment
        assert [one.text for one in behind] == [SAY("zalo.choose")] * bool(first.buttons or behind)
        [shown] = zalo_bot.messages_of(reply)
        assert shown.image == reply.attachment
        assert reply.text.splitlines()[0] in shown.part.text
        # the terminal: in words
        assert f"Hình vẽ: {picture.alt}" in written(reply, real.say, grey=False)
        # the web and the API: where it lies, and how much room it takes
        attached = reply_body(StoredReply(1, "web:a", "m", reply, NOW), known)["attachment"]
        drawing = known[picture.name]
        assert attached["url"] == f"/hinh/{drawing.name}.{drawing.digest}.svg"
        assert (attached["alt"], attached["width"]) == (picture.alt, drawing.width)
    assert seen >= 146
