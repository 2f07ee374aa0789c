"""Rasa featurizer: what the encoder heard in the message, made once and shared with the linker."""

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
from knowledge_base.retrieval.dense import Heard

# What the features are called by which a classifier asks for them.
ABOUT, KIND = "about", "kind"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(DenseFeaturizer, GraphComponent):  # type: ignore[misc]  # no types
    """Adds both vectors as features of the sentence; as Rasa wants both, zeros of the tokens."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``about``, ``kind``: how long each vector is, beside words, which count 1 each."""
        return {**DenseFeaturizer.get_default_config(), ABOUT: 4.0, KIND: 1.5}

    @classmethod
    def required_components(cls) -> list[type]:
        """Tokens come first."""
        return [Tokenizer]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Both weights must be positive numbers.

        Raises:
            ValueError: it is not.
        """
        if not all(float(config[name]) > 0 for name in (ABOUT, KIND)):
            raise ValueError("SentenceFeaturizer: the weights must be positive")

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GraphComponent:
        """A featurizer; the encoder is that of the turn."""
        return cls(execution_context.node_name, config)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add features to every training example, embedding them together."""
        examples = [e for e in training_data.training_examples if e.get(TOKENS_NAMES[TEXT])]
        written = [resources.read(example.get(TEXT)) for example in examples]
        heard = resources.retriever().read(written)
        for at, example in enumerate(examples if heard else ()):
            self._add(example, heard, at)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Add features to every message that has tokens."""
        for message in messages:
            if message.get(TOKENS_NAMES[TEXT]):
                heard = resources.heard(resources.read(message.get(TEXT)))
                self._add(message, heard, 0)
        return messages

    def _add(self, message: Message, heard: Heard | None, at: int) -> None:
        if heard is None:
            return
        # All vectors of E5 point much the same way; what differs from the mean tells them apart.
        about = heard.about[at] - resources.retriever().center
        tokens = len(message.get(TOKENS_NAMES[TEXT]))
        for name, vector in ((ABOUT, about), (KIND, heard.kind[at])):
            row = (vector * self._config[name])[None, :]
            sequence = np.zeros((tokens, row.shape[1]), dtype=np.float32)
            message.add_features(Features(sequence, FEATURE_TYPE_SEQUENCE, TEXT, name))
            message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, name))
