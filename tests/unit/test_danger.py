"""Cries for help: which are heard by their words alone, which numbers are said, what is no cry."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import yaml

from actions.danger import alarmed, call
from actions.state import Message, State
from bot.times import VIETNAM
from knowledge_base import danger, phrases
from knowledge_base.danger import EVERY_NUMBER, SELF_HARM, UNCLEAR
from knowledge_base.danger_check import check_danger
from knowledge_base.text import strip_accents
from tests.samples import procedure, world

ALARMS = danger.load()

HEARD = [
    ("bếp nhà tôi đang cháy to lắm", "chay", "114"),
    ("chay cho roi cuu voi", "chay", "114"),
    ("xì ga trong bếp mùi nồng nặc", "chay", "114"),
    ("thằng bé nhà tôi vừa té xuống ao", "duoi_nuoc", "112"),
    ("be gai rot xuong gieng", "duoi_nuoc", "114"),
    ("lũ về ngập tới nóc nhà, ba mẹ con trên mái", "thien_tai", "112"),
    ("nuoc dang ngap den mai nha roi", "thien_tai", "112"),
    ("cụ nhà tôi tự nhiên ngất xỉu", "cap_cuu", "115"),
    ("ong nha toi kho tho qua", "cap_cuu", "115"),
    ("bà nội đau ngực dữ dội", "cap_cuu", "115"),
    ("xe tải vừa tông người ngoài ngõ", "tai_nan", "115"),
    ("có trộm vào nhà", "bao_luc", "113"),
    ("nó xách dao sang đòi chém cả nhà", "bao_luc", "113"),
    ("chong toi dang danh toi", "bao_luc", "113"),
    ("dượng nó hành hạ đứa bé suốt", "tre_em", "111"),
    ("con be bi thay giao sam so", "tre_em", "111"),
    ("cháu ngoại tôi bị lạc ở bến xe", "lac", "111"),
    ("mẹ tôi đi lạc từ trưa chưa thấy về", "lac", "113"),
    ("tôi vừa bị lừa chuyển 30 triệu", "lua_tien", "113"),
    ("co nguoi tu xung cong an bat chuyen tien", "lua_tien", "113"),
    ("0912 goi toi noi la cong an bao toi cap nhat vneid", "nghi_lua", "113"),
    ("số lạ nhắn tin bảo bấm đường dẫn cập nhật căn cước", "nghi_lua", "113"),
    ("chung bao chuyen tien 5 trieu", "nghi_lua", "113"),
    ("cán bộ gọi điện kêu tui kết bạn zalo", "nghi_lua", "113"),
    ("tôi không muốn sống nữa", SELF_HARM, "115"),
    ("khong thiet song nua", SELF_HARM, "115"),
    ("chết quách cho con cháu đỡ khổ", SELF_HARM, "113"),
    ("tui chỉ muốn đi theo ông nhà tui thôi", SELF_HARM, "115"),
    ("sống thế này thì sống làm gì nữa", SELF_HARM, "115"),
    ("giá mà ngủ luôn không phải dậy nữa", SELF_HARM, "115"),
    ("em 15 tuổi, em muốn chết", SELF_HARM, "111"),
    ("bạn cháu đòi nhảy lầu", SELF_HARM, "113"),
    ("tôi buồn quá, chẳng ai quan tâm tôi nữa", "buon", "115"),
    ("chán đời ghê", "buon", "113"),
    ("bà nội em lẫn, đi đâu từ sáng chưa thấy về", "lac", "113"),
    ("co nguoi bat con toi len xe chay mat roi", "lac", "111"),
    ("nó ghép ảnh đòi năm triệu không thì đăng lên mạng", "tong_tien", "113"),
    ("cháu 13 tuổi bị dọa tung ảnh", "tong_tien", "111"),
    ("chồng tôi bị điện giật nằm bất tỉnh", "dien_giat", "114"),
    ("dot than trong phong kin gio ca nha me man", "khi_doc", "114"),
    ("đào móng nhà lòi ra trái bom", "bom", "113"),
    ("có xác người trôi ngoài sông", "xac", "113"),
    ("con be bi ket thang may", "mac_ket", "114"),
    ("xe khách lao xuống vực", "tai_nan", "114"),
    ("tôi đứng trên cầu nãy giờ, chắc thôi", "tren_cao", "114"),
    ("em tôi nhắn xin lỗi cả nhà rồi tắt máy", "lo_tu_hai", "113"),
    ("ong vò vẽ đốt đầy người", "cap_cuu", "115"),
    ("nước tẩy văng vào mắt thằng bé", "cap_cuu", "115"),
    ("núi sau nhà đang nứt toác ra", "thien_tai", "112"),
    ("vỡ đập rồi bà con ơi", "thien_tai", "112"),
    ("tan học từ trưa mà cháu gái chưa thấy về", "lac", "113"),
    ("điện hút tay ba tui không nhả", "dien_giat", "115"),
    ("chồng tôi lên cơn hen, xịt thuốc không đỡ", "cap_cuu", "115"),
    ("thang nho ket chan trong may gat", "mac_ket", "114"),
    ("họ nhốt em không cho ra, bắt em tiếp khách", "bao_luc", "113"),
    ("bỏ em bé mới đẻ ngoài cổng chùa, khóc yếu lắm", "tre_em", "111"),
    ("cứu tôi với", UNCLEAR, "114"),
    ("cứu!!!", UNCLEAR, "114"),
    # Danger that goes on, beside a question about papers.
    ("xong giấy tờ này là tôi đi theo ông nhà tôi, thuốc mua sẵn rồi", SELF_HARM, "115"),
    ("hỏi giấy mai táng trước, đêm nay bác tính đi luôn", SELF_HARM, "115"),
    ("chồng tôi hay đánh tôi, tôi muốn ly hôn", "bao_luc", "113"),
    ("cứu với, cháy nhà, giấy tờ còn trong đó", "chay", "114"),
]
NOT_HEARD = [
    "giấy chứng tử cho người chết đuối",
    "nhà cháy hết giấy tờ, làm lại thế nào",
    "nha chay het so do xin cap lai",
    "chồng tôi mất năm ngoái vì tai nạn xe",
    "bố bị đột quỵ liệt nửa người, xin chế độ khuyết tật",
    "trợ cấp tai nạn lao động",
    "giấy phép phòng cháy chữa cháy cho quán ăn",
    "khai tử cho người tự tử",
    "tuyên bố một người mất tích",
    "xe bị cháy, xin xoá đăng ký",
    "nhà bị lũ cuốn trôi, xin hỗ trợ làm nhà",
    "tôi không muốn sống chung với nhà chồng nữa",
    "con tôi không muốn sống ở quê, chuyển hộ khẩu",
    "chết cười với cái máy này",
    "buồn chết đi được vì cái app này",
    "mệt muốn chết vì xếp hàng",
    "chạy xe ôm cần giấy gì",
    "toi dang chay xe om",
    "con toi danh mat can cuoc",
    "đang đánh máy tờ khai",
    "liên lạc với ai",
    "chồng chết rồi, tài sản chia sao",
    "tôi muốn làm di chúc trước khi chết",
    "đồ lừa đảo",
    "có phải lừa đảo không",
    "công an gọi tôi lên xã làm căn cước",
    "cán bộ gọi tôi lên lấy sổ đỏ",
    "tôi gọi cán bộ xã hỏi cách cài vneid",
    "công an nhắn lên cập nhật hộ khẩu, mang giấy gì",
    "có lúa thì khai ở đâu không",
    "họ bảo chuyển tiền sử dụng đất, nộp ở đâu",
    "co don thi nop o dau",
    "không ai cần giấy này",
    "xin hỗ trợ vì nhà tốc mái",
    "sống ở đây lâu rồi mà chưa có hộ khẩu",
    "cấp cứu dữ liệu",
    "đói muốn xỉu",
    "cười muốn tắt thở",
    "nhớ quê muốn chết",
    "nằm mơ thấy cháy nhà",
    "chậu lan hấp hối",
    "trung vệ bị gãy chân",
    "hóc xương hồi trưa, giờ hết đau rồi",
    "tai nạn trên đường đi làm có tính là tai nạn lao động không",
    "nhà ga tàu hở mái",
    "kêu cứu trợ ở đâu",
    "súng hơi bắn chim giờ có phải nộp lại không",
    "đổ xăng hôm nay mấy ngàn một lít",
    "hoc phi truong tu co duoc mien khong",
    "khong dong nua, rut het tien",
    "đưa con nuôi được cưu mang về nhà",
    "",
]


@pytest.mark.parametrize(("text", "kind", "number"), HEARD)
def test_danger_is_heard_by_its_words_alone(text: str, kind: str, number: str) -> None:
    alarm = ALARMS.hear(text)
    assert alarm is not None
    assert alarm.kind == kind
    assert number in alarm.numbers


@pytest.mark.parametrize("text", [text for text, _, _ in HEARD])
def test_it_is_heard_without_accents_too(text: str) -> None:
    assert ALARMS.hear(strip_accents(text)) is not None


@pytest.mark.parametrize("text", NOT_HEARD)
def test_papers_the_past_and_a_manner_of_speaking_are_no_danger(text: str) -> None:
    assert ALARMS.hear(text) is None


def test_what_the_classifier_hears_always_has_a_number() -> None:
    unclear = ALARMS.hear("ới làng nước ơi", told=True)
    assert unclear == danger.Alarm(UNCLEAR, ("113", "115", "114"))
    dead = ALARMS.hear("cụ hàng xóm chết mấy hôm rồi", told=True)
    assert dead is not None
    assert dead.kind == UNCLEAR
    fainter = ALARMS.hear("có mùi khói ở nhà bên", told=True)
    assert fainter is not None
    assert fainter.kind == "chay"
    child = ALARMS.hear("thằng bé nhà tôi, ới làng nước ơi", told=True)
    assert child == danger.Alarm(UNCLEAR, ("113", "115", "114", "111"))


def test_papers_overrule_the_classifier_unless_somebody_cries_for_help() -> None:
    assert ALARMS.hear("giấy báo tử cho người chết đuối", told=True) is None
    assert ALARMS.hear("giấy tờ gì giờ này, cứu tôi với", told=True) is not None


def test_a_child_is_added_only_where_it_is_hurt_or_lost_or_in_despair() -> None:
    fire = ALARMS.hear("nhà cháy rồi, con tôi còn ở trong")
    hurt = ALARMS.hear("con tôi bị đánh ở trường")
    assert fire is not None
    assert "111" not in fire.numbers
    assert hurt is not None
    assert "111" in hurt.numbers


def test_only_a_low_age_is_a_child_s() -> None:
    old, young = (ALARMS.hear(f"cụ lẫn {age} tuổi đi lạc chưa thấy về") for age in (82, 8))
    assert old is not None
    assert young is not None
    assert "111" not in old.numbers
    assert "111" in young.numbers


def test_who_is_trapped_in_an_accident_needs_rescue_too() -> None:
    alarm = ALARMS.hear("hai xe tông nhau, có người kẹt trong xe")
    assert alarm is not None
    assert alarm.kind == "tai_nan"
    assert {"113", "114", "115"} <= set(alarm.numbers)


def test_every_danger_has_a_sentence_with_its_numbers_in_it() -> None:
    say = phrases.load()
    for kind in (*(kind.name for kind in ALARMS.kinds), UNCLEAR):
        assert "{so}" in next(p.text for p in say if p.key == f"danger.{kind}")
    for number in {number for kind in ALARMS.kinds for number in kind.numbers} | {"111"}:
        assert number in say(f"danger.number_{number}")


def test_the_other_numbers_stand_below_but_not_for_who_is_in_despair() -> None:
    tell = world(procedure("1.000001")).telling(State(), datetime(2026, 1, 5, tzinfo=VIETNAM))

    def told(text: str) -> Message:
        alarm = ALARMS.hear(text)
        assert alarm is not None
        said = call(alarmed(alarm), tell)
        assert said is not None
        return said

    fire = told("bếp nhà tôi đang cháy to lắm")
    assert "114" in fire.text
    assert [n for n in EVERY_NUMBER if n in (fire.source or "")] == ["113", "111"]
    assert told("tôi không muốn sống nữa").source is None


def test_the_check_names_what_is_wrong(tmp_path: Path) -> None:
    document = yaml.safe_load(danger.FILE.read_text(encoding="utf-8"))
    document["loai"][0] |= {"ten": "la", "so": ["199"], "nghi": [], "keu": ["cháy //", "…"]}
    document["tre_em"] = []
    del document["chung"]
    (tmp_path / danger.FILE.name).write_text(yaml.safe_dump(document, allow_unicode=True))
    (tmp_path / "wording").mkdir()
    (tmp_path / "wording" / "danger.yaml").write_text("chung: Gọi {so}\n")
    said = "\n".join(problem.message for problem in check_danger(tmp_path))
    for words in (
        "chưa có câu 'la'", "number_199", "chỉ dùng ten", "thừa dấu", "không đứng cuối",
        "ít nhất một mẫu", "cần danh sách số", "thiếu loại 'tu_hai'",
    ):  # fmt: skip
        assert words in said
    assert not list(check_danger(danger.FILE.parent))
