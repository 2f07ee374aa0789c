"""The page around a conversation: the same for everyone, made once when the program starts.

Three of one template: the page itself, the one inside an office's site, the one of a screen that
stands in an office. And what makes it a program on a phone: its manifest and its service worker.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.assets import Assets, Packed, packed
from api.incoming import MAX_TEXT
from api.wording import Wording

SHELL = "/shell"  # the page as the service worker keeps it: it comes without a session
_TEMPLATES = Path(__file__).resolve().parent / "templates"
_IMPORT = re.compile(r'\bfrom "\./([\w-]+\.js)"')
_HTML = "text/html; charset=utf-8"
_ENTRY = "chat.js"
_BESIDE = ("chat.css", "early.js", "install.js", "favicon.svg")
_GROUND, _DARK_GROUND, _ACCENT = "#f5f3ee", "#10181b", "#0b4a55"  # as in chat.css
# What the page's scripts say; everything else is in the page itself.
CLIENT_WORDS = (
    "typing",
    "slow",
    "meet_person_message",
    "empty_message",
    "text_full",
    "read_aloud",
    "stop_reading",
    "read_failed",
    "masked_note",
    "contrast_on",
    "contrast_off",
    "size_larger",
    "size_largest",
    "size_normal",
    "size_is_large",
    "size_is_largest",
    "size_is_normal",
    "offline",
    "connection_lost",
    "back_online",
    "resending",
    "not_sent",
    "send_again",
    "delete_done",
    "delete_failed",
    "sheet_code_open",
    "sheet_failed",
    "voice_recording",
    "voice_short",
    "voice_denied",
    "voice_said",
    "partner_queue",
    "partner_person",
    "photo_sent",
    "photo_sending",
)
EMBED_WORDS = ("embed_open", "embed_title")


class Mode(StrEnum):
    """Where the chat is shown."""

    PAGE = "page"
    EMBED = "embed"
    KIOSK = "kiosk"


@dataclass(frozen=True, slots=True)
class Shell:
    """Everything of it, ready to be sent."""

    pages: dict[Mode, Packed]
    first: Packed  # the page for who comes without a session: there is no history to be asked for
    manifest: Packed
    worker: Packed
    embed: Packed


def environment() -> Environment:
    """The templates."""
    return Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined
    )


def spoken_number(phone: str) -> str:
    """``18001096`` as people read it: ``1800 1096``."""
    return f"{phone[:4]} {phone[4:]}" if len(phone) == 8 else phone


def modules(assets: Assets, name: str = _ENTRY) -> list[str]:
    """The scripts that a script needs before it runs, itself first: fetched all at once, since
    each one found only after the one before is a turn over a slow line."""
    found = [name]
    for one in found:
        found += [two for two in _IMPORT.findall(assets.text(one)) if two not in found]
    return found


def build(assets: Assets, wording: Wording, phone: str, *, hears: bool) -> Shell:
    """Render all of it; ``hears``: citizens may speak instead of writing.

    Raises:
        knowledge_base.phrases.PhraseError: a sentence is missing.
    """
    scripts = modules(assets)
    template = environment().get_template("chat.html")

    def render(mode: Mode, *, new: bool = False) -> str:
        return template.render(
            mode=mode.value,
            new=new,
            static=assets.root,
            scripts=scripts,
            w=wording,
            client_wording=_json(wording.of(CLIENT_WORDS)),
            max_text=MAX_TEXT,
            hears=hears,
            phone=phone,
            phone_shown=spoken_number(phone),
            accent=_ACCENT,
            dark_ground=_DARK_GROUND,
        )

    pages = {mode: render(mode) for mode in Mode}
    kept = [SHELL, *(f"{assets.root}/{name}" for name in (*_BESIDE, *scripts))]
    return Shell(
        {mode: _packed(page, _HTML) for mode, page in pages.items()},
        _packed(render(Mode.PAGE, new=True), _HTML),
        _packed(_manifest(assets, wording), "application/manifest+json"),
        _packed(_worker(assets, kept, pages[Mode.PAGE]), "text/javascript; charset=utf-8"),
        _packed(
            assets.text("embed.js").replace("/* words */ {}", _json(wording.of(EMBED_WORDS))),
            "text/javascript; charset=utf-8",
        ),
    )


def _packed(text: str, media_type: str) -> Packed:
    return packed(text.encode(), media_type)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _manifest(assets: Assets, wording: Wording) -> str:
    def icon(name: str, size: int, purpose: str) -> dict[str, str]:
        sizes = f"{size}x{size}"
        source = f"{assets.root}/{name}-{size}.png"
        return {"src": source, "sizes": sizes, "type": "image/png", "purpose": purpose}

    icons = [icon("icon", 192, "any"), icon("icon", 512, "any"), icon("maskable", 512, "maskable")]
    return _json(
        {
            "id": "/",
            "name": wording("title"),
            "short_name": wording("short_name"),
            "description": wording("page_description"),
            "lang": "vi",
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": _GROUND,
            "theme_color": _ACCENT,
            "icons": icons,
        }
    )


def _worker(assets: Assets, kept: Iterable[str], page: str) -> str:
    """The service worker; another text, and so a new one for browsers, whenever the page or one of
    its files is another."""
    version = hashlib.sha256(f"{assets.digest}{page}".encode()).hexdigest()[:12]
    text = assets.text("worker.js").replace("/* version */", version)
    return text.replace("/* files */ []", _json(list(kept)))
