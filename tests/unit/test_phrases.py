"""The wording: every sentence renders, every sentence the code says exists, none is left over."""

from __future__ import annotations

import re
import string
import unicodedata
from pathlib import Path

import pytest

from actions.state import Aspect
from bot import listening
from knowledge_base import phrases
from knowledge_base.phrases import MOST_CHARACTERS, Phrase, PhraseError, Phrases
from knowledge_base.schema import Level, Manner, TimeUnit
from knowledge_base.wording_uses import check_uses, uses

ROOT = Path(__file__).resolve().parents[2]
SAY = phrases.load()
ALL = sorted(SAY, key=lambda phrase: phrase.key)


@pytest.mark.parametrize("phrase", ALL, ids=lambda phrase: phrase.key)
def test_every_phrase_renders_with_its_example(phrase: Phrase) -> None:
    for address in ("ông/bà", "bác"):
        said = SAY(phrase.key, address, **phrase.example)
        assert said.strip() == said != ""
        assert not re.search(r"[{}]", said)
        assert len(said) <= MOST_CHARACTERS
        assert unicodedata.is_normalized("NFC", said)
    assert phrase.placeholders == set(phrase.example)


def test_there_are_many_phrases() -> None:
    assert len(ALL) > 150


def test_the_address_is_capital_at_the_start_of_a_sentence() -> None:
    """Both forms of the address are used where they belong."""
    checked = 0
    for phrase in ALL:
        for match in re.finditer(r"\{(o|O)ng_ba\}", phrase.text):
            starts = not phrase.text[: match.start()] or bool(
                re.search(r"[.!?]\s+$", phrase.text[: match.start()])
            )
            assert (match[1] == "O") is starts, phrase.key
            checked += 1
    assert checked > 30


def test_a_missing_phrase_and_a_missing_value_are_named() -> None:
    with pytest.raises(PhraseError, match=r"talk\.nothing_like_it"):
        SAY("talk.nothing_like_it")
    with pytest.raises(PhraseError, match=r"answer\.money: so"):
        SAY("answer.money")


def test_values_with_braces_are_said_as_they_are() -> None:
    assert SAY("answer.money", so="{so}") == "{so} đồng"


def test_phrases_of_another_shape_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("a: [1]\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"x\.a"):
        phrases.load(tmp_path)


# --- what the code says ---


SAID = list(uses(ROOT))


def test_every_phrase_the_code_says_exists_and_gets_its_values() -> None:
    assert len(SAID) > 60
    assert list(check_uses(phrases.WORDING.parent)) == []


def test_a_phrase_deleted_and_a_value_nobody_gives_are_told(tmp_path: Path) -> None:
    code = (
        "def f(say, tell, words, one):\n"
        "    say('start', ten=1)\n"
        "    tell.say('answer.fee' if one else 'answer.time', so=2)\n"
        "    words(f'page.{one}')\n"
        "    Action(phrase='bye')\n"
    )
    wording = {
        "talk": "start: {cau: 'Chào {ten}, {tuoi}', vi_du: {ten: An, tuoi: '70'}}\nbyee: Chào\n",
        "answer": "fee: {cau: '{so} đồng', vi_du: {so: '5'}}\n",
        "web": "page.one: Một\n",
    }
    (tmp_path / "actions").mkdir()
    (tmp_path / "actions" / "x.py").write_text(code, encoding="utf-8")
    folder = tmp_path / "knowledge_base" / phrases.WORDING.name
    folder.mkdir(parents=True)
    for name, text in wording.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    told = [f"{p.path.name}:{p.line}: {p.field}: {p.message}" for p in check_uses(folder.parent)]
    assert told == [
        "talk.yaml:1: start: chương trình không có gì để điền vào {tuoi} ở actions/x.py:2",
        "answer.yaml:1: time: thiếu câu này, chương trình cần nó ở actions/x.py:3",
        "talk.yaml:1: bye: thiếu câu này, chương trình cần nó ở actions/x.py:5"
        " (có phải ý là 'byee'?)",
    ]
    (folder / "talk.yaml").write_text("[", encoding="utf-8")
    assert list(check_uses(folder.parent)) == []  # told by the check of the wording itself


def test_every_kind_of_fact_has_its_words() -> None:
    wanted = [
        *(f"answer.aspect_{aspect.value}" for aspect in Aspect),
        *(f"answer.what_{aspect.value}" for aspect in Aspect),
        *(f"answer.level_{level.value}" for level in Level),
        *(f"answer.manner_{manner.value}" for manner in Manner),
        *(f"answer.unit_{unit.value}" for unit in TimeUnit),
        *(f"talk.{intent}" for intent in listening._SAID),
    ]
    assert [key for key in wanted if key not in SAY] == []


def test_no_phrase_is_left_over() -> None:
    """A sentence nobody says misleads the official who edits it."""
    patterns = [re.compile(use.pattern) for use in SAID]
    patterns += [re.compile(re.escape(f"talk.{intent}")) for intent in listening._SAID]
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for room in ("actions", "bot", "api")
        for path in sorted((ROOT / room).rglob("*"))
        if path.suffix in (".py", ".js", ".html")
    )
    literals = set(re.findall(r"[\"'`]([\w.]+)[\"'`]|\bwords\.(\w+)", text))
    names = {name for pair in literals for name in pair if name}
    left = [
        phrase.key
        for phrase in ALL
        if not any(pattern.fullmatch(phrase.key) for pattern in patterns)
        and phrase.key not in names
        and not _named_in_parts(phrase.key, names)
    ]
    assert left == []


def _named_in_parts(key: str, names: set[str]) -> bool:
    """``web.problem.crowded.title`` by ``crowded``; ``web.send`` by ``send``; ``answer.papers``
    by ``papers``."""
    parts = key.split(".")[1:]
    return (
        parts[0] in names
        or (parts[0] == "problem" and parts[1] in names)
        or ".".join(parts) in names
    )


def test_placeholders_are_plain_names() -> None:
    for phrase in ALL:
        for _, name, spec, conversion in string.Formatter().parse(phrase.text):
            assert name is None or (name.isidentifier() and not spec and not conversion), phrase.key


def test_phrases_can_be_listed_and_asked_for() -> None:
    made = Phrases({"a.b": Phrase("a.b", "Chào {ong_ba} {ten}", {"ten": "x"})})
    assert [phrase.key for phrase in made] == ["a.b"]
    assert "a.b" in made
    assert "a.c" not in made
    assert made("a.b", "cô", ten="Lan") == "Chào cô Lan"
