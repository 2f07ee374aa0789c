"""A dossier's steps as a picture: plain shapes and text, large enough, whatever stands in them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

from actions.replies import Image, Reply
from actions.timeline import NAME, WIDTH, Point, draw
from api.attachments import reply_body
from bot.messages import StoredReply
from bot.pictures import drawn_png
from bot.reply_json import reply_from_json, reply_to_json
from knowledge_base import drawings
from knowledge_base.dossiers.dossier import Moment
from knowledge_base.dossiers.states import DossierState
from tests.samples import DOSSIERS, NOW, Talk, world

FIRST = next(iter(DOSSIERS.values()))


def test_it_is_a_drawing_like_the_others(tmp_path: Path) -> None:
    path = tmp_path / f"{NAME}.svg"
    long = "Chuyển <công chức> & hộ tịch rất dài " * 6
    path.write_text(draw("Các bước", [Point("16/11/2026", long)] * 5), encoding="utf-8")
    drawing = drawings.read(path)
    assert drawing.width == WIDTH
    assert drawing.height < 800
    sizes = [int(size) for size in re.findall(r'font-size="(\d+)"', drawing.svg.decode())]
    assert min(sizes) >= 18
    assert max(len(line) for line in re.findall(r">([^<]+)</text>", drawing.svg.decode())) < 40


def test_the_newest_step_stands_out_and_the_promised_day_comes_last() -> None:
    talk = Talk(world(), {})
    talk.say(FIRST.code)
    talk.press("Các bước")
    image = talk.replies[-1].attachment
    assert isinstance(image, Image)
    assert image.drawn
    svg = image.drawn
    assert svg.index("16/11/2026") < svg.index("18/11/2026") < svg.index("Hẹn trả")
    assert svg.count("#C2410C") == 3  # the point, its border, its day
    assert "Chuyển công chức hộ tịch" in talk.replies[-1].text
    talk.waiting.heard(FIRST.code, state=DossierState.DONE, finished=date(2026, 11, 20))
    talk.press("Bây giờ")
    talk.press("Các bước")
    ended = talk.replies[-1].attachment
    assert isinstance(ended, Image)
    assert "Hẹn trả" not in (ended.drawn or "")


def test_a_browser_and_a_chat_get_it_with_the_reply() -> None:
    svg = draw("Các bước", [Point("16/11/2026", "Được tiếp nhận")])
    reply = Reply("Các bước:", attachment=Image(NAME, "Hình các bước.", svg))
    assert reply_from_json(reply_to_json(reply)) == reply
    body = reply_body(StoredReply(1, "web:an", "1", reply, NOW), {})["attachment"]
    assert body["url"].startswith("data:image/svg+xml;base64,")
    assert (body["kind"], body["alt"], body["width"]) == ("image", "Hình các bước.", WIDTH)
    assert "drawn" not in body
    assert drawn_png(svg)[:4] == b"\x89PNG"


def test_what_a_system_writes_is_not_drawn_as_anything_else() -> None:
    moment = Moment(date(2026, 11, 16), DossierState.RECEIVED, '"/><script>alert(1)</script>')
    talk = Talk(world(), {})
    talk.waiting.heard(FIRST.code, moments=(moment,))
    talk.waiting.dossiers = {k: replace(d) for k, d in talk.waiting.dossiers.items()}
    talk.say(FIRST.code)
    talk.press("Các bước")
    image = talk.replies[-1].attachment
    assert isinstance(image, Image)
    assert "<script" not in (image.drawn or "")
