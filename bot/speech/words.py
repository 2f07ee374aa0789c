"""What is said of a reply, in words."""

from __future__ import annotations

import re

from actions.replies import Reply
from knowledge_base.phrases import Phrases
from knowledge_base.spoken.expand import spoken
from knowledge_base.spoken.lexicon import Region

_CODES = re.compile(r",? *\(?\b[Mm]ã \d\.\d{6}(?:[,;] *\d\.\d{6})*\)?")
_ENDED = (".", "!", "?", "…", ":")


def words_of(reply: Reply, region: Region, say: Phrases) -> str:
    """The text, then where it is from and of which day, then what can be chosen, by number.

    Of the source the procedure's code is left out: nobody writes down seven digits heard once, and
    it stands on the screen. The choices come last: they are what is answered to.
    """
    numbered = [c.label for c in reply.choices if c.url is None]
    said = [reply.text, *([_CODES.sub("", reply.source)] if reply.source else [])]
    said += [
        say("aloud.spoken_link", nhan=f"“{c.label}”") for c in reply.choices if c.url is not None
    ]
    if numbered:
        said.append(say("aloud.spoken_choices"))
    said += [
        say("aloud.spoken_choice", so=number, nhan=label)
        for number, label in enumerate(numbered, 1)
    ]
    return spoken("\n".join(map(_sentence, said)), region)


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith(_ENDED) else f"{text}."
