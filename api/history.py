"""What a citizen sees on coming back: the conversation so far, as the page shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from api.attachments import reply_body
from bot.listening import UNREADABLE
from bot.mailbox import Mailbox
from bot.store.messages import Entry
from knowledge_base.drawings import Drawing

START = "/start"  # what the page sends by itself to be welcomed
LINES = 200


def history_body(entries: Iterable[Entry], drawings: Mapping[str, Drawing]) -> dict[str, Any]:
    """A transcript, oldest first, as JSON.

    Returns:
        ``items``: ``{"who": "me", "message_id", "text", "media"}`` (a pressed choice by its label;
        ``media``: None, or the kind of what came with the text, "" where it came alone) and
        ``{"who": "assistant", ...}`` as :func:`api.attachments.reply_body`; ``last``: the highest
        reply id (0 without any), after which the stream goes on; ``unanswered``: ids of the
        messages that are still to be handled.
    """
    items: list[dict[str, Any]] = []
    labels: dict[str, str] = {}
    waiting: dict[str, None] = {}
    last = 0
    for entry in entries:
        if entry.reply is not None:
            last = max(last, entry.reply.id)
            waiting.pop(entry.reply.message_id, None)
            labels.update((c.id, c.label) for c in entry.reply.reply.choices)
            items.append({"who": "assistant", **reply_body(entry.reply, drawings)})
        elif entry.incoming is not None:
            said = entry.incoming
            if said.is_reminder or said.ticket is not None:
                continue  # the citizen did not say it, and it may have no reply
            if not entry.done:  # what a person was told is done without a reply
                waiting[said.message_id] = None
            text = said.text if said.choice is None else labels.get(said.choice)
            kind = said.media.kind if said.media else None
            # The page's own start was not said by the citizen.
            if text is not None and text != START:
                text = "" if kind and text == UNREADABLE else text
                mine = {"who": "me", "message_id": said.message_id, "text": text, "media": kind}
                items.append(mine)
    return {"items": items, "last": last, "unanswered": list(waiting)}


async def history_of(
    mailbox: Mailbox, conversation: str, drawings: Mapping[str, Drawing]
) -> dict[str, Any]:
    """The last :data:`LINES` lines of a conversation as :func:`history_body`."""
    return history_body(await mailbox.transcript(conversation, LINES), drawings)
