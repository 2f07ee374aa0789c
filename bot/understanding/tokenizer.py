"""Rasa tokenizer for Vietnamese as citizens write it."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from bot.understanding import resources
from knowledge_base.text import strip_accents


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class VietnameseTokenizer(Tokenizer):  # type: ignore[misc]  # Rasa has no types
    """Tokens of the normalised message: ``text`` with accents restored, ``lemma`` without any.

    Positions count in the normalised text.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The keys Rasa's own base class reads."""
        return {
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GraphComponent:
        """A tokenizer; nothing is kept between runs."""
        return cls(config)

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """The tokens of one attribute; a message without words has none."""
        accented = resources.read(message.get(attribute)).accented
        tokens: list[Token] = []
        at = 0
        for word, lemma in zip(accented.split(), strip_accents(accented).split(), strict=True):
            tokens.append(Token(word, at, lemma=lemma))
            at += len(word) + 1
        return tokens
