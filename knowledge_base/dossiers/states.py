"""The ten national states of a dossier, and the words that systems and spreadsheets use for them:
``states.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge_base.text import key

FILE = Path(__file__).resolve().parent / "states.yaml"


class DossierState(StrEnum):
    """Where a dossier stands; numbered 1 to 10 in this order by the national exchange."""

    REGISTERED = "moi_dang_ky"
    RECEIVED = "duoc_tiep_nhan"
    REFUSED = "khong_tiep_nhan"
    PROCESSING = "dang_xu_ly"
    SUPPLEMENT = "yeu_cau_bo_sung"
    PAYMENT = "yeu_cau_nop_tien"
    WITHDRAWN = "rut_ho_so"
    STOPPED = "dung_xu_ly"
    DONE = "xu_ly_xong"
    RETURNED = "da_tra"


class UnknownState(ValueError):
    """A system's word for a state that is not known; the message names it."""


@dataclass(frozen=True)
class States:
    """What holds of the states: which end a dossier, which wait for the citizen, their names and
    which words mean them."""

    ends: frozenset[DossierState]
    citizens_turn: frozenset[DossierState]
    names: Mapping[DossierState, str]
    words: Mapping[str, DossierState]

    def read(self, said: str) -> DossierState:
        """The state that a number 1 to 10, a name or a system's word means.

        Raises:
            UnknownState: none is meant.
        """
        found = self.words.get(key(said)) or self.words.get(said.strip().removesuffix(".0"))
        if found is None:
            raise UnknownState(said)
        return found


@cache
def states() -> States:
    """The states of ``states.yaml``."""
    return _made(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def _made(document: Mapping[str, Any]) -> States:
    rows = [(DossierState(row["id"]), row) for row in document["trang_thai"]]
    words = {str(row["so"]): state for state, row in rows}
    for state, row in rows:
        said = (row["ten"], row["id"], *document["con_goi_la"].get(row["id"], ()))
        for word in said:
            if words.setdefault(key(word), state) is not state:
                raise ValueError(f"{FILE.name}: '{word}' means two states")
    return States(
        frozenset(state for state, row in rows if row.get("ket_thuc")),
        frozenset(state for state, row in rows if row.get("viec_cua_dan")),
        {state: row["ten"] for state, row in rows},
        words,
    )
