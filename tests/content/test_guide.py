"""docs/huong-dan-bien-soan.md: what officials are told to type and to look at is there.

That it does what the guide says is seen when the pictures are made: tests/browser/guide_pictures.py
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import typer
import yaml

from knowledge_base import loader
from knowledge_base.__main__ import app
from knowledge_base.guide_drawing import mermaid
from knowledge_base.loader import PACKAGE
from knowledge_base.schema import Procedure

ROOT = PACKAGE.parent
GUIDE = ROOT / "docs" / "huong-dan-bien-soan.md"
TEXT = GUIDE.read_text(encoding="utf-8")
BIRTH = PACKAGE / "procedures" / "ho-tich" / "dang-ky-khai-sinh.yaml"
COMMANDS = sorted(set(re.findall(r"\.venv/bin/python -m knowledge_base ([^`\n>]+)", TEXT)))
SNIPPETS = [dedent(part) for part in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_takes_what_it_is_given(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name, *arguments = shlex.split(command)
    for argument in arguments:
        if argument.endswith(".xlsx"):
            Path(argument).touch()
    group = typer.main.get_command(app)
    with group.make_context("knowledge_base", [name, *arguments]) as context:
        known = group.get_command(context, name)  # type: ignore[attr-defined]
        assert known is not None
        known.make_context(name, arguments)


def _within(part: Any, whole: Any) -> bool:
    """Whether a file says what an excerpt of it says: parts may be left out, none added."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and _within(part[key], whole[key]) for key in part)
    if isinstance(part, list) and isinstance(whole, list):
        return all(any(_within(item, other) for other in whole) for item in part)
    return bool(part == whole)


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_an_example_is_an_excerpt_or_would_be_read(snippet: str) -> None:
    part = yaml.safe_load(snippet)
    if named := re.match(r"# (\S+\.yaml)\n", snippet):
        whole = yaml.safe_load((ROOT / named[1]).read_text(encoding="utf-8"))
        assert _within(part, whole)
    else:
        whole = yaml.safe_load(BIRTH.read_text(encoding="utf-8"))
        Procedure.model_validate(whole | part, by_alias=True, by_name=False)


def test_the_drawn_guide_is_the_one_that_is_shipped() -> None:
    knowledge = loader.load()
    for drawn in re.findall(r"```mermaid\n(.*?)```", TEXT, re.DOTALL):
        guide = knowledge.guide("cai-vneid")
        assert guide is not None
        assert drawn.splitlines() == [*mermaid(guide, knowledge)]


def test_there_is_something_to_try() -> None:
    assert len(COMMANDS) > 15
    assert len(SNIPPETS) > 6


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"(?m)^#+ (.+)$", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'<img src="([^"]+)"', text)
    for link in links:
        target, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = page.parent / target if target else page
        assert file.exists(), link
        if anchor:
            assert anchor in _anchors(file), link


def test_every_picture_that_is_made_is_shown() -> None:
    for picture in (ROOT / "docs" / "images" / "huong-dan").iterdir():
        assert f"images/huong-dan/{picture.name}" in TEXT, picture.name
