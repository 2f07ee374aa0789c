"""The wording: every sentence renders, every sentence the code says exists, none is left over."""

from __future__ import annotations

import ast
import re
import string
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from actions.state import Aspect
from bot import listening
from knowledge_base import phrases
from knowledge_base.phrases import MOST_CHARACTERS, Phrase, PhraseError, Phrases
from knowledge_base.schema import Level, Manner, TimeUnit

ROOT = Path(__file__).resolve().parents[2]
SAY = phrases.load()
ALL = sorted(SAY, key=lambda phrase: phrase.key)
# Given by actions.perform.say to every sentence of talk.yaml.
ALWAYS = {"dien_thoai"}


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


def _modules() -> Iterator[tuple[Path, ast.Module]]:
    for room in ("actions", "bot", "api"):
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def _pattern(node: ast.expr) -> str | None:
    """A regular expression for the key that a string or f-string gives."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join((_pattern(part) if isinstance(part, ast.Constant) else None) or r"\w+"
                       for part in node.values)  # fmt: skip
    return None


def _said() -> Iterator[tuple[str, str, set[str] | None]]:
    """``(where, pattern of the key, names of the values given or None)`` of each use in the code.

    Keys are literals with a dot in calls of anything named ``say``; ``say("x", …)`` and
    ``phrase="x"`` without a dot mean talk.yaml.
    """
    files = {path.stem for path in phrases.WORDING.glob("*.yaml")}
    for path, tree in _modules():
        for node in ast.walk(tree):
            where = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.keyword) and node.arg == "phrase":
                for value in ast.walk(node.value):
                    if isinstance(value, ast.Constant) and isinstance(value.value, str):
                        yield where, rf"talk\.{re.escape(value.value)}", None
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = ast.unparse(node.func).rpartition(".")[2]
            if name not in ("say", "_say"):
                continue
            given = {k.arg for k in node.keywords if k.arg}
            for key in _keys(node.args[0]):
                pattern = _pattern(key)
                if pattern is not None and pattern.partition(r"\.")[0] in files:
                    yield where, pattern, given
                elif pattern is not None and re.fullmatch(r"\w+", pattern):
                    yield where, rf"talk\.{pattern}", given | ALWAYS


def _keys(argument: ast.expr) -> list[ast.expr]:
    """The argument itself, or both sides of ``a if … else b``."""
    if isinstance(argument, ast.IfExp):
        return [*_keys(argument.body), *_keys(argument.orelse)]
    return [argument]


SAID = list(_said())


def test_every_phrase_the_code_says_exists_and_gets_its_values() -> None:
    assert len(SAID) > 60
    for where, pattern, given in SAID:
        found = [phrase for phrase in ALL if re.fullmatch(pattern, phrase.key)]
        assert found, f"{where}: no phrase {pattern}"
        for phrase in found:
            missing = (
                phrase.placeholders - given if given is not None and "+" not in pattern else ()
            )
            assert not missing, f"{where}: {phrase.key} is not given {missing}"


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
    patterns = [re.compile(pattern) for _, pattern, _ in SAID]
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
