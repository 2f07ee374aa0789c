"""What officials do with the register of helpers: ``python -m bot invite`` and ``helpers``."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from bot.channels.telegram.client import Client
from bot.passes import TERMS, Purpose
from bot.printer import telegram_address, web_address
from bot.printing import qr_text
from bot.record_book import open_store
from bot.settings import Settings
from bot.store import helpers, passes
from bot.store.helpers import Helper
from bot.times import VIETNAM

_LONGEST = 80  # characters of a team's name
_DAYS = TERMS[Purpose.INVITE].lasts.days


class NotInvited(ValueError):
    """The invitation cannot be made; the message (Vietnamese) says why."""


async def invite(team: str) -> str:
    """Make an invitation into a team; returns what to print: its code, links and QR code.

    Raises:
        NotInvited: the name is empty or too long.
        knowledge_base.portal.book.BookUnavailable: no database.
    """
    team = " ".join(team.split())
    if not 0 < len(team) <= _LONGEST:
        raise NotInvited(f"Tên tổ cần từ 1 đến {_LONGEST} chữ, ví dụ: Tổ 3 – Thôn Đông")
    settings = Settings()
    async with open_store() as store, store.transaction() as con:
        token = await passes.make(con, Purpose.INVITE, {"team": team})
    links = await _links(settings, token)
    lines = [
        f"Mã mời vào {team}, dùng một lần, trong {_DAYS} ngày:",
        f"  {token}",
        "Người được mời mở đường dẫn dưới đây, hoặc nhắn mã cho trợ lý.",
        *(f"  {link}" for link in links),
    ]
    if links:
        lines.append(qr_text(links[0]))
    return "\n".join(lines)


async def register() -> Table:
    """Helpers and invitations that wait, as a table."""
    async with open_store() as store, store.connection() as con:
        return _table(await helpers.register(con))


async def revoke(number: int) -> str:
    """End a helper's registration; returns what to print."""
    async with open_store() as store, store.transaction() as con:
        done = await helpers.revoke(con, number)
    return f"Đã thôi người giúp số {number}." if done else f"Không có người giúp số {number}."


async def withdraw(number: int) -> str:
    """Take back an invitation that nobody has used; returns what to print."""
    async with open_store() as store, store.transaction() as con:
        done = await helpers.withdraw(con, number)
    return f"Đã huỷ lời mời số {number}." if done else f"Không có lời mời số {number} còn chờ."


async def _links(settings: Settings, token: str) -> list[str]:
    links = [web_address(str(settings.public_url), token)] if settings.public_url else []
    if settings.telegram_bot_token is None:
        return links
    base = f"{settings.telegram_base_url.rstrip('/')}/bot"
    client = Client(settings.telegram_bot_token.get_secret_value().strip(), base)
    name = await client.own_name()
    await client.request.shutdown()
    return [*links, telegram_address(name, token)] if name else links


def _table(found: Sequence[Helper]) -> Table:
    table = Table("Số", "Tổ", "Kênh", "Từ ngày", "Tình trạng")
    for one in found:
        since = one.since.astimezone(VIETNAM).strftime("%d/%m/%Y")
        until = one.until.astimezone(VIETNAM).strftime("%d/%m/%Y") if one.until else ""
        if not one.is_taken:
            state = f"lời mời, hạn {until}"
        else:
            state = f"đã thôi ngày {until}" if until else "đang giúp"
        table.add_row(str(one.number), one.team, one.channel or "", since, state)
    return table
