"""Questions that mean the same come together, and what is known of a group is added up."""

from __future__ import annotations

from datetime import date

import numpy as np

from knowledge_base.retrieval.link import Candidate, Link, LinkOutcome
from knowledge_base.review.book import Miss, Missed, MissKind
from knowledge_base.review.clusters import Cluster, Read, clusters
from knowledge_base.review.report import describe

DAY = date(2026, 11, 23)
NOTHING = Read(Link(LinkOutcome.NONE))
A, B, C = "1.000001", "1.000002", "1.000003"


def missed(number: int, question: str, *misses: Miss, taught: date | None = None) -> Missed:
    """A question, by default declined once."""
    return Missed(number, question, misses or (miss(),), taught)


def miss(kind: MissKind = MissKind.DECLINED, count: int = 1, **codes: object) -> Miss:
    """A miss of some question."""
    return Miss("", kind, DAY, count=count, **codes)  # type: ignore[arg-type]


def read(*vector: float, codes: tuple[str, ...] = ()) -> Read:
    """A reading with a vector and candidates."""
    found = tuple(Candidate(code, code, 0.3) for code in codes)
    return Read(Link(LinkOutcome.ASK, found), np.array(vector, dtype=np.float32))


def numbers(found: list[Cluster]) -> list[list[int]]:
    """Which questions lie together."""
    return [[question.number for question in cluster.questions] for cluster in found]


def test_near_vectors_come_together_and_the_largest_group_first() -> None:
    asked = [missed(n, f"câu {n}") for n in range(1, 6)]
    vectors = [read(1, 0), read(0, 2), read(0.1, 1), read(3, 0.2), read(-1, -0.2, codes=(A,))]
    found = clusters(asked, vectors)
    assert numbers(found) == [[1, 4], [2, 3], [5]]
    often = [missed(1, "một", miss(count=9)), *asked[1:]]
    assert [cluster.count for cluster in clusters(often, vectors)] == [10, 2, 1]


def test_without_vectors_words_decide() -> None:
    asked = [
        missed(1, "xin giấy độc thân để cưới vợ"),
        missed(2, "đăng ký nuôi chim yến"),
        missed(3, "xin giay doc than"),
        missed(4, "đăng ký nuôi chim"),
    ]
    assert numbers(clusters(asked, [NOTHING] * 4)) == [[1, 3], [2, 4]]
    assert numbers(clusters(asked, [read(1, 0), *[NOTHING] * 3])) == [[1, 3], [2, 4]]


def test_nothing_one_and_questions_without_words() -> None:
    assert clusters([], []) == []
    assert numbers(clusters([missed(7, "một câu")], [NOTHING])) == [[7]]
    zero = [read(0, 0), read(0, 0), read(1, 0)]
    assert len(clusters([missed(n, "?") for n in range(3)], zero)) == 3


def test_what_citizens_chose_is_suggested_before_what_is_found_now() -> None:
    cluster = Cluster(
        (
            missed(1, "câu", miss(MissKind.CORRECTED, 3, offered=(A,)), miss()),
            missed(2, "cau", miss(MissKind.REPHRASED, 2, offered=(A,), chosen=B)),
        ),
        read(1, codes=(A, C, B)).link,
    )
    assert cluster.suggested == (B, C)  # A was refused
    assert cluster.chosen == {B: 2} and cluster.offered == {A: 3}
    assert cluster.kinds == {MissKind.CORRECTED: 3, MissKind.DECLINED: 1, MissKind.REPHRASED: 2}


def test_a_group_as_an_official_reads_it() -> None:
    many = [missed(n, f"câu {n}") for n in range(3, 10)]
    first = missed(
        2, "câu hai", miss(MissKind.LATE_CHOICE, 4, offered=(A, B), chosen=B), taught=DAY
    )
    lines = list(describe(Cluster((first, *many), NOTHING.link), {A: "Giấy A"}.get))
    assert lines[0] == "     2  câu hai  (4 lần, đã dạy 23/11/2026 mà còn hụt)"
    assert "… và 3 câu nữa" in lines[5]
    assert lines[6] == "vì sao: không tìm được 7, hỏi lại, đúng ở dòng thứ ba trở đi 4"
    assert lines[7] == "đã đưa ra: 1.000001 Giấy A (4); 1.000002  (4)"
    assert lines[8:] == ["người dân sau đó chọn: 1.000002  (4)", "gợi ý 1: 1.000002"]
