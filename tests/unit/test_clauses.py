"""Taking messages apart: what is refused in them, and where one question ends."""

from __future__ import annotations

import pytest

from bot.clauses import Refusal, for_two, last_question, questions, refusal
from knowledge_base.text import strip_accents

REFUSING = [
    ("không phải chứng sinh, tôi hỏi khai sinh", "tôi hỏi khai sinh", "chứng sinh"),
    ("tôi không hỏi hộ chiếu mà hỏi căn cước", "hỏi căn cước", "hộ chiếu"),
    ("tôi không muốn cho thuê mà muốn bán nhà", "muốn bán nhà", "cho thuê"),
    ("hổng phải tạm trú, tui muốn nhập hộ khẩu", "tui muốn nhập hộ khẩu", "tạm trú"),
    ("nỏ phải bằng lái mà là cà vẹt xe", "cà vẹt xe", "bằng lái"),
    ("đừng nói hộ khẩu nữa, cho hỏi lương hưu", "cho hỏi lương hưu", "hộ khẩu"),
    ("thôi không hỏi sổ đỏ nữa, giấy độc thân xin ở đâu", "giấy độc thân xin ở đâu", "sổ đỏ"),
    ("cấp đổi chứ không phải cấp mới", "cấp đổi", "cấp mới"),
    ("khai tử chứ không phải khai sinh, nộp ở đâu", "khai tử nộp ở đâu", "khai sinh"),
    ("tôi hỏi hộ chiếu, không phải căn cước", "tôi hỏi hộ chiếu", "căn cước"),
    ("không phải cái đó, hộ chiếu bị rách cơ", "hộ chiếu bị rách cơ", ""),
    ("nhầm rồi, tôi hỏi tạm vắng", "tôi hỏi tạm vắng", ""),
    ("không phải tạm trú", "", "tạm trú"),
    ("dạ không phải hộ chiếu đâu", "", "hộ chiếu"),
]  # fmt: skip
NOT_REFUSING = [
    "không phải đóng tiền à?",
    "không phải đóng tiền hả cháu",
    "làm khai sinh không phải đóng tiền đúng không",
    "không có khai sinh thì làm sao",
    "chưa có căn cước",
    "không phải về quê có được không",
    "không phải chỉ khai sinh mà còn nhập khẩu",
    "nó phải làm gì để có căn cước",
    "no phai lam giay gi",
    "con tôi không có giấy chứng sinh, làm khai sinh được không",
    "tôi không phải chủ hộ, đăng ký tạm trú được không",
    "đừng lo, hộ chiếu làm ở đâu",
    "không phải",
    "không phải cái đó",
    "có phải nộp lệ phí không",
    "",
    "?",
]


@pytest.mark.parametrize(("text", "kept", "refused"), REFUSING)
def test_what_is_refused_is_told_from_what_is_wanted(text: str, kept: str, refused: str) -> None:
    assert refusal(text) == Refusal(kept, refused)


@pytest.mark.parametrize("text", [t for t, _, _ in REFUSING if not t.startswith(("nỏ", "hổng"))])
def test_without_accents_too(text: str) -> None:
    found, bare = refusal(text), refusal(strip_accents(text))
    assert found is not None
    assert bare == Refusal(strip_accents(found.kept), strip_accents(found.refused))


