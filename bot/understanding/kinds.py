"""Rasa classifier: the kind of a message, by :mod:`bot.understanding.softmax`.

Two learn from the same examples: one from the words and what they are about, one from how the
encoder heard the question. The encoder was taught with the examples, so its vector is surer of them
than of anything new, and one that learnt from all of it together would hardly look at the words
(docs/adr/0019). What is said is what both believe together.
"""

from __future__ import annotations

from functools import cached_property
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

from bot.understanding.featurizer import ABOUT, KIND
from bot.understanding.softmax import Matrix, Softmax, fit, together

_FILE = "kinds.npz"
_NAMES = ("words", "sound")
_PARTS = ("words", "vectors", "bias")
_FIT = {"penalty": 1.0, "share": 0.5, "steps": 60}
_RANKED = 10  # kinds told with every message


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class KindClassifier(IntentClassifier, GraphComponent):  # type: ignore[misc]  # Rasa has no types
    """Sets ``intent`` and ``intent_ranking``; a message without words has neither."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        learnt: tuple[Softmax, Softmax] | None = None,
    ) -> None:
        """``learnt``: by words and by sound, the same kinds; None until it is trained."""
        self._config, self._storage, self._resource = config, model_storage, resource
        self._learnt = learnt

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """``penalty``, ``share``, ``steps``: see :func:`bot.understanding.softmax.fit`; ``lean``:
        nats by which kinds are likelier than their examples say."""
        return {**_FIT, "lean": {}}

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
            kinds = tuple(kept["kinds"].tolist())
            by_words, by_sound = (
                Softmax(kinds, *(kept[f"{name}_{part}"] for part in _PARTS)) for name in _NAMES
            )
        return cls(config, model_storage, resource, (by_words, by_sound))

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from every example that has features, and keep what was learnt."""
        examples = [
            e for e in training_data.intent_examples if e.get(INTENT) and _words(e) is not None
        ]
        words = sparse.vstack([_words(e) for e in examples]).tocsr()
        settings = {name: self._config[name] for name in _FIT}
        kinds = [e.get(INTENT) for e in examples]
        about, sound = (np.vstack([_vector(e, name) for e in examples]) for name in (ABOUT, KIND))
        by_words = fit(words, about, kinds, **settings)
        by_sound = fit(_no_words(len(kinds)), sound, kinds, **settings)
        self._learnt = by_words, by_sound
        parts = {
            f"{name}_{part}": getattr(learnt, part)
            for name, learnt in zip(_NAMES, self._learnt, strict=True)
            for part in _PARTS
        }
        with self._storage.write_to(self._resource) as folder:
            np.savez_compressed(folder / _FILE, kinds=np.array(by_words.kinds), **parts)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing behind this component learns from it."""
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Name the kind of every message."""
        if self._learnt is None:
            return messages
        by_words, by_sound = self._learnt
        for message in messages:
            words = _words(message)
            if words is None:
                continue
            likely = together(
                by_words.probabilities(words, _vector(message, ABOUT)),
                by_sound.probabilities(_no_words(1), _vector(message, KIND)),
                lean=self._lean,
            )[0]
            ranked = [
                {"name": by_words.kinds[at], "confidence": float(likely[at])}
                for at in np.argsort(-likely)[:_RANKED]
            ]
            message.set("intent", ranked[0], add_to_output=True)
            message.set("intent_ranking", ranked, add_to_output=True)
        return messages

    @cached_property
    def _lean(self) -> Matrix:
        """The setting ``lean`` of every kind learnt, ``(n_kinds,)``."""
        kinds = self._learnt[0].kinds if self._learnt else ()
        return np.array([self._config["lean"].get(kind, 0.0) for kind in kinds], np.float32)


def _words(message: Message) -> sparse.csr_matrix | None:
    found = message.get_sparse_features(TEXT)[1]  # of the sentence; before it: of each token
    # Of the type of the weights: scipy would copy them all to the type of counts for each message.
    return sparse.csr_matrix(found.features, dtype=np.float32) if found else None


def _no_words(messages: int) -> sparse.csr_matrix:
    return sparse.csr_matrix((messages, 0), dtype=np.float32)


def _vector(message: Message, name: str) -> Matrix:
    found = message.get_dense_features(TEXT, [name])[1]
    made: Matrix = np.zeros((1, 0), np.float32) if found is None else found.features
    return made.astype(np.float32)
