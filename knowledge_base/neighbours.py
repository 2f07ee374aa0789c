"""What only shows between files: names two procedures share, and neighbours (``khac_voi``).

Two procedures a citizen may take for each other must each say what the other one is for, and a
name belongs to one procedure alone. A problem stands in the file that is to be mended.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from knowledge_base.loader import CuratedFile, Reading
from knowledge_base.problems import Loc, Problem, Severity
from knowledge_base.schema import Procedure
from knowledge_base.text import key
from knowledge_base.yaml_lines import Document

# Two names are near when words of two thirds of their weight are the same; a word weighs the more,
# the fewer procedures use it. At one half most pairs share only "giấy" or "nước ngoài".
NEAR = 2 / 3


def conflicts(reading: Reading) -> Iterator[Problem]:
    """Shared lay names and questions, names of other procedures, neighbours that exist nowhere,
    that are named one way only, or that nobody names."""
    documents = [*(f.document for f in reading.files), *(f.document for f in reading.events)]
    yield from _shared_words(documents, "goi_la", "tên gọi", Severity.ERROR)
    yield from _shared_words(documents, "cau_hoi_mau", "câu hỏi mẫu", Severity.WARNING)
    files = [file for file in reading.files if file.procedure is not None]
    known = {p.code for p in reading.catalogue} | {c for f in files for c in _of(f).codes}
    for file in files:
        yield from _pointers(file.document, _of(file), known)
    yield from _taken_names(files, reading.catalogue)
    yield from _one_way(files)
    yield from _near(files)


def _shared_words(
    documents: Iterable[Document], part: str, what: str, severity: Severity
) -> Iterator[Problem]:
    places: dict[str, list[tuple[Document, int]]] = {}
    for document in documents:
        data = document.data
        words = data.get(part) if isinstance(data, dict) else None
        for index, word in enumerate(words if isinstance(words, list) else ()):
            places.setdefault(_folded(str(word)), []).append((document, index))
    for found in places.values():
        for document, index in found if len(found) > 1 else ():
            others = sorted({d.path.name for d, i in found if (d, i) != (document, index)})
            yield document.problem(
                (part, index), f"{what} này trùng với {', '.join(others)}", severity
            )


def _pointers(document: Document, procedure: Procedure, known: set[str]) -> Iterator[Problem]:
    pointers: list[tuple[Loc, str]] = [
        (("khac_voi", index, "ma"), neighbour.code)
        for index, neighbour in enumerate(procedure.neighbours)
    ]
    pointers += [(("xem_them", index), code) for index, code in enumerate(procedure.see_also)]
    for loc, code in pointers:
        if code in procedure.codes:
            yield document.problem(loc, f"mã {code} là của chính thủ tục này")
        elif code not in known:
            yield document.problem(
                loc, f"mã {code} không có trong danh mục lẫn trong các tệp biên soạn"
            )


def _taken_names(files: Sequence[CuratedFile], catalogue: Iterable[Procedure]) -> Iterator[Problem]:
    """Lay names and names that are the name of another procedure, curated or not."""
    covered = {code for file in files for code in _of(file).codes}
    others = (entry for entry in catalogue if entry.code not in covered)
    owners: dict[str, list[Procedure]] = {}
    for procedure in chain((_of(file) for file in files), others):
        for name in {_folded(procedure.name), _folded(procedure.official_name)}:
            owners.setdefault(name, []).append(procedure)
    for file in files:
        procedure = _of(file)
        named: list[tuple[Loc, str, str]] = [(("ten",), procedure.name, "tên")]
        named += [(("goi_la", i), name, "tên gọi") for i, name in enumerate(procedure.lay_names)]
        for loc, name, what in named:
            for owner in owners.get(_folded(name), ()):
                if owner is not procedure:
                    yield file.document.problem(
                        loc,
                        f"{what} này là tên của thủ tục khác: {owner.name} ({owner.code})",
                        Severity.ERROR if owner.curated else Severity.WARNING,
                    )


def _one_way(files: Sequence[CuratedFile]) -> Iterator[Problem]:
    """Files that do not name back whoever names them; told where the line is missing."""
    by_code = {code: file for file in files for code in _of(file).codes}
    for file in files:
        procedure = _of(file)
        for code in dict.fromkeys(n.code for n in procedure.neighbours):
            other = by_code.get(code)
            if other is not None and not _names(_of(other), procedure):
                yield other.document.problem(
                    ("khac_voi",),
                    f"{file.document.path.name} ghi thủ tục này trong khac_voi, tệp này chưa ghi "
                    f"lại: {procedure.name} ({procedure.code})",
                    Severity.WARNING,
                )


def _names(procedure: Procedure, other: Procedure) -> bool:
    return any(neighbour.code in other.codes for neighbour in procedure.neighbours)


@dataclass(frozen=True, slots=True)
class _Name:
    """A name or lay name: which file it is of, where, and its unaccented words."""

    owner: int
    loc: Loc
    text: str
    words: frozenset[str]


def _near(files: Sequence[CuratedFile]) -> Iterator[Problem]:
    """Pairs whose names are near each other while neither names the other; told once, in the
    first file, at the nearest name."""
    names = [name for owner, file in enumerate(files) for name in _names_of(owner, _of(file))]
    best: dict[tuple[int, int], tuple[float, _Name, _Name]] = {}
    for share, one, other in _pairs(names, _weights(names)):
        pair = one.owner, other.owner
        if share >= NEAR and (pair not in best or share > best[pair][0]):
            best[pair] = share, one, other
    for _, one, other in best.values():
        file, there = files[one.owner], files[other.owner]
        if not (_names(_of(file), _of(there)) or _names(_of(there), _of(file))):
            yield file.document.problem(
                one.loc,
                f"'{one.text}' dễ nhầm với '{other.text}' của {there.document.path.name} "
                f"({_of(there).code}), nhưng khac_voi của hai tệp không ghi nhau",
                Severity.WARNING,
            )


def _names_of(owner: int, procedure: Procedure) -> Iterator[_Name]:
    yield _Name(owner, ("ten",), procedure.name, _words(procedure.name))
    for index, name in enumerate(procedure.lay_names):
        yield _Name(owner, ("goi_la", index), name, _words(name))


def _words(text: str) -> frozenset[str]:
    return frozenset(key(text).split())


def _weights(names: Iterable[_Name]) -> Mapping[str, float]:
    """How telling each word is: the logarithm of one over the share of procedures that use it."""
    uses: dict[int, set[str]] = defaultdict(set)
    for name in names:
        uses[name.owner] |= name.words
    seen = Counter(chain.from_iterable(uses.values()))
    return {word: math.log(1 + len(uses) / count) for word, count in seen.items()}


def _pairs(
    names: Sequence[_Name], weights: Mapping[str, float]
) -> Iterator[tuple[float, _Name, _Name]]:
    """Names of different procedures with a word in common, and the share of weight they share."""
    total = [sum(weights[word] for word in name.words) for name in names]
    having: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(names):
        for word in name.words:
            having[word].append(place)
    for place, name in enumerate(names):
        common: dict[int, float] = defaultdict(float)
        for word in name.words:
            for other in having[word]:
                if names[other].owner > name.owner:
                    common[other] += weights[word]
        for other, shared in common.items():
            yield shared / (total[place] + total[other] - shared), name, names[other]


def _of(file: CuratedFile) -> Procedure:
    assert file.procedure is not None
    return file.procedure


def _folded(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.casefold()).split())
