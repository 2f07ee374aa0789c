"""The conversation in the terminal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from actions.replies import Choice, Reply
from bot.channels.terminal import converse
from bot.messages import Incoming, TurnResult
from knowledge_base import phrases

MENU = (Choice("1.1", "Giấy tờ"), Choice("1.link", "Cổng", "https://x.vn/"), Choice("1.2", "Phí"))


def talk(*lines: str | type[BaseException], grey: bool = False) -> tuple[list[Incoming], str]:
    """Say the lines; returns what the handler got and all that was shown."""
    heard: list[Incoming] = []
    shown: list[str] = []
    left = list(lines)

    def handler(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        assert now.tzinfo
        turn = (state or {}).get("turn", 0) + 1
        heard.append(incoming)
        said = Reply(f"{turn}: {incoming.text or incoming.choice}", "Theo Cổng", MENU)
        return TurnResult({"turn": turn}, (Reply("Chào."), said))

    def read(prompt: str) -> str:
        assert prompt == "> "
        line = left.pop(0) if left else EOFError
        if isinstance(line, str):
            return line
        raise line() if line is not UnicodeDecodeError else UnicodeDecodeError("u", b"x", 0, 1, "")

    converse(handler, phrases.load(), read, shown.append, grey=grey)
    return heard, "\n".join(shown)


def test_it_begins_by_itself_and_shows_choices_links_and_source() -> None:
    heard, shown = talk()
    assert heard == [Incoming("terminal", "terminal", "1", text="/start")]
    assert shown.startswith(
        "Chào.\n\n1: /start\n  1. Giấy tờ\n  Cổng: https://x.vn/\n  2. Phí\nTheo Cổng\n"
    )


def test_the_state_is_kept_and_a_number_presses_a_choice() -> None:
    heard, shown = talk("đăng ký kết hôn 🎉 ｗｉｄｅ", "2", "3", "0")
    assert [(one.text, one.choice) for one in heard[1:]] == [
        ("đăng ký kết hôn 🎉 ｗｉｄｅ", None), (None, "1.2"), ("3", None), ("0", None),
    ]  # fmt: skip
    assert [one.message_id for one in heard] == ["1", "2", "3", "4", "5"]
    assert "5: 0" in shown


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
def test_it_leaves_politely(end: type[BaseException]) -> None:
    _, shown = talk("chào", end, "không tới đây")
    assert shown.endswith("\nChào ông/bà. Khi nào cần, ông/bà cứ nhắn lại.")
    assert "không tới" not in shown


def test_an_interrupted_turn_ends_politely_too() -> None:
    shown: list[str] = []

    def handler(incoming: Incoming, state: dict[str, Any] | None, now: datetime) -> TurnResult:
        raise KeyboardInterrupt

    converse(handler, phrases.load(), lambda prompt: "", shown.append)
    assert shown == ["\nChào ông/bà. Khi nào cần, ông/bà cứ nhắn lại."]


def test_empty_and_unreadable_lines_are_passed_over_and_numbers_masked() -> None:
    heard, _ = talk("", "  ", "\udcff\x00", UnicodeDecodeError, "gọi 0912345678")
    assert [one.text for one in heard[1:]] == ["gọi [số điện thoại]"]


def end(prompt: str) -> str:
    """Press Ctrl+D."""
    raise EOFError


def test_the_source_is_grey_where_that_shows(capsys: pytest.CaptureFixture[str]) -> None:
    _, shown = talk(grey=True)
    assert "\033[90mTheo Cổng\033[0m" in shown
    converse(
        lambda incoming, state, now: TurnResult({}, (Reply("Dạ", "Theo Cổng"),)),
        phrases.load(),
        end,
    )
    assert "\033" not in capsys.readouterr().out  # not a terminal
