"""Which words ask to be read to."""

from __future__ import annotations

import pytest

from bot.reading import CHOOSE, OFF, ON, READ, said
from knowledge_base.spoken.lexicon import Region


@pytest.mark.parametrize(
    "text",
    ["đọc cho nghe", "doc cho toi nghe", "Đọc to lên!", "doc len di", "đọc lại cho bà nghe",
     "cháu đọc cho bác nghe với", "đọc giùm cho tui nghe hí",
     "chau oi mat ba mo lam, chau doc ba nghe voi", "Quên kính rồi! Đọc lên giúp."],
)  # fmt: skip
def test_read_it_now(text: str) -> None:
    assert said(text) == READ


@pytest.mark.parametrize(
    "text",
    ["luôn đọc", "luôn đọc cho tôi nghe", "luon doc cho toi nghe", "từ giờ câu nào cũng đọc",
     "câu nào cũng đọc cho bà nghe nhé", "doc het cho tui nghe", "từ nay cứ đọc cho ông nghe"],
)  # fmt: skip
def test_read_everything(text: str) -> None:
    assert said(text) == ON


@pytest.mark.parametrize(
    "text",
    ["thôi đừng đọc nữa", "thoi dung doc nua", "đừng đọc nữa", "tắt tiếng đi", "khỏi đọc",
     "không cần đọc", "ngừng đọc", "thôi không đọc nữa", "tat giong doc",
     "thoi chau dung doc nua"],
)  # fmt: skip
def test_read_no_more(text: str) -> None:
    assert said(text) == OFF


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("giọng nam", Region.SOUTH),
        ("đổi sang giọng bắc", Region.NORTH),
        ("cho nghe giong mien trung di", Region.CENTRAL),
        ("đọc giọng Huế cho tôi nghe", Region.CENTRAL),
        ("nói giọng sài gòn đi", Region.SOUTH),
        ("giọng Hà Nội", Region.NORTH),
    ],
)
def test_read_it_as_they_speak_there(text: str, region: Region) -> None:
    action = said(text)
    assert action is not None
    assert action.voice is region


@pytest.mark.parametrize("text", ["đổi giọng đọc", "doi giong", "có mấy giọng", "chọn giọng khác"])
def test_which_voices_there_are(text: str) -> None:
    assert said(text) == CHOOSE


@pytest.mark.parametrize(
    "text",
    ["xin giấy độc thân", "tu gio toi doc than thi xin giay gi", "tôi không đọc được chữ",
     "khong doc duoc chu", "tôi luôn đọc báo", "tất cả giấy tờ tôi đọc không hiểu",
     "đọc danh sách giấy tờ cho tôi nghe", "đăng ký kết hôn", "giọng nữ", "miền nam", "", "1",
     "toi luon uong thuoc doc", "nam nay khong doc", "chau bi con gi can doc lam",
     "tu nay toi bi ngo doc thi goi ai", "con ran nay doc",
     "tôi ở miền nam nói giọng nam thì làm giấy khai sinh ở đâu hay là ra xã"],
)  # fmt: skip
def test_other_words_ask_something_else(text: str) -> None:
    assert said(text) is None
