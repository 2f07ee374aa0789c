"""Rasa classifier: the kind of a message, by :mod:`bot.understanding.softmax`."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy import sparse

from bot.understanding.softmax import Matrix, Softmax, fit

_FILE = "kinds.npz"
_RANKED = 10  # kinds told with every message


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class KindClassifier(IntentClassifier, GraphComponent):  # type: ignore[misc]  # Rasa has no types
    """Sets ``intent`` and ``intent_ranking``; a message without words has neither."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        learnt: Softmax | None = None,
    ) -> None:
        """``learnt``: None until it is trained."""
        self._config, self._storage, self._resource = config, model_storage, resource
        self._learnt = learnt

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``penalty``, ``share``, ``steps``: see :func:`bot.understanding.softmax.fit`."""
        return {"penalty": 1.0, "share": 0.5, "steps": 60}

    @classmethod
    def required_components(cls) -> list[type]:
        """Features come first."""
        return [Featurizer]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> KindClassifier:
        """One that has learnt nothing."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> KindClassifier:
        """What :meth:`train` left in the model."""
        with model_storage.read_from(resource) as folder, np.load(folder / _FILE) as kept:
            parts = (kept[name] for name in ("words", "vectors", "bias"))
            learnt = Softmax(tuple(kept["kinds"].tolist()), *parts)
        return cls(config, model_storage, resource, learnt)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from every example that has features, and keep what was learnt."""
        examples = [
            e for e in training_data.intent_examples if e.get(INTENT) and _words(e) is not None
        ]
        words = sparse.vstack([_words(e) for e in examples]).tocsr()
        vectors = np.vstack([_vectors(e) for e in examples])
        settings = {name: self._config[name] for name in self.get_default_config()}
        learnt = fit(words, vectors, [e.get(INTENT) for e in examples], **settings)
        with self._storage.write_to(self._resource) as folder:
            np.savez_compressed(
                folder / _FILE,
                kinds=np.array(learnt.kinds),
                words=learnt.words,
                vectors=learnt.vectors,
                bias=learnt.bias,
            )
        self._learnt = learnt
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing behind this component learns from it."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Name the kind of every message."""
        for message in messages:
            words = _words(message)
            if words is None or self._learnt is None:
                continue
            likely = self._learnt.probabilities(words, _vectors(message))[0]
            ranked = [
                {"name": self._learnt.kinds[at], "confidence": float(likely[at])}
                for at in np.argsort(-likely)[:_RANKED]
            ]
            message.set("intent", ranked[0], add_to_output=True)
            message.set("intent_ranking", ranked, add_to_output=True)
        return messages


def _words(message: Message) -> sparse.csr_matrix | None:
    found = message.get_sparse_features(TEXT)[1]  # of the sentence; before it: of each token
    # Of the type of the weights: scipy would copy them all to the type of counts for each message.
    return sparse.csr_matrix(found.features, dtype=np.float32) if found else None


def _vectors(message: Message) -> Matrix:
    found = message.get_dense_features(TEXT)[1]
    made: Matrix = np.zeros((1, 0), np.float32) if found is None else found.features
    return made.astype(np.float32)
