"""The file that says where this deployment looks dossiers up: ``DOSSIER_SOURCES``.

A list; each entry names a system, its address and which codes it holds. Secrets are not in it but
in environment variables that it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

import httpx
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, RootModel

from actions.dossier_sources.asking import Asker
from actions.dossier_sources.exchange import Exchange
from actions.dossier_sources.igate import IGate
from actions.dossier_sources.opencps import OpenCps
from actions.dossier_sources.port import DossierSource
from actions.dossier_sources.pushing import Pusher
from actions.dossier_sources.rhythm import Plan
from knowledge_base.checked import checked
from knowledge_base.dossiers.codes import DossierCode
from knowledge_base.dossiers.dossier import Dossier
from knowledge_base.dossiers.states import DossierState, States, states
from knowledge_base.loader import KnowledgeError
from knowledge_base.problems import Problem, errors_of
from knowledge_base.text import key
from knowledge_base.yaml_lines import Document, read_yaml

_REQUESTS = {"opencps": 2}  # for one look: the dossier, and its log


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    kind: Literal["opencps", "truc_quoc_gia", "igate", "bao_tin"] = Field(alias="loai")
    name: str = Field(alias="ten", min_length=3, max_length=80)
    codes: tuple[str, ...] = Field(alias="ma", min_length=1)
    head: str = Field("", alias="dau", pattern=r"^(\d{3}\.\d{2}\.\d{2})?$", description="000.00.69")
    address: HttpUrl | None = Field(None, alias="dia_chi")
    secret_from: str | None = Field(None, alias="khoa_tu", description="environment variable")
    signs_with: str | None = Field(None, alias="khoa_bao_tu", description="the same: it tells us")
    group: str | None = Field(None, alias="nhom", description="OpenCPS: groupId")
    endpoint: str = Field("", alias="diem_cuoi", description="exchange: path of the service")
    target: str | None = Field(None, alias="dstcode", description="exchange: header dstcode")
    unit: str = Field("", alias="ma_don_vi", description="exchange: madonvi")
    limit: float = Field(4.0, alias="gioi_han", gt=0, le=30, description="seconds of one try")
    per_second: float = Field(5.0, alias="moi_giay", gt=0, le=1000)
    per_minute: float = Field(
        60.0, alias="theo_doi_moi_phut", gt=0, le=60_000, description="requests about watched ones"
    )
    states: Mapping[str, DossierState] = Field(default_factory=dict, alias="trang_thai")


class _File(RootModel[tuple[_Entry, ...]]):
    model_config = ConfigDict(frozen=True)


class _Headed:
    """A system that knows its codes with their head only, which citizens leave out."""

    def __init__(self, source: DossierSource, head: str) -> None:
        self.name = source.name
        self._source = source
        self._head = head

    async def find(self, code: DossierCode) -> Dossier | None:
        """The dossier of a code; see :class:`DossierSource`."""
        return await self._source.find(code.under(self._head))


class Sources:
    """The sources of a file, by the beginnings of the codes they hold, and how they are asked about
    dossiers that are watched, by their names; who tells by itself, by the first of its codes. Close
    them at the end."""

    def __init__(
        self,
        by_code: Mapping[str, DossierSource],
        askers: tuple[Asker, ...],
        plans: Mapping[str, Plan] | None = None,
        pushers: Mapping[str, Pusher] | None = None,
    ) -> None:
        self.by_code = by_code
        self.plans = plans or {}
        self.pushers = pushers or {}
        self._askers = askers

    async def aclose(self) -> None:
        """Give all connections back."""
        for asker in self._askers:
            await asker.close()


def open_sources(path: Path | None, environment: Mapping[str, str]) -> Sources:
    """The sources of a file; none without one.

    Raises:
        KnowledgeError: the file is broken or cannot be read, a secret is not in the environment;
            names file and line.
    """
    entries = _entries(path, environment)
    by_code: dict[str, DossierSource] = {}
    plans: dict[str, Plan] = {}
    askers = []
    for entry in entries:
        if entry.address is None:
            continue
        askers.append(_asker(entry, entry.address, environment))
        source = _Headed(_source(entry, askers[-1], environment), entry.head)
        by_code |= {start.upper(): source for start in entry.codes}
        plans[entry.name] = Plan(source, entry.per_minute, _REQUESTS.get(entry.kind, 1))
    pushers = {
        entry.codes[0].upper(): _pusher(entry, environment[entry.signs_with])
        for entry in entries
        if entry.signs_with
    }
    return Sources(by_code, tuple(askers), plans, pushers)


def codes_held(path: Path | None, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The beginnings of the codes that the systems of a file are asked about, in order; raises as
    :func:`open_sources`."""
    entries = _entries(path, environment)
    return tuple(sorted(code.upper() for one in entries if one.address for code in one.codes))


