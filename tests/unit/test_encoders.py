"""Opening the encoder of a setting, and one that reads no message twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot import setup
from bot.settings import Settings
from knowledge_base.retrieval.dense import Heard, Vectors
from knowledge_base.retrieval.encoders import Remembering, open_encoder


class Lengths:
    """An encoder that counts letters, and what it was asked to read."""

    name = "lengths"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        return np.array([[len(text)] for text in texts], dtype=np.float32)

    def read(self, texts: Sequence[str]) -> Heard:
        self.asked += texts
        return Heard(self.encode(texts), -self.encode(texts))


def test_no_message_is_read_twice() -> None:
    encoder = Lengths()
    remembering = Remembering(encoder)
    first = remembering.read(["một", "hai ba", "một"])
    again = remembering.read(["hai ba", "bốn", "một"])
    assert encoder.asked == ["một", "hai ba", "bốn"]
    assert first.about.tolist() == [[3], [6], [3]]
    assert again.kind.tolist() == [[-6], [-3], [-3]]
    assert remembering.name == encoder.name
    assert remembering.encode(["một"]).tolist() == [[3]]


def test_what_is_remembered_is_what_is_read() -> None:
    encoder = open_encoder("thu-tuc")
    assert encoder is not None
    said = ["mất căn cước rồi", "xin giấy khai sinh"]
    remembering = Remembering(encoder)
    remembering.read(said[1:])
    heard, read = remembering.read(said), encoder.read(said)
    assert np.array_equal(heard.about, read.about)
    assert np.array_equal(heard.kind, read.kind)


def test_a_setting_that_names_no_encoder_costs_nothing_that_was_learnt(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, encoder="/no/such/model")
    learnt = settings.model_dir / "ranker-thu-tuc.json"
    learnt.parent.mkdir(parents=True)
    learnt.write_text("{}")
    with pytest.raises(OSError, match="/no/such/model"):
        setup.run(settings)
    assert learnt.exists()
