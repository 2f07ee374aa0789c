"""Rasa component: which procedures the message is about, by retrieval."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.understanding import resources

LINK = "procedures"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ProcedureLinker(GraphComponent):  # type: ignore[misc]  # Rasa has no types
    """Sets ``procedures``: ``{"outcome": …, "candidates": [{"code", "name", "score"}, …]}``, and
    ``is_name``: the message is what something is called, and no other word."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GraphComponent:
        """A linker; the index is that of the turn."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Link every message."""
        for message in messages:
            written = resources.read(message.get(TEXT) or "")
            searching = resources.retriever()
            link = searching.find(written, resources.heard)
            found = {
                "is_name": searching.is_name(written),
                "outcome": link.outcome.value,
                "candidates": [
                    {"code": c.code, "name": c.name, "score": c.score} for c in link.candidates
                ],
            }
            message.set(LINK, found, add_to_output=True)
        return messages
