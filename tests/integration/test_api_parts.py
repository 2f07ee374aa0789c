"""The small parts of the web: limits, addresses, history, wording."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.requests import HTTPConnection

import api
from actions.replies import Choice, Reply
from api.history import history_body
from api.limits import Limits, TokenBuckets, client_address
from api.shell import CLIENT_WORDS, EMBED_WORDS
from api.wording import WordingError, load_wording
from bot.messages import Incoming, StoredReply
from bot.store.messages import Entry
from knowledge_base.phrases import PhraseError, load

API = Path(api.__file__).parent


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_empties_and_fills_again() -> None:
    clock = Clock()
    buckets = TokenBuckets(Limits(burst=2, per_second=0.5), clock)
    assert [buckets.take("a"), buckets.take("a"), buckets.take("a")] == [0, 0, 2]
    assert buckets.take("b") == 0
    clock.now += 2
    assert [buckets.take("a"), buckets.take("a")] == [0, 2]
    clock.now += 3600
    assert [buckets.take("a"), buckets.take("a"), buckets.take("a")] == [0, 0, 2]


def test_addresses_longest_unseen_are_forgotten() -> None:
    buckets = TokenBuckets(Limits(burst=1, per_second=0.001, addresses=2), Clock())
    for address in ("a", "b", "a", "c"):
        buckets.take(address)
    assert buckets.take("a") > 0  # seen after b, so still known
    assert buckets.take("b") == 0


@pytest.mark.parametrize(
    ("peer", "forwarded", "trust", "expected"),
    [
        ("203.0.113.9", "198.51.100.1", False, "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", True, "198.51.100.1"),
        ("203.0.113.9", "10.0.0.1, 198.51.100.1", True, "198.51.100.1"),
        ("203.0.113.9", "10.0.0.1|198.51.100.1", True, "198.51.100.1"),  # a line of its own
        ("203.0.113.9", "", True, "203.0.113.9"),
        ("203.0.113.9", "nonsense", True, "unknown"),
        ("2001:db8:1:2:3:4:5:6", "", False, "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "", False, "203.0.113.9"),
    ],
)
def test_whom_a_request_counts_for(peer: str, forwarded: str, trust: bool, expected: str) -> None:
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded.split("|") if line]
    scope = {"type": "http", "client": (peer, 1), "headers": headers}
    assert client_address(HTTPConnection(scope), trust_proxy=trust) == expected


def test_a_reminder_is_not_shown_as_the_citizens_words() -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    conversation = "web:a"
    reply = StoredReply(7, conversation, "m", Reply("Chào.", choices=(Choice("a", "Bấm"),)), now)
    body = history_body(
        [
            Entry(now, incoming=Incoming("web", "a", "m", text="chào")),
            Entry(now, reply=reply),
            Entry(now, incoming=Incoming.reminder(3, "web", "a", "remind:tomorrow")),
            Entry(now, incoming=Incoming("web", "a", "n", choice="a")),
        ],
        {},
    )
    said = [(item["who"], item["text"]) for item in body["items"]]
    assert said == [("me", "chào"), ("assistant", "Chào."), ("me", "Bấm")]
    assert body["last"] == 7
    assert body["unanswered"] == ["n"]


def sources(pattern: str) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted(API.rglob(pattern)))


def test_every_sentence_is_there_and_every_one_is_used() -> None:
    files = ("web.", "page.")
    keys = {p.key.partition(".")[2] for p in load() if p.key.startswith(files)}
    python, template, scripts = sources("*.py"), sources("*.html"), sources("*.js")
    problems = set(re.findall(r'Problem\(\s*"(\w+)"', python)) | {"not_found", "other"}
    assert len(problems) > 8
    said = {*CLIENT_WORDS, *EMBED_WORDS}
    used = set(said)
    used |= set(re.findall(r'\bw\("([\w.]+)"', template))
    used |= set(re.findall(r'\bword(?:s|ing)\("([\w.]+)"', python))
    settings = (API.parent / "bot" / "settings.py").read_text(encoding="utf-8")
    used |= set(re.findall(r'\bload\(\)\("web\.([\w.]+)"', settings))
    used |= {f"problem.{kind}.{part}" for kind in problems for part in ("title", "detail")}
    assert used - keys == set()
    # Some kinds are told by status, in a table: their names stand in the source all the same.
    rest = {key.removeprefix("problem.").split(".")[0] for key in keys - used}
    assert {kind for kind in rest if f'"{kind}"' not in python} == set()
    named = set(re.findall(r"\bwords\.(\w+)", scripts)) | set(re.findall(r'"(size_\w+)"', scripts))
    named |= {f"size_is_{size}" for size in re.findall(r'"(normal|large|largest)"', scripts)}
    assert named == said


def test_missing_or_broken_wording_says_which_file(tmp_path: Path) -> None:
    with pytest.raises(PhraseError, match="title"):
        load_wording(tmp_path)("title")
    (tmp_path / "web.yaml").write_text("title: [", encoding="utf-8")
    with pytest.raises(WordingError, match=re.escape(str(tmp_path))):
        load_wording(tmp_path)
