"""How the program is doing, for whoever runs it: ``python -m bot status``."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from actions.dossier_sources.config import codes_held
from bot.release import release
from bot.settings import Settings
from bot.store.operation import Channel, Doing
from bot.times import VIETNAM
from bot.understanding import stamp
from knowledge_base.loader import KnowledgeError

SILENT = 15.0  # seconds after which no worker is taken to run
LATE = 60.0  # seconds a message may wait before somebody should look
LATE_REPLY = 300.0
OLD_RECORDS = timedelta(days=14)
LITTLE_SPACE = 2 * 2**30  # bytes; PostgreSQL stops where there is none
_DROPPED = {
    "blocked": "người dân đã chặn",
    "refused": "kênh không nhận",
    "gave_up": "quá 12 giờ",
    "error": "lỗi của chương trình",
    "outside_window": "quá 7 ngày người dân không nhắn",
}
_NOT_OURS = frozenset({"blocked", "outside_window"})  # nobody need look at these


@dataclass(frozen=True, slots=True)
class Status:
    """What ``status`` tells. ``free`` in bytes; ``trained``: whether set-up needs no run;
    ``systems``: codes whose dossiers other systems hold, None where their file is broken."""

    at: datetime
    doing: Doing
    free: int
    trained: bool
    systems: tuple[str, ...] | None
    versions: dict[str, str]

    def attention(self) -> list[str]:
        """What somebody should look at, most urgent first; empty while all is well."""
        return list(_attention(self))

    def as_json(self) -> dict[str, Any]:
        """The same for programs: times in ISO form, ages in seconds, sizes in bytes."""
        told = asdict(self) | {"attention": self.attention()}
        found = _plain(told)
        assert isinstance(found, dict)
        return found


def look(settings: Settings, doing: Doing) -> Status:
    """Everything beside what the database says (``doing``)."""
    try:
        systems: tuple[str, ...] | None = codes_held(settings.dossier_sources, os.environ)
    except KnowledgeError:
        systems = None
    return Status(
        at=datetime.now(VIETNAM),
        doing=doing,
        free=shutil.disk_usage(settings.data_dir).free,
        trained=stamp.is_trained(settings.model_dir, settings.encoder),
        systems=systems,
        versions={
            "program": release(),
            "migration": doing.migration,
            "postgresql": doing.server,
            "python": platform.python_version(),
            "rasa": version("rasa"),
            "procrastinate": version("procrastinate"),
        },
    )


def _attention(status: Status) -> Iterator[str]:
    doing = status.doing
    if doing.worker_seconds is None or doing.worker_seconds > SILENT:
        yield "Không có chương trình nào đang xử lý tin nhắn. Chạy: make run"
    if doing.oldest_seconds > LATE:
        yield f"Có tin đã chờ {lasting(doing.oldest_seconds)} chưa được trả lời."
    if doing.dead_today:
        yield f"{doing.dead_today} tin trong một ngày qua không xử lý được. Xem: python -m bot dead"
    for name, channel in sorted(doing.channels.items()):
        if channel.oldest_seconds > LATE_REPLY:
            yield f"Kênh {name}: có câu trả lời đã {lasting(channel.oldest_seconds)} chưa gửi được."
        if lost := sum(n for why, n in channel.dropped.items() if why not in _NOT_OURS):
            yield f"Kênh {name}: {lost} câu trả lời trong một ngày qua phải bỏ."
    if doing.zalo_refused is not None:
        since = doing.zalo_refused.astimezone(VIETNAM).strftime("%H:%M %d/%m")
        yield f"Từ {since} Zalo không nhận mã của OA. Chạy: python -m bot zalo-token put"
    if doing.draining_until is not None:
        until = doing.draining_until.astimezone(VIETNAM).strftime("%H:%M")
        yield f"Đang ngừng nhận tin tới {until}. Nhận lại ngay: python -m bot drain --end"
    if status.free < LITTLE_SPACE:
        yield f"Ổ đĩa chỉ còn {_size(status.free)}."
    if not status.trained:
        yield "Dữ liệu huấn luyện đã đổi. Chạy: make setup"
    if status.systems is None:
        yield "Tệp của DOSSIER_SOURCES có lỗi, chương trình sẽ không khởi động lại được."
    if doing.records is not None and status.at - doing.records.finished_at > OLD_RECORDS:
        days = (status.at - doing.records.finished_at).days
        yield f"Đã {days} ngày chưa đồng bộ với Cổng. Chạy: python -m knowledge_base sync"


def report(status: Status) -> RenderableType:
    """What an officer reads."""
    doing, attention = status.doing, status.attention()
    if attention:
        head = Text.assemble(("CẦN XEM\n", "bold red"), "\n".join(f"• {one}" for one in attention))
    else:
        head = Text("Mọi việc bình thường.", "bold green")
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column()
    table.add_row("Tin chờ trả lời", _waiting(doing.waiting, doing.oldest_seconds, doing.again))
    table.add_row("Tin không xử lý được", f"{doing.dead}, một ngày qua {doing.dead_today}")
    for name, channel in sorted(doing.channels.items()):
        table.add_row(f"Gửi qua {name}", _sending(channel))
    table.add_row("Nhắc hẹn đang chờ", str(doing.reminders))
    table.add_row("Bộ xử lý", _worker(doing.worker_seconds))
    table.add_row("Đồng bộ với Cổng", _records(doing))
    table.add_row("Tra cứu hồ sơ", _dossiers(status))
    table.add_row("Dữ liệu", f"{_size(doing.bytes)}, ổ đĩa còn {_size(status.free)}")
    named = ", ".join(f"{name} {number}" for name, number in status.versions.items())
    table.add_row("Phiên bản", named)
    return Group(head, Text(), table)


def lasting(seconds: float) -> str:
    """A time in one unit, as people say it."""
    for unit, length in (("ngày", 86400), ("giờ", 3600), ("phút", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} giây"


def _waiting(count: int, oldest: float, again: int) -> str:
    if not count:
        return "không có"
    more = f", {again} đang thử lại" if again else ""
    return f"{count}, lâu nhất {lasting(oldest)}{more}"


def _sending(channel: Channel) -> str:
    dropped = [f"{n} {_DROPPED.get(why, why)}" for why, n in sorted(channel.dropped.items())]
    lost = f"; một ngày qua bỏ: {', '.join(dropped)}" if dropped else ""
    waiting = _waiting(channel.waiting, channel.oldest_seconds, channel.again)
    return f"chờ gửi: {waiting}{lost}"


def _worker(seconds: float | None) -> str:
    if seconds is None:
        return "chưa chạy lần nào"
    running = "đang chạy" if seconds <= SILENT else "không chạy"
    return f"{running}, báo lần cuối cách đây {lasting(seconds)}"


def _records(doing: Doing) -> str:
    if doing.records is None:
        return "chưa lần nào; đang dùng số liệu đi kèm"
    at = doing.records.finished_at.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
    return f"lần cuối {at}, số liệu ngày {doing.records.day}, từ {doing.records.source}"


def _dossiers(status: Status) -> str:
    parts = []
    if status.doing.dossiers:
        assert status.doing.dossiers_of is not None
        day = status.doing.dossiers_of.astimezone(VIETNAM).strftime("%d/%m/%Y")
        parts.append(f"danh sách của nơi này: {status.doing.dossiers} hồ sơ, mới nhất {day}")
    if status.systems:
        parts.append(f"hệ thống khác: {', '.join(status.systems)}")
    return "; ".join(parts) or "chưa nối nguồn nào"


def _size(count: int) -> str:
    return f"{count / 2**30:.1f} GB" if count >= 2**30 else f"{count / 2**20:.0f} MB"


def _plain(value: object) -> object:
    match value:
        case dict():
            return {str(name): _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case datetime():
            return value.isoformat()
    return value
