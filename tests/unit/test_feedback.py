"""Suggestions and complaints: asked part by part, read back, sent as a ticket or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from actions.draft import MOST_CHARACTERS, Draft, Part
from actions.tickets import Team, TicketKind
from tests.samples import Talk, guide, meant, procedure, world

A = "1.000001"
STORY = "hôm qua tôi chờ ba tiếng không ai tiếp"
SAID = {
    "tôi muốn kêu": meant("feedback"),
    STORY: meant("feedback"),
    "cán bộ ấy đòi phong bì mới nhận giấy": meant("feedback"),
    "phí A bao nhiêu": meant("ask_fee", A),
    "phí A hôm qua tôi bị thu thêm nhiều lắm": meant("ask_fee", A),
    "ừ": meant("affirm"),
    "không": meant("deny"),
    "gặp người": meant("human"),
    "chuyện lạ": meant("nlu_fallback"),
}
OFFICIAL = guide(
    "danh-gia-phan-anh",
    ten="Phản ánh ở đâu",
    goi_la=["phản ánh ở đâu"],
    buoc=[
        {"id": "goi-tong-dai", "ten": "Gọi", "loi": "Gọi đi.", "nguon": "cong", "toi": "xong"},
        {
            "id": "khieu-nai-hoi-ai", "ten": "Khiếu nại", "loi": "Hỏi đi.", "nguon": "cong",
            "ket_thuc": "chua", "tiep_theo": [{"nut": "Tố cáo A", "thu_tuc": A}],
        },
        {"id": "xong", "ten": "Xong", "loi": "Xong.", "ket_thuc": "xong"},
    ],
)  # fmt: skip
ALONE = world(procedure(A, le_phi=[{"so_tien": 8000}]), guides=(OFFICIAL, guide()))
WORLD = replace(ALONE, team=Team({}))


def talk() -> Talk:
    return Talk(WORLD, SAID)


def at_story() -> Talk:
    citizen = talk()
    citizen.say("/gopy")
    citizen.press("Chậm trễ")
    citizen.say("một cửa phường Cầu Giấy, Hà Nội")
    return citizen


def at_check() -> Talk:
    citizen = at_story()
    citizen.say(STORY)
    citizen.press("Có, nhắn lại")
    return citizen


def texts(citizen: Talk) -> str:
    return "\n".join(reply.text for reply in citizen.replies)


def test_everything_is_asked_read_back_and_sent_once() -> None:
    citizen = talk()
    citizen.say("/gopy")
    assert citizen.events == ("feedback.begun",)
    assert citizen.labels == [
        "Thái độ cán bộ (khen, chê)", "Chậm trễ, trễ hẹn", "Đòi thêm giấy tờ", "Thu thêm tiền",
        "Xem tiếp (5–7 trong 7)",
    ]  # fmt: skip
    citizen.press("Xem tiếp")
    assert citizen.labels[-1] == "Việc khác cần góp ý"
    citizen.say("Góp ý về máy trả lời này")
    assert citizen.replies[-1].text.startswith("Việc ấy ở cơ quan, xã, phường nào?")
    citizen.say("một cửa phường Cầu Giấy, Hà Nội")
    assert citizen.replies[-1].text.startswith("Ông/bà kể giúp")
    citizen.say(STORY)
    citizen.press("Không cần")
    assert STORY in texts(citizen)
    assert "(phường Cầu Giấy, thành phố Hà Nội)" in texts(citizen)
    assert citizen.labels == ["Gửi", "Sửa", "Thôi, không gửi"]
    assert citizen.tickets == []
    send = citizen.replies[-1].choices[0].id
    citizen.press("Gửi")
    assert citizen.events == ("feedback.sent",)
    (ticket,) = citizen.tickets
    assert ticket.kind is TicketKind.FEEDBACK and ticket.reason == "assistant"
    assert STORY in ticket.summary and "không cần" in ticket.summary
    assert "chưa phải phản ánh chính thức" in citizen.replies[-1].text
    assert citizen.state.feedback is None
    citizen.press_id(send)
    assert citizen.events == ("feedback.gone",) and len(citizen.tickets) == 1


def test_without_a_team_nothing_is_asked_and_nothing_is_said_to_be_sent() -> None:
    citizen = Talk(ALONE, SAID)
    citizen.say("tôi muốn kêu")
    assert citizen.events == ("feedback.nowhere",)
    assert "chưa có người nhận" in texts(citizen) and "18001096" in texts(citizen)
    assert citizen.labels == ["Chỉ tôi gửi trên Cổng", "Gặp người hỗ trợ", "Việc khác"]
    assert citizen.replies[-1].source and "10/06/2026" in citizen.replies[-1].source
    assert citizen.state.feedback is None and citizen.tickets == []


def test_a_team_that_went_away_gets_nothing_and_the_citizen_hears_it() -> None:
    citizen = at_check()
    citizen.restart(ALONE)
    citizen.press("Gửi")
    assert citizen.events == ("feedback.nowhere",) and citizen.tickets == []


def test_what_was_told_at_the_start_is_offered_as_the_story() -> None:
    citizen = talk()
    citizen.say(STORY)
    citizen.press("Chậm trễ")
    citizen.press("Bỏ qua")
    assert citizen.labels == [f"Ghi: {STORY}", "Thôi, không gửi"]
    citizen.press("Ghi:")
    assert citizen.state.feedback and citizen.state.feedback.story == STORY


def test_a_question_in_between_is_answered_and_the_question_offered_again() -> None:
    citizen = at_story()
    citizen.say("phí A bao nhiêu")
    assert citizen.events == ("answered.fee",)
    assert citizen.labels[-1] == "Viết tiếp góp ý"
    citizen.press("Viết tiếp")
    assert citizen.replies[-1].text.startswith("Ông/bà kể giúp")


def test_a_story_that_names_a_procedure_is_a_story() -> None:
    citizen = at_story()
    citizen.say("phí A hôm qua tôi bị thu thêm nhiều lắm")
    assert citizen.events == ("feedback.told",)


def test_danger_comes_first_and_the_words_are_kept() -> None:
    citizen = at_story()
    citizen.say("cứu với, nhà tôi đang cháy to lắm")
    assert citizen.events == ("said.emergency",)
    citizen.say("viết tiếp góp ý")
    assert citizen.labels[0].startswith("Ghi: cứu với")


def test_more_may_be_told_later() -> None:
    citizen = at_check()
    citizen.say("chuyện lạ")
    assert citizen.state.feedback and citizen.state.feedback.story == f"{STORY}\nchuyện lạ"
    assert "Tôi đã ghi thêm" in texts(citizen) and "chuyện lạ" in texts(citizen)


def test_a_long_story_is_read_back_as_it_is_kept() -> None:
    citizen = at_story()
    citizen.say("rất dài " * 200)
    citizen.press("Không cần")
    kept = citizen.state.feedback
    assert kept and MOST_CHARACTERS - 8 < len(kept.story) <= MOST_CHARACTERS
    assert all(len(reply.text) <= 300 for reply in citizen.replies)
    said = " ".join(reply.text for reply in citizen.replies[1:-1])
    assert kept.story.split() == said.split()


def test_that_only_the_beginning_is_kept_is_said() -> None:
    citizen = at_story()
    citizen.say("rất dài " * 200)
    assert "chỉ ghi được 1000 chữ cái đầu" in texts(citizen)


def test_no_photograph_is_promised() -> None:
    citizen = at_story()
    assert "Có ảnh thì" in texts(citizen)
    citizen.say("/khong_doc_duoc")
    assert citizen.events == ("feedback.photo",)
    assert "không chuyển được" in texts(citizen)
    assert citizen.state.feedback and citizen.state.feedback.at is Part.STORY


def test_a_place_may_have_to_be_chosen_or_is_kept_in_words() -> None:
    citizen = talk()
    citizen.say("/gopy")
    citizen.press("Chậm trễ")
    citizen.say("xã Tân Lập")
    assert citizen.events == ("feedback.which",)
    assert citizen.labels[-1] == "Không phải các nơi này" and len(citizen.labels) == 5
    citizen.say("tỉnh Lâm Đồng")
    draft = citizen.state.feedback
    assert draft and draft.where == "xã Tân Lập" and draft.unit and draft.at is Part.STORY
    citizen.say("quay lại")
    citizen.say("bệnh viện gần nhà")
    draft = citizen.state.feedback
    assert draft and draft.where == "bệnh viện gần nhà" and draft.unit is None


def test_where_one_lives_is_offered_and_not_changed() -> None:
    citizen = talk()
    citizen.say("tôi ở phường Cầu Giấy, Hà Nội")
    citizen.say("/gopy")
    citizen.press("Chậm trễ")
    assert citizen.labels == ["Phường Cầu Giấy, Hà Nội", "Bỏ qua"]
    unit = citizen.state.unit
    citizen.say("phường Tân Định, thành phố Hồ Chí Minh")
    assert citizen.state.unit == unit


def test_a_formal_complaint_is_said_to_be_something_else_once() -> None:
    citizen = talk()
    citizen.say("cán bộ ấy đòi phong bì mới nhận giấy")
    assert citizen.events == ("feedback.formal",)
    assert citizen.labels == ["Tố cáo A", "Vẫn góp ý ở đây"]
    citizen.press("Vẫn góp ý")
    citizen.press("Chậm trễ")
    citizen.press("Bỏ qua")
    citizen.press("Ghi:")
    assert citizen.events == ("feedback.step",)


def test_one_part_may_be_changed_and_the_rest_is_not_asked_again() -> None:
    citizen = at_check()
    citizen.say("sửa")
    assert citizen.labels == [
        "Về việc gì", "Ở đâu", "Nội dung", "Có cần trả lời không", "Không sửa nữa"
    ]  # fmt: skip
    citizen.press("Về việc gì")
    citizen.press("Thu thêm tiền")
    assert citizen.labels == ["Gửi", "Sửa", "Thôi, không gửi"]
    assert "Thu thêm tiền" in texts(citizen)
    citizen.say("quay lại")
    citizen.say("quay lại")
    assert citizen.state.feedback and citizen.state.feedback.at is Part.CHECK


@pytest.mark.parametrize("said", ["gửi đi", "ừ", "Gửi", "1"])
def test_sending_in_words(said: str) -> None:
    citizen = at_check()
    citizen.say(said)
    assert citizen.events == ("feedback.sent",)


@pytest.mark.parametrize("said", ["thôi", "huỷ", "không gửi nữa", "Thôi, không gửi"])
def test_giving_up_sends_nothing(said: str) -> None:
    citizen = at_check()
    citizen.say(said)
    assert citizen.events == ("feedback.dropped",)
    assert citizen.state.feedback is None and citizen.tickets == []


def test_what_was_left_is_gone_on_with_days_later_or_begun_anew() -> None:
    citizen = at_story()
    citizen.say("dừng")
    assert citizen.events == ("feedback.paused",)
    citizen.now += timedelta(days=9)
    citizen.say("phí A bao nhiêu")
    assert "Viết tiếp góp ý" not in citizen.labels
    citizen.say("/start")
    assert "viết tiếp góp ý" in citizen.replies[0].text
    citizen.say("/gopy")
    assert citizen.labels == ["Viết tiếp góp ý", "Viết lại từ đầu", "Thôi, không gửi"]
    citizen.press("Viết tiếp")
    assert citizen.state.feedback and citizen.state.feedback.at is Part.STORY
    citizen.say("làm lại từ đầu")
    citizen.press("Viết lại từ đầu")
    assert citizen.state.feedback == Draft(day=citizen.now.date())


def test_only_the_place_may_be_left_out() -> None:
    citizen = talk()
    citizen.say("/gopy")
    citizen.say("bỏ qua")
    assert citizen.events == ("feedback.no_skip",)
    citizen.press("Chậm trễ")
    citizen.say("không")
    assert citizen.state.feedback and citizen.state.feedback.at is Part.STORY


ASIDES = ("phí A bao nhiêu", "gặp người", "/start", "/help", "cứu với, nhà tôi đang cháy to lắm")


class Walk(RuleBasedStateMachine):
    """Random walks: ``parts`` are those shown, oldest first; the last is where one stands."""

    def __init__(self) -> None:
        super().__init__()
        self.talk = talk()
        self.parts: list[Part] = []
        self.stories: list[str] = []

    @property
    def draft(self) -> Draft | None:
        return self.talk.state.feedback

    def on_screen(self) -> bool:
        return bool(self.parts) and self.talk.state.current is not None and (
            self.talk.state.current.kind.value == "feedback"
            and self.talk.events[0] not in ("feedback.paused", "feedback.kept", "feedback.review")
        )  # fmt: skip

    def arrived(self) -> None:
        """Somewhere else, or at the same question."""
        assert self.draft is not None
        if self.draft.trail and len(self.draft.trail) == len(self.parts):
            self.parts.append(self.draft.at)
        assert [*self.draft.trail, self.draft.at] == self.parts

    @initialize()
    def begin(self) -> None:
        self.talk.say("/gopy")
        self.parts = [Part.CATEGORY]

    @precondition(lambda self: self.on_screen())
    @rule(number=st.integers(0, 4))
    def press(self, number: int) -> None:
        label = self.talk.labels[number % len(self.talk.labels)]
        if label in ("Gửi", "Sửa", "Thôi, không gửi"):
            return
        self.talk.press(label)
        self.arrived()

    @precondition(lambda self: self.on_screen())
    @rule(words=st.sampled_from(["chuyện lạ", "xã Tân Lập", "phường Cầu Giấy, Hà Nội", STORY]))
    def tell(self, words: str) -> None:
        before = self.draft
        self.talk.say(words)
        self.arrived()
        if before and before.at is Part.STORY:
            assert self.draft and self.draft.story == words

    @precondition(lambda self: self.on_screen() and len(self.parts) > 1)
    @rule(number=st.integers(1, 4))
    def back(self, number: int) -> None:
        number = min(number, len(self.parts) - 1)
        before = self.draft
        self.talk.say(f"quay lại {number} bước" if number > 1 else "quay lại")
        del self.parts[-number:]
        assert self.draft and before and self.draft.at is self.parts[-1]
        kept = {"category", "where", "unit", "story", "answer", "placed", "said"}
        assert self.draft.model_dump(include=kept) == before.model_dump(include=kept)

    @precondition(lambda self: self.parts)
    @rule(text=st.sampled_from(ASIDES), days=st.integers(0, 3))
    def aside(self, text: str, days: int) -> None:
        before = self.draft
        self.talk.now += timedelta(days=days)
        self.talk.restart(WORLD)
        self.talk.say(text)
        assert self.talk.replies
        self.talk.say("viết tiếp góp ý")
        assert self.draft and before and self.draft.at is before.at
        assert (self.draft.story, self.draft.category) == (before.story, before.category)

    @precondition(lambda self: self.on_screen())
    @rule()
    def pause(self) -> None:
        self.talk.say("dừng")
        self.talk.say("viết tiếp góp ý")
        assert self.draft and self.draft.at is self.parts[-1]

    @precondition(lambda self: self.on_screen() and self.parts[-1] is Part.CHECK)
    @rule(number=st.integers(0, 3))
    def change(self, number: int) -> None:
        self.talk.say("sửa")
        self.talk.press(self.talk.labels[number])
        self.parts.append([*Part][number])
        self.arrived()

    @precondition(lambda self: self.on_screen() and self.parts[-1] is Part.CHECK)
    @rule(sending=st.booleans())
    def end(self, sending: bool) -> None:
        sent = len(self.talk.tickets)
        self.talk.press("Gửi" if sending else "Thôi")
        assert len(self.talk.tickets) == sent + sending and self.draft is None
        self.begin()

    @invariant()
    def there_is_a_way_on(self) -> None:
        assert self.talk.replies and (self.talk.labels or self.talk.replies[-1].text)
        assert all(len(reply.text) <= 300 for reply in self.talk.replies)
        assert len(self.talk.labels) <= 5


Walk.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestWalks = Walk.TestCase
