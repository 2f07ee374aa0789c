"""What channels of plain text share: numbered choices, and a reply laid out in messages.

Lengths and offsets are in UTF-16 code units, as Telegram counts them; no text has fewer of them
than characters, so the limits hold for channels that count characters too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from actions.replies import Choice, Document, Image, Reply
from knowledge_base.phrases import Phrases

_SENTENCE_END = re.compile(r"\n+|[.!?…:;][)\"”]?\s+")


@dataclass(frozen=True, slots=True)
class Part:
    """One message: its text, and where in it the source line begins (None: it has none)."""

    text: str
    source_at: int | None = None


def without_dialling(reply: Reply) -> Reply:
    """The reply without links that dial a number, for channels that open pages alone: whatever is
    to be dialled stands in the text as well."""
    kept = tuple(c for c in reply.choices if not (c.url or "").startswith("tel:"))
    return replace(reply, choices=kept)


def spelled(reply: Reply, say: Phrases) -> Reply:
    """The reply as text alone: what a picture shows is said in a line of its own."""
    text = reply.text
    if isinstance(reply.attachment, Image):
        text = f"{text}\n{say('parts.picture', mo_ta=reply.attachment.alt)}"
    if isinstance(reply.attachment, Document):
        text = f"{text}\n{say('sheet.not_here')}"
    return replace(reply, text=text, attachment=None)


def signed(reply: Reply) -> str:
    """The text, under the name of the person who says it."""
    return f"{reply.by}:\n{reply.text}" if reply.by else reply.text


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def labels(choices: Sequence[Choice]) -> list[str]:
    """The choices' labels as a citizen sees them: numbered from 1, but links, which are opened and
    not chosen, without a number."""
    shown: list[str] = []
    number = 0
    for choice in choices:
        if choice.url is None:
            number += 1
            shown.append(f"{number}. {choice.label}")
        else:
            shown.append(choice.label)
    return shown


def shorten(label: str, most: int) -> str:
    """The label, cut to ``most`` characters with an ellipsis where it is longer."""
    return label if len(label) <= most else f"{label[: most - 1].rstrip()}…"


def split(text: str, limit: int) -> list[str]:
    """Cut a text into pieces of at most ``limit`` units: after sentences if possible, else between
    words, else anywhere. Nothing but space at the cuts is lost."""
    pieces: list[str] = []
    rest = text.strip()
    while units(rest) > limit:
        head = rest.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore")
        ends = [m.end() for m in _SENTENCE_END.finditer(head)]
        cut = ends[-1] if ends else head.rfind(" ") + 1 or len(head)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest]


def layout(reply: Reply, limit: int, *, widest: int, links: bool = False) -> list[Part]:
    """The messages of a reply, each of at most ``limit`` units; the source stands in the last.

    Args:
        reply: what to say.
        limit: units one message may have.
        widest: characters a button shows; where a label is longer, all numbered choices are
            written out in the text, since a button cuts off what does not fit.
        links: write the links into the text as well.
    """
    lines = [signed(reply).strip()]
    shown = list(zip(reply.choices, labels(reply.choices), strict=True))
    numbered = [label for choice, label in shown if choice.url is None]
    if any(len(label) > widest for label in numbered):
        lines.append("\n".join(numbered))
    if links:
        lines += [f"{choice.label}: {choice.url}" for choice, _ in shown if choice.url]
    body = "\n\n".join(filter(None, lines))
    if not reply.source:
        return [Part(piece) for piece in split(body, limit)]
    source = shorten(reply.source.strip(), limit // 4)
    pieces = split(body, limit - units(source) - 2)
    last = f"{pieces[-1]}\n\n"
    return [*map(Part, pieces[:-1]), Part(last + source, units(last))]