def _entries(path: Path | None, environment: Mapping[str, str]) -> tuple[_Entry, ...]:
    if path is None:
        return ()
    try:
        document = read_yaml(path)
    except OSError as error:
        why = f"không mở được tệp ({error.strerror})"
        raise KnowledgeError([Problem(path, 1, "DOSSIER_SOURCES", why)]) from error
    read, problems = checked(document, _File)
    entries = read.root if read else ()
    if errors := errors_of([*problems, *_missing(document, entries, environment)]):
        raise KnowledgeError(errors)
    return entries


def _missing(
    document: Document, entries: tuple[_Entry, ...], environment: Mapping[str, str]
) -> list[Problem]:
    """Secrets that are named and not there; codes that two systems would hold, names that two
    would have: what is asked of whom goes by them."""
    problems, taken, names = [], set(), set()
    for index, entry in enumerate(entries):
        if entry.name in names:
            problems.append(document.problem((index, "ten"), "tên này đã có nơi khác dùng"))
        names.add(entry.name)
        for field, named in (("khoa_tu", entry.secret_from), ("khoa_bao_tu", entry.signs_with)):
            if named and not environment.get(named):
                message = f"biến môi trường {named} chưa có giá trị"
                problems.append(document.problem((index, field), message))
        wanted = "khoa_bao_tu" if entry.kind == "bao_tin" else "dia_chi"
        if not (entry.signs_with if entry.kind == "bao_tin" else entry.address):
            problems.append(document.problem((index, "loai"), f"loại này cần {wanted}"))
        elif entry.kind == "bao_tin" and entry.address:
            problems.append(document.problem((index, "dia_chi"), "loại này không có dia_chi"))
        for at, start in enumerate(entry.codes):
            if start.upper() in taken:
                message = f"mã {start} đã có nơi khác giữ"
                problems.append(document.problem((index, "ma", at), message))
            taken.add(start.upper())
    return problems


def _pusher(entry: _Entry, key: str) -> Pusher:
    codes = tuple(start.upper() for start in entry.codes)
    return Pusher(entry.name, key.encode(), codes, _words(entry), own=entry.address is None)


def _asker(entry: _Entry, url: HttpUrl, environment: Mapping[str, str]) -> Asker:
    secret = environment.get(entry.secret_from or "", "")
    headers: dict[str, str] = {}
    auth: httpx.Auth | None = None
    if entry.kind == "opencps" and ":" in secret:
        user, _, password = secret.partition(":")
        auth = httpx.BasicAuth(user, password)
    elif secret and entry.kind != "truc_quoc_gia":  # there the secret is the session
        headers["Authorization"] = f"Bearer {secret}" if entry.kind == "igate" else secret
    if entry.group:
        headers["groupId"] = entry.group
    if entry.target:
        headers["dstcode"] = entry.target
    address = f"{str(url).rstrip('/')}/"
    return Asker(address, headers, limit=entry.limit, per_second=entry.per_second, auth=auth)


def _words(entry: _Entry) -> States:
    """The states with the system's own words for them."""
    own = {key(word): state for word, state in entry.states.items()}
    return replace(states(), words={**states().words, **own})


def _source(entry: _Entry, asker: Asker, environment: Mapping[str, str]) -> DossierSource:
    words = _words(entry)
    match entry.kind:
        case "opencps":
            return OpenCps(entry.name, asker, words)
        case "igate":
            return IGate(entry.name, asker, words)
        case _:
            session = environment.get(entry.secret_from or "", "")
            more = {"endpoint": entry.endpoint, "session": session, "unit": entry.unit}
            return Exchange(entry.name, asker, words, **more)
