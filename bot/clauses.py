"""What a message is made of, before it is understood: what is refused in it, and its questions.

Pure functions over words; what each part means is for the understanding to say. Accents do not
matter but where a word without them is another one ("nó phải" is no "nỏ phải").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from knowledge_base.text import strip_accents

_TOKEN = re.compile(r"\d+(?:[./-]\w+)+|\w+|\?|[,.;:!…\n–—]+|(?<=\s)[-/](?=\s)")
_NOT = {
    **dict.fromkeys(("không", "hổng", "hông", "nỏ", "chả", "chẳng", "chớ"), "khong"),
    "mô": "dau",
    "còn": "conn",
    **dict.fromkeys(("ko", "kg", "khg", "hok", "hem", "khum", "hk", "k"), "khong"),
    **dict.fromkeys(("bn", "bnhieu", "bnh"), "bao nhieu"),
    "ntn": "the nao",
}
# Words that without their accents would ask: "lần đầu", "máy".
_OTHERS = frozenset({"đầu", "dầu", "đậu", "dâu", "đau", "dấu", "máy", "mày", "não", "gỉ", "sào"})
# "Not" only before these words; without accents "no phai" may be "nó phải" as well.
_NOT_BEFORE = {
    "hong": {"phai", "hoi", "muon"},
    "chang": {"phai", "hoi", "muon"},
    "đâu": {"phai", "co"},
    "dau": {"phai"},
}
_NO_BEFORE = {"cai", "cay", "rua", "ri", "viec", "chuyen"}
_WHO = r"(?:(?:y )?(?:toi|tui|em|chau|con|minh|bac|co|chu|di|ong|ba|to|tao|me|anh|chi)(?: la)? )"
_DUTY = r"(?!(?:dong|nop|mat|tra|cho|doi|den|ve|ra|mang|ky|di(?! lam| hoi)) )"
_WHAT = r"(?P<what>(?:[^,? ]+ ){1,8}?)"
_WANT = (
    rf"(?:, )?(?:ma (?!conn? |khong |van |bi |duoc |co ){_WHO}?"
    r"(?:chi |dang )*(?:la |muon |can |hoi )*"
    rf"|{_WHO}(?:dang |chi )*(?:hoi|muon|can|dinh|noi) |(?:cho|xin|nho) (?:[^,? ]+ ){{0,2}}hoi "
    r"|chi (?:hoi|muon|can) |(?<=, )(?:hoi|la) )"
)
_DENIED = (
    rf"khong (?:(?:co )?phai (?:la |hoi |ve )?{_DUTY}|(?:co |can |muon |dinh )?hoi (?:ve )?"
    r"|muon |dinh )"
)
# "không phải khai sinh, tôi hỏi khai tử", "không muốn bán đất mà muốn tách thửa"
_REFUSED_FIRST = re.compile(rf" {_WHO}?{_DENIED}(?!chi |moi |rieng ){_WHAT}(?={_WANT})")
# "tôi có hỏi tiền đâu, tôi hỏi giấy tờ"
_NEVER_ASKED = re.compile(rf" {_WHO}?co (?:muon |noi )?hoi (?:ve )?{_WHAT}dau (?:ma )?(?=, )")
# "đừng nói căn cước nữa, …", "thôi không hỏi hộ khẩu nữa, …"
_STOPPED = re.compile(
    r" (?:thoi )?(?:dung|khoi|bo qua|khong) (?:noi|nhac|hoi)(?: ve| den| toi| chuyen)* "
    r"(?!(?:nua|dai|nhieu|gi|thua|bay|thieu) )"
    rf"{_WHAT}(?:(?:nua|di)(?: nhe| nha| ma)? (?:, )?|(?=, )|(?={_WANT}))(?=.)"
)
_NOBODY = r"(?!(?:anh|chi|ong|ba|co|chu|bac|di|em) )"  # how one is called, not what is asked
_THAT = (
    r"(?:(?:may |nhung )?(?:cai|viec|thu tuc|chuyen|cay|vu|loai|dieu|y) )?"
    r"(?:do|nay|kia|ay|no|vay|the|rua|ri|dau)(?: dau)? "
)
# "khai tử chứ không phải khai sinh"; at the end "khai tử, không phải khai sinh"
_REFUSED_LAST = re.compile(
    rf" (?:, )?chu {_WHO}?{_DENIED}{_NOBODY}{_WHAT}(?=[,?] |nen |vi |thi |$)"
)
_REFUSED_AT_END = re.compile(rf" , {_WHO}?khong phai (?:la )?{_DUTY}(?!{_THAT}$){_NOBODY}{_WHAT}$")
_BUT = re.compile(r"^m[aà] (?:l[aà] )?", re.IGNORECASE)
# "không phải cái đó, …", "nhầm rồi, …"
_WRONG = re.compile(
    rf" (?:da |a |o |thoi |, )*(?:{_WHO}?(?:khong phai|khong dung) (?:{_THAT})?"
    rf"|(?:sai|nham|lon|trat) (?:roi |bet )+(?:{_WHO}|nha |nhe )?)(?:, )"
    r"(?!(?:cai |vu |viec |chuyen )?khac )(?=\S+ \S+ )"
)
_ALONE = re.compile(
    rf" (?:da |a |o |thoi |, )*{_WHO}?khong (?:phai|hoi|co hoi|can hoi) (?:la |hoi |ve )?{_DUTY}"
    rf"(?!{_THAT}|gi ){_NOBODY}(?P<what>(?:[^,? ]+ ){{1,6}}?)(?:(?:dau|nhe|nha|ma|co) )*(?:, )?$"
)
_ASKING_END = re.compile(
    r" (?:\?|a|ha|sao|khong|chu|nhi|phai khong|dung khong|nao|gi) (?:, |\? )*$"
)
# A part of a message begins behind a stop, or with one of these.
_ONWARD = re.compile(
    r" (?:roi|va|voi lai|voi|ma|a ma|(?:the|vay) conn?|conn?|xong|sau do|(?:luon|nhan) tien"
    r"|tien (?:the|day)|dong thoi|ngoai ra|vay|ca viec|cho (?:toi |tui |em |minh )?hoi"
    r"|the(?= (?:thi|bao|nop|may|le phi|giay) ))(?= )"
)
# "…, còn căn cước?" asks the same of something else.
_TOO = re.compile(
    r"(?:^|(?<= [,?])) (?:[,?] )*(?:(?:the|vay) conn?|conn) "
    r"(?:[^,? ]+ ){1,10}(?:thi sao )?(?:[,?] )*$"
)
_TO = "(?:o|tai|ra|len|ve|den|toi)"
_OFFICE = "(?:xa|phuong|huyen|tinh|quan|thanh pho|cong an|uy ban)"
_THEY = r"ho(?! chieu| khau| so| ngheo| tich)"  # the word is also "họ", and "hộ": for somebody
# Behind the last word of a question: particles, and whom it speaks to.
_ENDING = (
    r" *(?:(?:a|ha|nhi|vay|the|nua|em|anh|chi|chau|con|co|chu|bac|ong|ba|ban|he|rua|z) ){0,3}"
    r"(?:[,?]|$)"
)
# What is asked for by its bare name: "hỏi giấy tờ", "cái thời hạn ấy".
_NAMED = {
    "papers": "giay to|giay ma|ho so giay to",
    "fee": "le phi|tien|tien nong|tien bac|tien phi|chi phi|phi",
    "time": "thoi gian|thoi han|ngay gio|bao lau|may ngay",
    "place": "(?:cho|noi)(?: nop| lam)|dia chi|dia diem|(?:nop |lam )?o dau",
    "how": "cach (?:lam|nop)|cac buoc",
}
_NAMING = re.compile(
    rf" (?:[,?] )?(?:{_WHO}|(?:da|a|thi|chi|dang|muon|can|dinh|hoi|biet|noi|la|ve|cai|y) )*"
    + "(?:" + "|".join(rf"(?P<{name}>{words})" for name, words in _NAMED.items()) + ")"
    r"(?: (?:ay|do|kia|no|co|thoi|co|ma|nha|nhe|nghe|a|ha|di|chu|ne|gium|giup|toi|tui)|(?= [,?]))*"
    r"(?: [,?])* "
)  # fmt: skip
# "Thế bao nhiêu tiền", typed "the".
_TIED = re.compile(
    r"(?:(?:dạ|da|à|ủa|vậy|vay|rứa|rua|rồi|roi)\W+)*(?:thế|the|rứa|rua)\s+(?P<rest>.+)", re.S
)
# What a question asks for, told apart; the order is the order of looking.
_ASKED = {
    "result": r"(?:dung|xai|gia tri|hieu luc|han)(?: duoc| trong)? (?:may|bao)"
    r"|(?:moi|mot|hang) thang (?:duoc |linh |lanh |nhan |cho )*(?:may|bao|nhieu)"
    r"|(?:linh|lanh|huong|nhan)(?: duoc)? (?:bao nhieu|nhieu|may)"
    r"|nhan (?:duoc|lai|ve) (?:gi|cai gi|nhung gi|giay gi|so moi|the moi)",
    "time": r"(?:bao|bao nhieu|may) lau|lau khong|khi nao|bao gio|hoi nao|chung nao|luc nao"
    r"|(?:mat|trong|het|ton|sau) (?:may|bao nhieu) (?:ngay|hom|bua|tuan|thang)"
    r"|(?:may|bao nhieu) (?:ngay|hom|bua|tuan|thang)"
    r"(?= (?:co|xong|thi|moi|lay|duoc|ra|nhan|nua thi) )"
    r"|(?:may|bao nhieu) (?:ngay|hom|bua)(?= *(?:[,?]|$))|(?:ngay|thang) may|(?:khi|chung) dau"
    r"|(?<!trong )(?<!het )(?<!dung )(?<!co )thoi (?:gian|han)"
    r"(?= *(?:bao|the nao|ra sao|[,?]|$))",
    "fee": r"(?:bao nhieu|may) (?:tien|dong|do|tram|ngan|nghin|phan tram)|bao tien|nhieu tien"
    r"|(?:duoc|la|linh|lanh) may (?:chuc )?(?:trieu|nghin|ngan)"
    r"|bao nhieu(?! tuoi| nam| nguoi)"
    r"|(?:ton|het|gia|phi) (?:bao|may|nhieu)|(?:dong|tra) nhieu"
    r"|le phi(?= *(?:bao|het|the nao|ra sao|khong|[,?]|$))"
    r"|(?:mat|ton|dong)(?: them)? (?:tien|phi|le phi)(?: gi| chi)?(?= (?:khong|ko|hong|a|ha|gi) )",
    "papers": r"(?<! co )(?:giay to|giay|ho so|thu tuc)(?: can| gom| nhung)? (?:gi|chi|nao|nhung)"
    r"|(?:can|mang|nop|dem|chuan bi)(?: theo| nhung| them)?(?: cai)? (?:gi|chi|nhung)"
    r"|nhung (?:gi|chi|giay)"
    r"|gom (?:gi|chi)",
    "place": r"(?:o|nop|den|ra|di|len|toi|ve|cho) dau|(?:o|nop) mo"
    rf"|{_TO}(?: [^,? ]+){{1,3}} hay (?:la |phai )?(?:{_TO}(?! dau)|{_OFFICE})"
    rf"|(?:cho|noi|co quan|{_OFFICE})(?: [^,? ]+)? (?:nao|dau)"
    r"|(?:gap|tim|hoi|bao|nop|gui)(?: [^,? ]+){0,2} ai(?! la)",
    "online": r"(?:(?:qua|tren|bang) (?:mang|dien thoai)|online|truc tuyen)"
    r"(?= (?:duoc|dc|co|khong|ko|hong|the nao|ra sao))",
    "form": r"(?:mau|to khai|don) (?:gi|nao|so may|o dau)",
    "who": r"(?:lam|di|nop|lay|nhan) (?:thay|giup|ho (?:duoc|cho|toi|me|bo|ba|ong|con|chong|vo))"
    r"|ai (?:duoc|lam|di|nop|dung don|dung ten)"
    r"|dieu kien (?:gi|nao|the nao|ra sao)|(?:may|bao nhieu) (?:tuoi|nguoi|nam)",
    "how": r"the nao|(?:lam|ra) (?:sao|rang)|cach nao|nhu nao|lam gi|phai sao",
    "may": r"(?:co|duoc|dc|can) (?:[^,? ]+ ){0,6}?(?:khong|ko|hong)"
    rf"(?={_ENDING})",
    "else": r"bao (?:nhieu|gio|lau)|gi|nao|ai|o mo|ra sao|kieu gi|lam rang"
    r"|may(?= (?:lan|ban|to|bo|buoc|met|loai|buoi|gio) )|so may|dieu may"
    rf"|(?:chua|chu|dung khong|phai khong)(?={_ENDING})",
}
# "Chưa làm bao giờ", "không có giấy gì", "đi đâu cũng", "bất cứ ai" ask nothing.
_SOME = "(?:bao gio|khi nao|dau|gi|chi|nao|ai|may|bao nhieu)"
_ONWARDS = "(?:thi|nen|ma|muon|gio|nay|can|phai|biet|lam|xin|nop|doi|hay)"
_VAGUE = re.compile(
    rf" (?:khong|chua|chang)(?: (?!{_ONWARDS} )[^,? ]+){{0,6}} {_SOME}(?= )"
    r"|(?: chua| khong)(?: [^,? ]+){1,10} bao gio(?= )"
    rf"| {_SOME}(?: [^,? ]+)? cung(?= )| bat (?:cu|ky|ki)(?: [^,? ]+)? {_SOME}(?= )"
    r"| hoi nao(?: toi| den)? gio(?= )| lan dau(?= )| dau tien(?= )"
)
# "Giờ làm sao", "biết làm thế nào": worried rather than asking for the steps.
_WORRIED = re.compile(
    r" (?:gio|chu|phai(?=.* (?:day|bay gio|gio) )|biet|nen|toi|tui|em|con|minh|chau) (?:lam )?"
    r"(?:sao|the nao|rang|gi|nhu nao)"
    r"(?: (?:day|bay gio|gio|a|ha|nhi|ho|vay))* (?:[,?] )*$"
)
_PLAIN = ("time", "fee", "papers", "place")  # plain enough to end a question without a stop
# So are these, though not every "có … không" is.
_WHETHER = (
    r"(?:co )?bi phat|(?:co )?(?:lam|nop|dang ky|khai)(?: duoc)? (?:qua|tren) mang"
    r"|(?:co )?nho (?:[^,? ]+ ){1,3}?(?:di )?(?:nop|lam)"
)
_PLAINLY = re.compile(
    "|".join(rf" (?:{words})(?= )" for words in (*(_ASKED[name] for name in _PLAIN), _WHETHER))
)
_KIN = "(?:ba|bo|me|ma|ong|chau|con|vo|chong|anh|chi|em|co|chu|bac|di|cau|mo|thay|bu|be)"
_FOR_TWO = re.compile(
    rf" (?P<one>(?:[^,? ]+ )+?cho (?P<who>{_KIN}) (?:[^,? ]+ ){{0,2}}?)"
    r"(?:, )?(?:(?:va|voi lai|voi|roi|cung|conn|dong thoi|, ca) )+"
    rf"(?P<other>(?:[^,? ]+ )+?cho (?!(?P=who) ){_KIN} (?:[^,? ]+ ){{0,2}}?)(?:, )?"
)
_QUESTION = {name: re.compile(rf" (?:{words})(?= )") for name, words in _ASKED.items()}
_TOLD = re.compile(
    rf" (?:(?:(?<!tach )(?<!chu )(?<!lam ){_THEY}|nguoi ta|can bo|co ay|anh ay|chi ay|xa|phuong"
    r"|hang xom) (?:\S+ )?"
    r"(?:bao(?! nhieu| lau| gio)|noi|keu)"
    r"|khong biet|chang biet|chua biet|hoi (?:mai|hoai|roi))(?= )"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message that says what is not meant.

    ``kept``: what is wanted, "" where that is not said; ``refused``: the words of what is not, ""
    where it is what was answered or asked last.
    """

    kept: str
    refused: str


