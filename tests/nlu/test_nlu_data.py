"""The training data: shape, balance, nothing twice, nothing private, a mirror of test sentences."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
import yaml

from knowledge_base import sentences
from knowledge_base.text import has_accents, strip_accents, tokens

ROOT = Path(__file__).resolve().parents[2]
NLU = ROOT / "nlu_data"
TRAINING = sorted((NLU / "intents").glob("*.yml"))
INTENTS = [path.stem for path in TRAINING]
TESTS = Path(__file__).parent

AT_LEAST = {"ask_overview": 60, "out_of_scope": 60}
# "đúng" and "dừng" are both typed "dung"; the unaccented one is held by affirm.
SAME_WITHOUT_ACCENTS = {"dung"}
DIGITS = re.compile(r"\d(?:[ .]?\d){8,}")
# Numbers that no person holds, used to show what an identity number or a phone looks like.
MADE_UP = re.compile(r"0{11}\d|0900{6}\d|09000000\d{2}")


def _training(intent: str) -> list[str]:
    text = (NLU / "intents" / f"{intent}.yml").read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    assert document["version"] == "3.1"
    (block,) = document["nlu"]
    assert block["intent"] == intent
    return [line.removeprefix("- ").strip() for line in block["examples"].splitlines()]


def _asked() -> list[str]:
    """The procedures' own questions, sorted by what they ask."""
    paths = [path for path in sentences.files(NLU) if path.parent.name == "asked"]
    lines = [line.strip() for path in paths for line in path.read_text("utf-8").splitlines()]
    return [line[2:] for line in lines if line[:2] == "- " and "intent:" not in line]


def _tests(intent: str) -> list[str]:
    entries = yaml.safe_load((TESTS / f"{intent}.yaml").read_text(encoding="utf-8"))
    assert all(list(entry) == ["text"] for entry in entries)
    return [str(entry["text"]) for entry in entries]


def _words(sentence: str) -> str:
    """The sentence lower-cased without punctuation; accents kept."""
    plain = sentence.lower()
    return " ".join(tokens(plain)) or plain


def test_about_thirty_six_intents_each_with_a_mirror() -> None:
    assert 30 <= len(INTENTS) <= 45
    assert sum(intent.startswith("ask_") for intent in INTENTS) >= 11
    assert sorted(path.stem for path in TESTS.glob("*.yaml")) == INTENTS


@pytest.mark.parametrize("intent", INTENTS)
def test_enough_examples_with_and_without_accents(intent: str) -> None:
    examples = _training(intent)
    asks = intent.startswith("ask_") and intent != "ask_bot"
    assert len(examples) >= AT_LEAST.get(intent, 40 if asks else 30)
    share = sum(has_accents(example) for example in examples) / len(examples)
    assert 0.45 <= share <= 0.85, f"{share:.0%} of the examples of {intent} are accented"
    assert len(_tests(intent)) >= 12


@pytest.mark.parametrize("intent", INTENTS)
def test_nothing_is_said_twice_in_one_intent(intent: str) -> None:
    for said in (_training(intent), _tests(intent)):
        assert [s for s, n in Counter(map(_words, said)).items() if n > 1] == []


def test_no_sentence_belongs_to_two_intents() -> None:
    owner: dict[str, str] = {}
    plain: dict[str, set[str]] = {}
    for intent in INTENTS:
        for sentence in map(_words, [*_training(intent), *_tests(intent)]):
            assert owner.setdefault(sentence, intent) == intent, f"{sentence}: {owner[sentence]}"
            plain.setdefault(strip_accents(sentence), set()).add(intent)
    assert len(owner) > 2500
    assert {s for s, intents in plain.items() if len(intents) > 1} == SAME_WITHOUT_ACCENTS


def test_test_sentences_are_not_trained_on() -> None:
    ours = [s for intent in INTENTS for s in _training(intent)]
    trained = {strip_accents(_words(s)) for s in [*ours, *_asked()]}
    tested = [strip_accents(_words(s)) for intent in INTENTS for s in _tests(intent)]
    assert len(trained) > 8000
    assert len(tested) > 400
    assert [sentence for sentence in tested if sentence in trained] == []


def test_text_is_nfc_and_holds_no_personal_data() -> None:
    files = [*sentences.files(NLU), *NLU.glob("*.yml"), *TESTS.glob("*.yaml")]
    assert len(files) > 70
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert text == unicodedata.normalize("NFC", text), path.name
        assert "@" not in text, path.name
    said = [s for intent in INTENTS for s in [*_training(intent), *_tests(intent)]]
    said += _asked()
    assert len(said) > 8000
    for sentence in said:
        if re.search(r"[HG]\d\d[.-]", sentence):
            continue
        for run in DIGITS.findall(sentence):
            digits = re.sub(r"\D", "", run)
            assert MADE_UP.fullmatch(digits), f"{run} in: {sentence}"
