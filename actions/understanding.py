"""What a message was understood as: made by ``bot.understanding``, read by the actions."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge_base.retrieval.link import Link

EMERGENCY = "emergency"
OUT_OF_SCOPE = "out_of_scope"
FALLBACK = "nlu_fallback"  # the intent of a message that is like none of the examples
SURE_INTENT = 0.45  # below it an intent says little
SURE_PROCEDURE = 0.8  # from it on a procedure was named, whatever the intent looks like


@dataclass(frozen=True, slots=True)
class Understanding:
    """One message understood.

    ``text`` is the (masked) message after NFC; ``intent`` the kind of question or command;
    ``confidence`` in 0..1; ``link`` what procedures it speaks of, with its own outcome.
    """

    text: str
    intent: str
    confidence: float
    link: Link
