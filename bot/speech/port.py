"""What makes sound of words, and what makes words of sound."""

from __future__ import annotations

from typing import Protocol

from pydantic import SecretStr

from knowledge_base.spoken.lexicon import Region

MOST_WORDS = 2000  # characters said at once: some two minutes; a reply has a quarter of it


def authorization(key: SecretStr | None) -> dict[str, str]:
    """The header that shows a server's key; none where it wants none."""
    return {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}


class SpeechError(Exception):
    """No sound came of the words. The message holds none of them."""


class Speaker(Protocol):
    """A voice. ``name`` tells apart whatever sounds differently, the rate included."""

    name: str

    async def speak(self, words: str, region: Region) -> bytes:
        """The words as one MP3 file, mono.

        Args:
            words: letters and pauses, as :func:`knowledge_base.spoken.expand.spoken` leaves them,
                at most :data:`MOST_WORDS` characters.
            region: whose way of speaking; a voice that knows only one may speak that.

        Raises:
            SpeechError: within a bounded time, whatever went wrong.
        """
        ...
