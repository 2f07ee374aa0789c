"""Which guide a message asks for by a name that its file gives: exact, but for how it is asked.

Guides are found by their own lay names here; an index of meanings may find them as well, as it
finds procedures and life events, with ``goi_la`` and ``cau_hoi_mau`` as their texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from knowledge_base.guides import Guide
from knowledge_base.text import key

# What stands before and after the name of a thing when somebody asks how it is done.
_BEFORE = re.compile(
    r"^(?:(?:da|vang|a|oi|xin|cho|giup|chi|day|bao|nho|hoi|muon|can|minh|toi|tui|bac|co|chu|ba|ong"
    r"|con|chau|em|anh|hay|dum|gium|ve|cach|huong dan|chi dan|lam sao(?: de)?|lam the nao(?: de)?"
    r"|the nao(?: de)?|buoc|tung buoc|phai|bat dau|dung|la|thi) )+"
)
_AFTER = re.compile(
    r"(?: (?:thi|gio|bay gio|phai|can|lam gi|lam the nao|lam rang|man rang|ra rang|the nao"
    r"|nhu the nao|nhu nao|ra sao|lam sao|sao|kieu gi|bang cach nao|tung buoc|voi|a|vay|nhe|nha|di"
    r"|gium|dum|giup|toi|tui|minh|tu dau|roi))+$"
)


def by_form(guides: Iterable[Guide]) -> dict[str, Guide]:
    """The guides by every form of their names."""
    return {form: guide for guide in guides for form in forms(guide)}


def named(text: str, known: Mapping[str, Guide]) -> Guide | None:
    """The guide whose title or lay name the text is, whole or within the words of a question;
    ``known`` as :func:`by_form` gives it."""
    return next((known[form] for form in bare(key(text)) if form in known), None)


def forms(guide: Guide) -> frozenset[str]:
    """The names of a guide in the form in which they are compared."""
    return frozenset(form for name in (guide.title, *guide.lay_names) for form in bare(key(name)))


def bare(said: str) -> list[str]:
    """A text (its key) itself, then with less and less of what frames the thing it names."""
    short = _AFTER.sub("", said)
    tries = [said, short, _BEFORE.sub("", said), _BEFORE.sub("", short)]
    return [form for form in dict.fromkeys(tries) if form]
