"""Rasa featurizer: the message's embedding, made once and shared with the linker."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, FEATURE_TYPE_SEQUENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.understanding import resources
from knowledge_base.retrieval.dense import Vectors


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(DenseFeaturizer, GraphComponent):  # type: ignore[misc]  # no types
    """Adds ``(1, dim)`` sentence features and, as Rasa wants both, ``(tokens, dim)`` of zeros."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``weight``: how much a vector counts against words, each of which counts 1."""
        return {**DenseFeaturizer.get_default_config(), "weight": 4.0}

    @classmethod
    def required_components(cls) -> list[type]:
        """Tokens come first."""
        return [Tokenizer]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """``weight`` must be a positive number.

        Raises:
            ValueError: it is not.
        """
        if not float(config["weight"]) > 0:
            raise ValueError("SentenceFeaturizer: weight must be positive")

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GraphComponent:
        """A featurizer; the encoder is the process's own."""
        return cls(execution_context.node_name, config)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to every training example, embedding them together."""
        examples = [e for e in training_data.training_examples if e.get(TOKENS_NAMES[TEXT])]
        written = [resources.read(example.get(TEXT)) for example in examples]
        vectors = resources.EMBEDDINGS.of_many(written)
        for example, vector in zip(examples, vectors, strict=True):
            self._add(example, vector)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add features to every message that has tokens."""
        for message in messages:
            if message.get(TOKENS_NAMES[TEXT]):
                self._add(message, resources.EMBEDDINGS.of(resources.read(message.get(TEXT))))
        return messages

    def _add(self, message: Message, vector: Vectors | None) -> None:
        if vector is None:
            return
        # All E5 vectors point much the same way; what differs from the mean tells them apart.
        row = (vector - resources.retriever().center)[None, :] * self._config["weight"]
        tokens = len(message.get(TOKENS_NAMES[TEXT]))
        sequence = np.zeros((tokens, row.shape[1]), dtype=np.float32)
        for kind, values in ((FEATURE_TYPE_SEQUENCE, sequence), (FEATURE_TYPE_SENTENCE, row)):
            message.add_features(Features(values, kind, TEXT, self._config["alias"]))
