"""Tokens: opaque, read back however they were copied, and kept as a digest alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot import passes
from bot.privacy import mask


def test_tokens_differ_and_have_enough_random_bits() -> None:
    made = {passes.new_token() for _ in range(1000)}
    assert len(made) == 1000
    assert passes.LENGTH * 5 >= 128
    assert all(passes.read(token) == token for token in made)


@given(st.text(max_size=60))
def test_nothing_else_is_read_as_a_token(text: str) -> None:
    token = passes.read(text)
    assert token is None or (len(token) == passes.LENGTH and passes.read(token) == token)


def test_a_token_copied_by_hand_is_the_same() -> None:
    token = "0123456789abcdefghjkmnpqrs"
    assert passes.read(" O123456789ABCDEFGHJKMNPQRS ") == token
    assert passes.read(token.replace("1", "l")) == token
    assert passes.read(token[:-1]) is None
    assert token not in passes.digest(token) and len(passes.digest(token)) == 64
    assert mask(f"/start {token}") != ""  # whatever the mask makes of it: the door reads it before
