"""Made-up procedures for tests: as small as a test needs, valid by the schema."""

from __future__ import annotations

from typing import Any

from actions import menu
from actions.perform import World
from knowledge_base import phrases
from knowledge_base.loader import Knowledge
from knowledge_base.schema import Procedure

PHONE = "18001096"


def procedure(code: str = "1.000001", **fields: Any) -> Procedure:
    """A procedure with one official source of 10 June 2026; ``fields`` by their Vietnamese keys."""
    given = {
        "ma": [code],
        "ten": "Xin giấy thử",
        "ten_chinh_thuc": "Thủ tục xin giấy thử",
        "linh_vuc": "Thử nghiệm",
        "cap": ["xa"],
        "lien_ket": "https://dichvucong.gov.vn/1",
        "nguon": [{"id": "cong", "ten": "Cổng Dịch vụ công quốc gia", "ngay": "2026-06-10"}],
    }
    # As JSON, so that dates may be written as an official writes them.
    return Procedure.model_validate({**given, **fields}, by_alias=True, by_name=False)


def world(*procedures: Procedure) -> World:
    """A world of these procedures with the real wording and one topic for each field."""
    fields = tuple(dict.fromkeys(p.field for p in procedures))
    topics = tuple(menu.Topic(f"chu-de-{i}", field, (field,)) for i, field in enumerate(fields))
    return World(Knowledge(procedures, ()), phrases.load(), topics, PHONE)
