"""The part of the encoder's vocabulary that Vietnamese paperwork uses."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from knowledge_base.text import strip_accents
from scripts.encoder.engine_file import EngineModel

_SPECIAL = range(4)
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789ăâđêôơư▁.,?!:;()/-\"'%+=&*@#$…–“”")
_PROMPTS = ("query: ", "passage: ")  # put by the engine before every text
_OFTEN = 2  # a piece met once in all texts is spelled by smaller ones
_BATCH = 20_000


def tokenizer(model: EngineModel) -> Tokenizer:
    """Cuts texts into the ids of ``model``'s pieces."""
    unknown = model.specials[3]
    scored = [(p, float(s)) for p, s in zip(model.pieces, model.scores, strict=True)]
    made = Tokenizer(models.Unigram(scored, unk_id=unknown))
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="always", split=False)
    return made


def kept_pieces(model: EngineModel, texts: Iterable[str]) -> list[int]:
    """Ids of the pieces to keep, ascending: those of the texts, with and without accents, and
    letters and pairs of letters, so that whatever is typed can still be spelled."""
    cutter = tokenizer(model)
    counts: Counter[int] = Counter()
    spelled = [*_PROMPTS] * _OFTEN
    spelled += [form for text in texts for form in (text.lower(), strip_accents(text.lower()))]
    for start in range(0, len(spelled), _BATCH):
        for encoded in cutter.encode_batch(spelled[start : start + _BATCH]):
            counts.update(encoded.ids)
    kept = {*_SPECIAL, *(i for i, n in counts.items() if n >= _OFTEN)}
    kept |= {i for i, piece in enumerate(model.pieces) if _spells(piece)}
    return sorted(kept)


def _spells(piece: str) -> bool:
    bare = piece.lstrip("▁")
    if len(piece) == 1 and unicodedata.category(piece) == "Ll":
        return "LATIN" in unicodedata.name(piece, "")
    return bool(piece) and len(bare) <= 2 and all(char in _LETTERS for char in piece)
