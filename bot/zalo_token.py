"""What those who run a Zalo Official Account do with its tokens: ``python -m bot zalo-token``."""

from __future__ import annotations

from datetime import datetime

import httpx

from bot.channels.zalo_oa.client import Client
from bot.channels.zalo_oa.tokens import RefreshRefused
from bot.messages import RetryLater
from bot.record_book import open_store
from bot.settings import Settings
from bot.store import zalo_tokens
from bot.store.zalo_tokens import Kept
from bot.times import VIETNAM


class NoNewToken(ValueError):
    """There is no new pair; the message (Vietnamese) says why."""


async def put(refresh: str, settings: Settings | None = None) -> str:
    """Use a refresh token at once for a new pair and keep that; returns what to print.

    Raises:
        NoNewToken: the settings lack something, or Zalo does not give a pair.
        knowledge_base.portal.book.BookUnavailable: no database.
    """
    settings = settings or Settings()
    if settings.zalo_app_id is None or settings.zalo_app_secret is None:
        raise NoNewToken("Chưa có ZALO_APP_ID và ZALO_APP_SECRET, xem docs/zalo.md")
    if not refresh.strip():
        raise NoNewToken("Chưa có mã làm mới (refresh token), xem docs/zalo.md")
    async with open_store() as store, httpx.AsyncClient() as http:
        client = Client(
            http,
            store,
            app_id=settings.zalo_app_id,
            app_secret=settings.zalo_app_secret.get_secret_value().strip(),
            base_url=settings.zalo_oa_base_url,
            oauth_url=settings.zalo_oauth_base_url,
        )
        try:
            await client.tokens.start(refresh.strip())
        except RefreshRefused as error:
            raise NoNewToken(
                f"Zalo không nhận mã này ({error}). Mã làm mới chỉ dùng được một lần: "
                "xin lấy mã khác ở API Explorer, xem docs/zalo.md"
            ) from error
        except RetryLater as error:
            raise NoNewToken(f"Chưa hỏi được Zalo, xin thử lại ({error})") from error
    return await show(settings)


async def show(settings: Settings | None = None) -> str:
    """How the pair is, without the tokens themselves; returns what to print.

    Raises:
        NoNewToken: no app is set up.
        knowledge_base.portal.book.BookUnavailable: no database.
    """
    settings = settings or Settings()
    if settings.zalo_app_id is None:
        raise NoNewToken("Chưa có ZALO_APP_ID, xem docs/zalo.md")
    async with open_store() as store, store.connection() as con:
        kept = await zalo_tokens.read(con, settings.zalo_app_id)
    return _told(kept)


def _told(kept: Kept | None) -> str:
    if kept is None:
        return "Chưa có mã truy cập. Xin chạy: python -m bot zalo-token put"
    good = "còn dùng được đến" if kept.lasts() else "đã hết hạn từ"
    lines = [
        f"Mã truy cập {good} {_moment(kept.expires_at)}.",
        f"Làm mới lần cuối: {_moment(kept.renewed_at)}. Chương trình tự làm mới mỗi ngày.",
    ]
    if kept.begun_at is not None:
        lines.append(f"Lần làm mới bắt đầu lúc {_moment(kept.begun_at)} chưa xong.")
    if kept.refused_at is not None:
        lines.append(
            f"Từ {_moment(kept.refused_at)} Zalo không nhận mã làm mới nữa"
            f" ({kept.refused_why}). Xin chạy: python -m bot zalo-token put"
        )
    return "\n".join(lines)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%H:%M %d/%m/%Y}"
