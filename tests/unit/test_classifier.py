"""Our classifier says what Rasa's says, from the model that Rasa's kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.sparse import coo_matrix

from bot.understanding import compat

INTENTS = ["greet", "ask_fee", "ask_time", "greet", "ask_fee", "ask_time"]


@pytest.fixture(scope="module")
def classifiers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any, list[Any]]:
    """Rasa's, ours over the same model, and the messages it was trained with."""
    compat.prepare()
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource
    from rasa.nlu.classifiers.logistic_regression_classifier import (
        LogisticRegressionClassifier,
    )

    from bot.understanding.classifier import IntentClassifier

    messages = [_message(n) for n in range(len(INTENTS))]
    storage = LocalModelStorage.create(tmp_path_factory.mktemp("model"))
    resource, node = Resource("intents"), ExecutionContext(GraphSchema({}), node_name="intents")
    theirs = LogisticRegressionClassifier({}, "intents", storage, resource)
    theirs.clf.fit(theirs._create_X(messages), INTENTS)
    theirs.persist()
    ours = IntentClassifier.load(theirs.config, storage, resource, node)
    return theirs, ours, messages


def _message(number: int) -> Any:
    """With words before and behind a vector, as two word featurizers and the encoder give them."""
    from rasa.shared.nlu.constants import TEXT
    from rasa.shared.nlu.training_data.features import Features
    from rasa.shared.nlu.training_data.message import Message

    chance = np.random.default_rng(number)
    words = [coo_matrix(chance.integers(0, 2, (1, size))) for size in (7, 5)]
    vector = chance.normal(size=(1, 4)).astype(np.float32)
    message = Message({TEXT: "x"})
    for values in (words[0], vector, words[1]):
        for kind in ("sequence", "sentence"):
            message.add_features(Features(values, kind, TEXT, f"of {values.shape[1]}"))
    return message


def test_the_shares_of_every_intent_are_those_of_rasa(
    classifiers: tuple[Any, Any, list[Any]],
) -> None:
    theirs, ours, messages = classifiers
    for message, intent in zip(messages, INTENTS, strict=True):
        theirs.process([message])
        wanted = {i["name"]: i["confidence"] for i in message.get("intent_ranking")}
        ours.process([message])
        found = message.get("intent_ranking")
        assert {i["name"]: i["confidence"] for i in found} == pytest.approx(wanted, abs=1e-6)
        assert message.get("intent") == found[0]
        assert found[0]["name"] == intent


def test_the_weights_are_held_once_and_in_32_bits(classifiers: tuple[Any, Any, list[Any]]) -> None:
    _, ours, _ = classifiers
    assert not hasattr(ours.clf, "coef_")
    assert ours._weights.dtype == np.float32
