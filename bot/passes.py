"""Passes: opaque tokens in links and QR codes. Who has one may go on where it leads to.

A token is random and says nothing; only its digest is kept. What it leads to, how many
conversations may open it and for how long is kept with the digest.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

LENGTH = 26  # signs of five bits each: 130 random bits
# Without i, l, o and u (Crockford's base 32): who copies one from paper mistakes no sign.
_SIGNS = "0123456789abcdefghjkmnpqrstvwxyz"
_MISREAD = str.maketrans("oil", "011")
_SHAPE = re.compile(rf"[{_SIGNS}]{{{LENGTH}}}")
_STARTED = re.compile(r"/start(?:@\w+)? (?P<token>[A-Za-z0-9_-]{1,64})")
MOST_TRIES = 20  # links one conversation may open in an hour, good or bad


class Purpose(StrEnum):
    """What a pass is for."""

    CONTINUE = "tiep_tuc"  # go on elsewhere; also what a page is printed with
    HAND = "giao"  # a helper hands a citizen's matter over to them
    INVITE = "moi"  # become a helper


@dataclass(frozen=True, slots=True)
class Terms:
    """How many conversations may open a pass, and for how long."""

    uses: int
    lasts: timedelta


TERMS: Mapping[Purpose, Terms] = {
    # A page on paper: the citizen's phone, their child's, the officer's; dossiers take weeks.
    Purpose.CONTINUE: Terms(5, timedelta(days=30)),
    Purpose.HAND: Terms(1, timedelta(days=1)),
    Purpose.INVITE: Terms(1, timedelta(days=7)),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """What a pass that was opened holds; ``again``: this conversation has opened it before."""

    id: int
    purpose: Purpose
    payload: dict[str, Any]
    again: bool = False


def new_token() -> str:
    """A token that nobody can guess."""
    return "".join(secrets.choice(_SIGNS) for _ in range(LENGTH))


def read(text: str) -> str | None:
    """The token that a text is, whatever the case of its letters and whichever signs were misread;
    None where it has not the shape of one."""
    token = text.strip().lower().translate(_MISREAD)
    return token if _SHAPE.fullmatch(token) else None


def opened_by(text: str) -> str | None:
    """The digest of the pass that a message opens: a token alone, or behind ``/start``, as a link
    to Telegram sends it, whatever shape that has. None where it is an ordinary message. To be asked
    before the text is masked, which might take a token's digits for a number."""
    started = _STARTED.fullmatch(text.strip())
    token = read(started["token"] if started else text)
    if token is None and started:
        token = started["token"]  # cut off or made up: of no pass, and told so
    return digest(token) if token else None


def digest(token: str) -> str:
    """What is kept of a token. It needs no salt: 130 random bits are not found by trying."""
    return hashlib.sha256(token.encode()).hexdigest()
