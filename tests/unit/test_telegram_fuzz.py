"""Updates that are nearly right: real ones with any part of them replaced by anything."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.messages import Incoming
from bot.telegram_protocol import Update
from knowledge_base.units import Units
from tests.emulators.bot_api import BotApi

API = BotApi()
UNITS = Units()
FILE = {"file_id": "AgAD", "file_unique_id": "u", "file_size": 1000, "width": 9, "height": 9}
REAL: list[dict[str, Any]] = [
    API.message(5, text="khai sinh cho cháu"),
    API.message(5, text="/start abc", entities=[{"type": "bot_command", "offset": 0, "length": 6}]),
    API.message(5, photo=[FILE, FILE], caption="sổ đỏ", media_group_id="7"),
    API.message(5, voice={**FILE, "duration": 4, "mime_type": "audio/ogg"}),
    API.message(5, location={"latitude": 21.0, "longitude": 105.8}),
    API.message(5, contact={"phone_number": "0912345678", "first_name": "An"}),
    API.message(5, document={**FILE, "file_name": "a.pdf"}),
    API.message(-5, "group", text="chào", reply_to_message={"message_id": 3}),
    API.press(5, "12.3"),
    API.update(edited_message={"message_id": 1, "chat": {"id": 5, "type": "private"}}),
]
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=30)
    | st.sampled_from(["", "private", "0912345678", "x" * 5000, 2**70, -(2**70)]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)


def places(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every way from the root of a document to a part of it."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [above] * bool(above) + [at for key, one in inner for at in places(one, (*above, key))]


@given(st.data())
def test_a_real_update_with_a_part_replaced_is_read_or_refused(data: st.DataObject) -> None:
    update = deepcopy(data.draw(st.sampled_from(REAL)))
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from(places(update)))
        part: Any = update
        for key in way:
            part = part[key]
        if data.draw(st.booleans()):
            part[last] = data.draw(ANYTHING)
        elif isinstance(part, dict):
            del part[last]
        if not update:
            break
    try:
        found = Update.model_validate(update).incoming(UNITS)
    except ValidationError:
        return
    assert isinstance(found, Incoming | str)
    if isinstance(found, Incoming):
        assert "0912345678" not in (found.text or "")


def test_the_real_ones_are_read() -> None:
    for update in REAL:
        assert Update.model_validate(update).incoming(UNITS)