@pytest.mark.parametrize("text", NOT_REFUSING)
def test_asking_and_telling_of_oneself_refuse_nothing(text: str) -> None:
    assert refusal(text) is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("tách hộ cần chi và nộp ở mô", ("tách hộ cần chi", "và nộp ở mô")),
        ("đổi bằng lái cần giấy gì, bao lâu có", ("đổi bằng lái cần giấy gì", "bao lâu có")),
        ("doi bang lai can giay gi bao lau co", ("doi bang lai can giay gi", "bao lau co")),
        ("khai tử nộp ở đâu? còn mai táng phí thì cần gì",
         ("khai tử nộp ở đâu?", "còn mai táng phí thì cần gì")),
        ("tách hộ mất bao nhiêu tiền với lại làm thay được không",
         ("tách hộ mất bao nhiêu tiền", "với lại làm thay được không")),
        ("mẹ tôi mất thẻ rồi, làm lại nộp ở đâu và mấy ngày",
         ("mẹ tôi mất thẻ rồi, làm lại nộp ở đâu", "và mấy ngày")),
        ("cần giấy gì, bao nhiêu tiền, mấy ngày", ("cần giấy gì", "bao nhiêu tiền", "mấy ngày")),
        ("xin giấy độc thân làm sao, phí bao nhiêu",
         ("xin giấy độc thân làm sao", "phí bao nhiêu")),
        ("cưới ở xã vợ được không mà có mất phí không",
         ("cưới ở xã vợ được không", "mà có mất phí không")),
        ("tạm trú thì ra xã hay lên tỉnh, mang theo cái gì",
         ("tạm trú thì ra xã hay lên tỉnh", "mang theo cái gì")),
        ("mo khoa vneid the nao va bao lau xong", ("mo khoa vneid the nao", "va bao lau xong")),
        ("khai tử nộp ở đâu? còn căn cước?", ("khai tử nộp ở đâu?", "còn căn cước?")),
        ("hộ chiếu bao lâu thì xong? thế còn căn cước thì sao",
         ("hộ chiếu bao lâu thì xong?", "thế còn căn cước thì sao")),
        ("nhận cha cho con bao nhiêu tiền, mấy ngày có",
         ("nhận cha cho con bao nhiêu tiền", "mấy ngày có")),
        ("vào tổ hợp tác cần mấy người, gửi đơn cho ai vậy cháu",
         ("vào tổ hợp tác cần mấy người", "gửi đơn cho ai vậy cháu")),
        ("sang tên xe tốn nhiêu, à mà khi mô có",
         ("sang tên xe tốn nhiêu", "à mà khi mô có")),
        ("theo luật nào, nộp trên mạng được chứ em",
         ("theo luật nào", "nộp trên mạng được chứ em")),
        ("lam the bn tien ngay may co", ("lam the bn tien", "ngay may co")),
        ("mua thẻ giá bao nhiêu - mua ở đâu", ("mua thẻ giá bao nhiêu", "mua ở đâu")),
    ],
)  # fmt: skip
def test_each_question_keeps_what_is_told_before_it(text: str, parts: tuple[str, ...]) -> None:
    assert questions(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "chào cháu, bác muốn hỏi làm hộ chiếu hết bao nhiêu tiền, cảm ơn cháu",
        "mẹ tôi mất căn cước rồi làm lại bao nhiêu tiền",
        "nhà có người mất không biết làm thế nào, cần giấy tờ gì",
        "mất thẻ rồi giờ làm sao, cần giấy tờ gì",
        "tôi phải làm thế nào đây, nộp ở đâu",
        "tôi ra xã hỏi cần giấy gì thì họ bảo lên tỉnh, giờ nộp ở đâu",
        "nộp qua mạng mất bao nhiêu tiền",
        "lệ phí làm hộ chiếu bao nhiêu tiền",
        "mất bao nhiêu ngày",
        "bà chưa có thẻ căn cước lần nào bao giờ, nay làm lần đầu thì cần gì",
        "không còn giấy tờ gì, đi đâu cũng bị hỏi, xin cấp lại ở đâu",
        "nhà mua mấy chục năm rồi, giờ làm sổ nộp ở đâu",
        "chồng đóng bảo hiểm mười năm, giờ mất thì lãnh tiền tuất ở đâu",
        "bố tôi mất năm ngoái, mẹ ở quê một mình, giờ muốn sang tên đất thì cần những giấy gì",
        "",
    ],
)
def test_a_story_with_one_question_stays_whole(text: str) -> None:
    assert questions(text) == ()


def test_the_question_of_a_scolding_message() -> None:
    assert last_question("máy ngu quá, hộ chiếu nộp ở đâu") == "hộ chiếu nộp ở đâu"
    assert last_question("máy ngu quá, bực cả mình") == ""


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "thẻ bảo hiểm cho ba và khai sinh cho cháu",
            ("thẻ bảo hiểm cho ba", "khai sinh cho cháu"),
        ),
        (
            "lam can cuoc cho me roi ho chieu cho con gai.",
            ("lam can cuoc cho me", "ho chieu cho con gai"),
        ),
        ("khai sinh cho cháu và thẻ bảo hiểm cho cháu", None),  # one person
        ("nhượng đất cho con và vợ", None),
        ("bán xe cho ông bạn, giờ ra xã cho có người chứng", None),
        ("khai sinh cho bé cần giấy gì, rồi nhập hộ khẩu cho mẹ", None),  # asks something
    ],
)
def test_two_matters_for_two_persons(text: str, parts: tuple[str, str] | None) -> None:
    assert for_two(text) == parts
