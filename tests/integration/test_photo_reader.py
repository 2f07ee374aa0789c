"""Processes that read photographs: started when needed, killed when they hang, without secrets."""

from __future__ import annotations

import asyncio
import sys

import psutil
import pytest

from bot.messages import MediaRead
from bot.photos.reader import BUSY, FAILED, PhotoReader, open_photo_reader
from tests.mailroom import eventually
from tests.receipts import Bearing, Condition, photograph

FAILURE = MediaRead(fault=FAILED)
# Answers each picture with its bytes as a code, and does what some of them say.
_TOLD = """
import json, os, struct, sys, time
while head := sys.stdin.buffer.read(4):
    words = sys.stdin.buffer.read(struct.unpack(">I", head)[0]).decode()
    if words == "hang": time.sleep(60)
    if words == "die": os.abort()
    if words == "lie": print("not json", flush=True); continue
    said = ",".join(sorted(os.environ)) if words == "env" else f"{words} {os.getpid()}"
    print(json.dumps({"codes": [said], "fault": None}), flush=True)
"""
PROGRAM = (sys.executable, "-c", _TOLD)


def processes(reader: PhotoReader) -> list[int]:
    return [process.pid for process, _ in reader._idle]


async def test_a_photograph_is_read_in_another_process_that_is_kept_for_the_next() -> None:
    shot = photograph(0, Condition.CLEAN, Bearing.QR)
    async with open_photo_reader(at_once=1, limit=60) as reader:
        assert await reader(shot.content) == MediaRead((shot.code,))
        (first,) = processes(reader)
        assert await reader(b"no picture") == MediaRead(fault="format")
        assert processes(reader) == [first]
    assert not psutil.pid_exists(first)


async def test_one_that_hangs_dies_or_lies_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "secret")
    async with open_photo_reader(limit=0.3, starting=10, at_once=1, program=PROGRAM) as reader:
        before = (await reader(b"a")).codes
        assert (await reader(b"a")).codes == before
        for wrong in (b"hang", b"die", b"lie"):
            assert await reader(wrong) == FAILURE
            (after,) = (await reader(b"a")).codes
            assert after not in before
        (names,) = (await reader(b"env")).codes
        assert "TELEGRAM_BOT_TOKEN" not in names.split(",")


async def test_an_idle_process_ends_and_one_left_behind_is_not_used_again() -> None:
    async with open_photo_reader(idle=0.1, at_once=1, program=PROGRAM) as reader:
        await reader(b"a")
        (first,) = processes(reader)
        await eventually(lambda: not psutil.pid_exists(first))
        assert (await reader(b"a")).codes
        hanging = asyncio.create_task(reader(b"hang"))
        await asyncio.sleep(0.2)
        hanging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hanging
        assert processes(reader) == []


async def test_who_comes_when_too_many_wait_is_asked_to_send_theirs_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.photos.reader._WAITING", 2)
    async with open_photo_reader(at_once=1, program=PROGRAM) as reader:
        found = await asyncio.gather(*(reader(b"a") for _ in range(3)))
    assert [one.fault for one in found] == [None, None, BUSY]


async def test_no_process_at_all_is_a_failure_that_is_told() -> None:
    async with open_photo_reader(program=("/no/such/program",)) as reader:
        assert await reader(b"a") == FAILURE
