"""From what a citizen calls the place they live in to units of today.

Written with accents or without, with or without "xã", "huyện", "tỉnh", by the name of today or of
before July 2025; several units where the words leave it open, none where they name nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

import yaml

from knowledge_base.text import fold, strip_accents, tokens
from knowledge_base.units import Place, Tier, Units, places

NAMES = Path(__file__).resolve().parent / "unit_names.yaml"
_LONGEST = 7  # words of a name, its kind included: "thị xã Phan Rang Tháp Chàm"
_KINDS = {
    "tỉnh": "Tỉnh", "thành phố": "Thành phố", "tp": "Thành phố", "quận": "Quận", "q": "Quận",
    "huyện": "Huyện", "h": "Huyện", "thị xã": "Thị xã", "tx": "Thị xã", "thị trấn": "Thị trấn",
    "tt": "Thị trấn", "phường": "Phường", "p": "Phường", "f": "Phường", "xã": "Xã", "x": "Xã",
    "đặc khu": "Đặc khu",
}  # fmt: skip
_RANKS = (
    {"Tỉnh", "Thành phố"},
    {"Thành phố", "Quận", "Huyện", "Thị xã"},
    {"Thị trấn", "Phường", "Xã", "Đặc khu"},
)
_RANK_OF = {
    Tier.PROVINCE: 0, Tier.OLD_PROVINCE: 0, Tier.OLD_DISTRICT: 1,
    Tier.COMMUNE: 2, Tier.OLD_COMMUNE: 2,
}  # fmt: skip
_SMALLEST, _RIGHT = 2, 2
_COUNTED = {
    "mot": "1", "nhat": "1", "nhut": "1", "hai": "2", "ba": "3", "bon": "4", "tu": "4",
    "nam": "5", "sau": "6", "bay": "7", "tam": "8", "chin": "9", "muoi": "10",
    "muoimot": "11", "muoihai": "12",
}  # fmt: skip
# Words around a place that say nothing about it.
_FILLERS = frozenset((
    "tôi", "tui", "tao", "ta", "mình", "em", "con", "cháu", "bác", "cô", "chú", "anh", "chị",
    "ông", "bà", "nhà", "gia", "đình", "là", "ở", "thuộc", "của", "tại", "bên", "trong", "dưới",
    "trên", "vùng", "chỗ", "nơi", "đang", "sống", "hiện", "nay", "giờ", "cũ", "trước", "đây",
    "kia", "thì", "mà", "dạ", "vâng", "ừ", "ạ", "nhé", "nha", "nghe", "đó", "đấy", "này", "nớ",
    "ni", "còn", "thế", "sao", "thôi", "đi", "việt", "nam", "vn",
))  # fmt: skip
_PLAIN_FILLERS = frozenset(strip_accents(word) for word in _FILLERS)
_APOSTROPHES, _MARKS = re.compile("['’ʼ`]"), re.compile("[./,;:()–-]")
_NOT_PLACES = frozenset({"dongy", "daco"})  # as an answer they are "đồng ý", "dạ có"
_NO_PLACES_PLAIN = frozenset({"baoai"})  # typed like this it asks "báo ai", with accents Xã Bảo Ái
_Y = dict(zip("yýỳỷỹỵ", "iíìỉĩị", strict=True))
_NUMBERED = re.compile(r"([qpf])(\d{1,2})")
# What reading a word so costs: as nothing, as a kind without a name, as in the way; and a name.
_FILLER, _BARE_KIND, _WRONG_WORD, _NAME = 1, 4, 20, 2
_TILINGS = 4


@dataclass(frozen=True, slots=True)
class Match:
    """A unit that may be meant; ``former``: the old place it was found by."""

    code: str
    former: Place | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a text names. ``whole``: it says nothing besides."""

    matches: tuple[Match, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class _Name:
    """A place under one of its names; ``accented`` without spaces, None where not known."""

    accented: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class _Segment:
    """Words that are a name, with the kind said before it."""

    start: int
    end: int
    said: str  # the name with the accents it was given, without spaces
    kind: str | None
    names: tuple[_Name, ...]
    accented: bool  # whether there are accents anywhere in the text

    def fit(self, name: _Name) -> tuple[int, int]:
        """How well a place fits the accents and the kind that were said; each from 0 to 2."""
        if self.kind is None:
            kind = 0
        elif self.kind == name.place.kind:
            kind = 2
        else:
            kind = int(self.kind in _RANKS[_RANK_OF[name.place.tier]])
        return self._accents_fit(name.accented), kind

    def _accents_fit(self, name: str | None) -> int:
        """2: every accent right; 1: those given are right; 0: another name by its accents."""
        if name is None or not self.accented:
            return 1
        name = _accented(name)
        if self.said == name:
            return _RIGHT
        pairs = zip(self.said, name, strict=False)
        right = all(a in (b, strip_accents(b)) for a, b in pairs)
        return int(right and len(self.said) == len(name))

    @property
    def is_old(self) -> bool:
        """Whether it names no province of today: a district, or a province that was merged."""
        return all(n.place.tier is not Tier.PROVINCE for n in self.names)

    @property
    def called(self) -> frozenset[str]:
        """Full names this may be; those of the kind that was said, if there are any."""
        exact = frozenset(n.place.name for n in self.names if n.place.kind == self.kind)
        return exact or frozenset(n.place.name for n in self.names)


class UnitFinder:
    """Finds units by name; the names are indexed at the first question (about 0.3 s)."""

    def __init__(self, units: Units) -> None:
        self._units = units

    def find(self, text: str, within: str | None = None) -> Found:
        """The units that ``text`` names.

        Args:
            text: any words, e.g. "xa dong hoa huyen di an" or "tôi ở phường Cầu Giấy".
            within: code of a province that decides between several, if one of them lies in it.
        """
        words = _words(text)
        for tiling in self._tilings(words):
            covered = {at for s in tiling for at in range(s.start, s.end)}
            whole = all(at in covered or _says_nothing(word) for at, word in enumerate(words))
            named = tiling if whole else _around_kinds(tiling, words)
            chosen = _chosen(named)
            while not chosen and len(named) > 1 and not _kind_at(words, named[0].start):
                named = named[1:]  # a street, perhaps
                chosen = _chosen(named)
            if chosen:
                return Found(self._matches(chosen, within), whole and bool(words))
        return Found()

    def _matches(self, chosen: Sequence[Place], within: str | None) -> tuple[Match, ...]:
        found: dict[str, Match] = {}
        for place in sorted(chosen, key=lambda p: p.tier is not Tier.COMMUNE):
            former = None if place.tier in (Tier.PROVINCE, Tier.COMMUNE) else place
            for code in place.today:
                found.setdefault(code, Match(code, former))
        if within is not None:
            near = [m for m in found.values() if self._province(m.code) == within]
            return tuple(near or found.values())
        return tuple(found.values())

    def _province(self, code: str) -> str | None:
        province = self._units.province_of(code)
        return province.code if province else None

    def _tilings(self, words: Sequence[str]) -> list[tuple[_Segment, ...]]:
        """The cheapest ways to read the words as names, the best first; only equally good ones."""
        best: list[list[tuple[int, tuple[_Segment, ...]]]] = [[] for _ in words] + [[(0, ())]]
        accented = any(word != strip_accents(word) for word in words)
        for start in range(len(words) - 1, -1, -1):
            cost = _FILLER if _says_nothing(words[start]) else _WRONG_WORD
            if _kind_at(words, start):
                cost = _BARE_KIND
            ways = [(cost + rest, tiling) for rest, tiling in best[start + 1]]
            for segment in self._segments(words, start, accented):
                ways += [(_NAME + rest, (segment, *tiling)) for rest, tiling in best[segment.end]]
            best[start] = sorted(ways, key=lambda way: way[0])[:_TILINGS]
        least = best[0][0][0]
        return [tiling for cost, tiling in best[0] if cost == least and tiling]

    def _segments(self, words: Sequence[str], start: int, accented: bool) -> Iterable[_Segment]:
        """Every name that begins at ``start``: after its kind, or as it stands; ``accented``:
        whether there are accents anywhere in the text."""
        found: dict[int, _Segment] = {}
        kind, first = _kind_at(words, start) or (None, start)
        for after, said_kind in ((first, kind), (start, None)):
            for end in range(after + 1, min(after + _LONGEST, len(words)) + 1):
                said = "".join(words[after:end])
                segment = _Segment(start, end, said, said_kind, (), accented)
                names = tuple(n for n in self._named(segment) if _allowed(n, segment))
                if names:
                    found.setdefault(end, replace(segment, names=names))
        return found.values()

    def _named(self, segment: _Segment) -> tuple[_Name, ...]:
        """Who bears the name of a segment."""
        said = strip_accents(segment.said)
        if segment.kind in ("Quận", "Phường"):
            said = _COUNTED.get(said, said).lstrip("0")
            if said.isdigit():  # some numbers of before 2025 stand with their kind only
                kind = strip_accents(segment.kind).lower()
                return self._index.get(said, ()) + self._index.get(kind + said, ())
        return self._index.get(said, ())

    @cached_property
    def _index(self) -> Mapping[str, tuple[_Name, ...]]:
        """Names without accents and spaces, and who bears them."""
        found: dict[str, list[_Name]] = defaultdict(list)
        named: dict[str, list[Place]] = defaultdict(list)
        for place in places():
            slim = replace(place, spellings=())
            named[place.name].append(slim)
            # "Xuân Hương - Đà Lạt" is called by its first half too.
            for short in dict.fromkeys((place.short, place.short.partition(" - ")[0])):
                plain = _joined(strip_accents(short))
                found[plain].append(_Name(short, slim))
            for spelling in set(place.spellings) - {plain}:
                found[spelling].append(_Name(None, slim))
        for row in yaml.load(NAMES.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
            plain = _joined(strip_accents(row["goi_la"]))
            found[plain] += [_Name(row["goi_la"], place) for place in named[row["la"]]]
        return {spelling: tuple(names) for spelling, names in found.items()}


def _words(text: str) -> list[str]:
    """The folded words: "P.3, Q. Bình Thạnh" as "p 3 q bình thạnh"; one spelling of i and y."""
    words: list[str] = []
    for word in tokens(_bare(fold(text))):
        numbered = _NUMBERED.fullmatch(word)
        words += numbered.groups() if numbered else [_one_i(word)]
    return words


def _bare(text: str) -> str:
    """Without what stands in "Ea H'Leo", "Bà Rịa - Vũng Tàu", "TP.HCM"."""
    return _MARKS.sub(" ", _APOSTROPHES.sub("", text))


def _joined(name: str) -> str:
    """A name as it stands in the index: "Ea H'Leo" as "eahleo"."""
    return "".join(map(_one_i, tokens(_bare(name.lower()))))


@lru_cache(maxsize=4096)
def _accented(name: str) -> str:
    """A name as a segment holds it: folded, with accents, without spaces."""
    return "".join(_words(name))


def _one_i(word: str) -> str:
    """ "mỹ" as "mĩ": people write both; not the "y" of "thuỷ" or "cây"."""
    last = word[-1:]
    if len(word) < 2 or last not in _Y or strip_accents(word[-2]) in "aeiouy":
        return word
    return word[:-1] + _Y[last]


_KIND_WORDS = {tuple(_words(said)): kind for said, kind in _KINDS.items()}
_KIND_WORDS |= {tuple(map(strip_accents, said)): kind for said, kind in _KIND_WORDS.items()}


def _kind_at(words: Sequence[str], at: int) -> tuple[str, int] | None:
    """The kind said at a place ("thị xã", "q") and where the words after it begin."""
    for length in (2, 1):
        kind = _KIND_WORDS.get(tuple(words[at : at + length]))
        if kind:
            return kind, at + length
    return None


def _allowed(name: _Name, segment: _Segment) -> bool:
    """Whether a name can be meant: "phường 9" is not "quận 9"; and what is said without a kind
    must be a place by its accents and more than one common word ("đúng", "dung")."""
    place = name.place
    if segment.said.isdigit():
        return segment.kind in _RANKS[_RANK_OF[place.tier]]
    if segment.kind is not None:
        return True
    if strip_accents(segment.said) in _NOT_PLACES or segment.said in _NO_PLACES_PLAIN:
        return False
    if _is_one_word(place):
        return False
    one_word = _RANK_OF[place.tier] == _SMALLEST and segment.end - segment.start == 1
    return segment.fit(name)[0] > 0 and not one_word  # nor "chưa" Xã Chư A


def _is_one_word(place: Place) -> bool:
    """Whether it is a commune with a name of one syllable: most are common words too."""
    return _RANK_OF[place.tier] == _SMALLEST and " " not in place.short


def _says_nothing(word: str) -> bool:
    return word in _FILLERS or word in _PLAIN_FILLERS


def _around_kinds(tiling: Sequence[_Segment], words: Sequence[str]) -> tuple[_Segment, ...]:
    """In a longer sentence: the names said with their kind, and those that follow at once."""
    kept: list[_Segment] = []
    for segment in tiling:
        after = kept and all(map(_says_nothing, words[kept[-1].end : segment.start]))
        # "công an xã làm đến mấy giờ" does not speak of Xã Lâm
        sure = any(segment.fit(n)[0] == _RIGHT or not _is_one_word(n.place) for n in segment.names)
        if sure and (segment.kind or after):
            kept.append(segment)
    return tuple(kept)


def _chosen(segments: Sequence[_Segment]) -> list[Place]:
    """The places that agree with all the names said; only the best fitting ones."""
    found: list[tuple[tuple[int, int, int], Place]] = []
    called = [segment.called for segment in segments]
    for index, segment in enumerate(segments):
        others = called[:index] + called[index + 1 :]
        for name in segment.names:
            if all(not other.isdisjoint(name.place.around) for other in others):
                # The smallest is usually said first: "châu thành long an".
                found.append(((*segment.fit(name), -index), name.place))
    if not found:
        return []
    best = max(fit for fit, _ in found)
    old = any(s.is_old for at, s in enumerate(segments) if at != -best[-1])
    return _preferred([place for fit, place in found if fit == best], old)


def _preferred(chosen: Sequence[Place], old: bool) -> list[Place]:
    """A province before what bears its name; of communes in one province that of today, or with
    ``old`` that of before, as it was said to lie in a district or province of before."""
    provinces = [p for p in chosen if _RANK_OF[p.tier] == 0]
    if provinces:
        return provinces[:1] if len({p.today for p in provinces}) == 1 else provinces
    if old:
        known = {code for p in chosen if p.tier is Tier.OLD_COMMUNE for code in p.today}
        return [p for p in chosen if p.tier is not Tier.COMMUNE or known.isdisjoint(p.today)]
    today = {p.around[0] for p in chosen if p.tier is Tier.COMMUNE}
    return [p for p in chosen if p.tier is not Tier.OLD_COMMUNE or p.around[-1] not in today]
