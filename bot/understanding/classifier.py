"""Rasa's logistic regression, asked at the price of one message."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers import LABEL_RANKING_LENGTH
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

_SENTENCE = (TEXT, FEATURE_TYPE_SENTENCE)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(LogisticRegressionClassifier):  # type: ignore[misc]  # Rasa has no types
    """Trained, kept and answering as Rasa's own component.

    That one copies all its weights, 28 MB, for every message, which takes longer than the encoder.
    This one reads the rows of the message's own features, and keeps the weights in 32 bits.
    """

    @classmethod
    def load(cls, *args: Any, **kwargs: Any) -> IntentClassifier:
        """See Rasa's component; there must be a trained model."""
        made: IntentClassifier = super().load(*args, **kwargs)
        made._weights = np.ascontiguousarray(made.clf.coef_.T, dtype=np.float32)
        del made.clf.coef_
        return made

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the likeliest intent of every message, and the ten likeliest with their shares."""
        for message in messages:
            likely = self._probabilities(message)
            ranking = [
                {"name": self.clf.classes_[at], "confidence": float(likely[at])}
                for at in np.argsort(-likely, kind="stable")[:LABEL_RANKING_LENGTH]
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _probabilities(self, message: Message) -> npt.NDArray[np.float64]:
        """``(n_intents,)`` by the features of the whole sentence: words before vectors, in the
        order of the pipeline, as the model was trained with."""
        whole = (f for f in message.features if (f.attribute, f.type) == _SENTENCE)
        logits, at = self.clf.intercept_.copy(), 0
        for feature in sorted(whole, key=lambda f: bool(f.is_dense())):
            size = feature.features.shape[1]
            if feature.is_dense():
                logits += feature.features[0] @ self._weights[at : at + size]
            else:
                words = feature.features.tocoo()
                logits += words.data @ self._weights[at + words.col]
            at += size
        shares = np.exp(logits - logits.max())
        made: npt.NDArray[np.float64] = shares / shares.sum()
        return made