class _Line:
    """A message as plain words with one space around each, and the way back to its text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.plain = " "
        self._spans: list[tuple[int, int, int]] = []  # place in plain, start and end in the text
        found = list(_TOKEN.finditer(text))
        said = [match[0].lower() for match in found]
        for at, match in enumerate(found):
            self._spans.append((len(self.plain), *match.span()))
            self.plain += f"{_plain(said, at)} "

    def cut(self, start: int, end: int) -> str:
        """The text of the words from ``start`` to ``end`` of :attr:`plain`."""
        inside = [(first, last) for at, first, last in self._spans if start <= at < end]
        return self._text[inside[0][0] : inside[-1][1]].strip(" ,.;:-/\n") if inside else ""


def _plain(said: Sequence[str], at: int) -> str:
    """The word at a place without its accents; every way of saying "not" is one word."""
    word = said[at]
    if not word[0].isalnum():
        return word if word == "?" else ","
    after = [strip_accents(w) for w in said[at + 1 : at + 3]]
    if after and after[0] in _NOT_BEFORE.get(word, ()):
        return "khong"
    if word == "no" and after[:1] == ["phai"] and after[1:] and after[1] in _NO_BEFORE:
        return "khong"
    return word if word in _OTHERS else _NOT.get(word) or strip_accents(word)


def refusal(text: str) -> Refusal | None:
    """What ``text`` says is not meant; None where it refuses nothing.

    "Không phải đóng tiền à" asks, "không có khai sinh" tells of oneself: neither refuses.
    """
    line = _Line(text)
    plain = line.plain
    wrong = _WRONG.match(plain)
    if wrong:
        return Refusal(line.cut(wrong.end(), len(plain)), "")
    for pattern in (_REFUSED_FIRST, _NEVER_ASKED, _STOPPED, _REFUSED_LAST, _REFUSED_AT_END):
        found = pattern.search(plain)
        if found:
            wanted = _BUT.sub("", line.cut(found.end(), len(plain)))
            kept = f"{line.cut(0, found.start() + 1)} {wanted}".strip()
            if kept:
                return Refusal(kept, line.cut(*found.span("what")))
    alone = _ALONE.match(plain)
    if alone and not _ASKING_END.search(plain) and not _asked(plain):
        return Refusal("", line.cut(*alone.span("what")))
    return None


def questions(text: str) -> tuple[str, ...]:
    """The parts of a message that each ask something, with what is told before them; () where
    there are fewer than two that ask for different things."""
    line = _Line(text)
    plain = line.plain
    stops = {m.end() for m in re.finditer(r" [,?](?= )", plain)}
    stops |= {m.start() for m in _ONWARD.finditer(plain)}
    plainly = {m.start() for m in _PLAINLY.finditer(plain)} - stops  # "bao nhiêu tiền mấy ngày"
    parts: list[tuple[int, int]] = []
    start = 0
    for end in [*sorted((stops | plainly) - {0, len(plain) - 1}), len(plain)]:
        kind = _asked(f"{plain[start:end]} ")
        if kind is None:
            continue
        if kind == "how" and _WORRIED.search(f"{plain[start:end]} "):
            continue
        if end in plainly and (kind not in _PLAIN or kind == _begins(plain[end:])):
            continue
        parts.append((start, end))
        start = end
    if parts and (too := _TOO.search(plain[start:])):
        parts[-1:] = [(parts[-1][0], start + too.start()), (start + too.start(), len(plain))]
    if len(parts) < 2:
        return ()
    parts[-1] = (parts[-1][0], len(plain))  # what is told behind the last belongs to it
    return tuple(line.cut(*part) for part in parts)


def for_two(text: str) -> tuple[str, str] | None:
    """The two parts of a message that tells of one matter for somebody and of another one for
    somebody else ("thẻ bảo hiểm cho ba và khai sinh cho cháu"); None where it does not."""
    line = _Line(text)
    found = _FOR_TWO.fullmatch(line.plain)
    return (line.cut(*found.span("one")), line.cut(*found.span("other"))) if found else None


def asks(text: str) -> bool:
    """Whether the words of ``text`` ask something."""
    line = _Line(text)
    return line.plain.endswith(" ? ") or _asked(line.plain) is not None


def asks_too(text: str) -> bool:
    """Whether ``text`` asks of something what was asked before of something else."""
    plain = _Line(text).plain
    return bool(_TOO.match(plain)) and _asked(plain) is None


def plainly_asked(text: str) -> str | None:
    """What ``text`` asks for where its words leave no doubt: ``time``, ``fee``, ``papers``,
    ``place`` (the names of :class:`actions.state.Aspect`); None where they do not."""
    kind = _asked(_Line(text).plain)
    return kind if kind in _PLAIN else None


def named_aspect(text: str) -> str | None:
    """What ``text`` asks for where it is the bare name of that and nothing else: ``papers``,
    ``fee``, ``time``, ``place``, ``how``; None where it says more, or less."""
    found = _NAMING.fullmatch(_Line(text).plain)
    return found.lastgroup if found else None


def tied(text: str) -> str:
    """What ``text`` asks behind a word that ties it to what was said before ("thế", "rứa"); ""
    where no such word begins it, or nothing is asked behind it."""
    found = _TIED.fullmatch(text.strip().lower())
    rest = text.strip()[found.start("rest") :] if found else ""
    return rest if asks(rest) else ""


def last_question(text: str) -> str:
    """The last clause of ``text`` that asks something; "" where none does."""
    line = _Line(text)
    plain = line.plain
    edges = [0, *(m.end() for m in re.finditer(r" [,?](?= )", plain)), len(plain)]
    for start, end in reversed([*pairwise(edges)]):
        if _asked(f"{plain[start:end]} "):
            return line.cut(start, end)
    return ""


def _asked(part: str) -> str | None:
    """What a part of a message asks for; None where it asks nothing, or tells of asking."""
    if _TOLD.search(part):
        return None
    part = _VAGUE.sub(" ,", part)
    return next((name for name, words in _QUESTION.items() if words.search(part)), None)


def _begins(part: str) -> str | None:
    """What the question that ``part`` begins with asks for."""
    return next((name for name, words in _QUESTION.items() if words.match(part)), None)
