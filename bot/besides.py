"""What is said before an answer that does not say it itself."""

from __future__ import annotations

from actions.state import Action, State
from bot import mourning, unheard
from knowledge_base.loader import Knowledge


def before(text: str, action: Action, state: State, knowledge: Knowledge) -> tuple[str, ...]:
    """Names of sentences of ``wording/talk.yaml`` that come before ``action``, in this order.

    Args:
        text: the whole message.
        action: what is done about it.
        state: the conversation before.
        knowledge: the records that the answer rests on.
    """
    said = []
    if mourning.is_to_be_condoled(text, action, state, knowledge):
        said.append("condolence")
    if unheard.asks_for_fine(text, action, knowledge):
        said.append("fine_unknown")
    return tuple(said)
