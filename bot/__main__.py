"""``python -m bot setup | worker | chat | dossiers | ratings | invite | helpers | zalo-token |
rasa``, and for those who run it ``status | dead | retry | drain | backup | restore``."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.logs import set_up_logging
from bot.settings import Settings
from bot.troubles import check_settings, run

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Trợ lý thủ tục hành chính",
)


@app.command()
def setup() -> None:
    """Huấn luyện và lập chỉ mục; chỉ làm phần đã thay đổi."""
    from bot import setup as steps  # noqa: PLC0415  # heavy imports only where they are used

    settings = Settings()
    check_settings(settings)
    steps.run(settings)


@app.command()
def worker() -> None:
    """Chạy riêng bộ xử lý tin nhắn (khi trang web chạy ở máy khác)."""
    from bot.wiring import run_worker  # noqa: PLC0415
    from knowledge_base.phrases import load  # noqa: PLC0415

    settings = Settings()
    set_up_logging(settings.log_level, settings.log_format)
    asyncio.run(run_worker(settings, lambda: typer.echo(load()("setup.ready"))))


@app.command()
def chat() -> None:
    """Trò chuyện ngay trong cửa sổ dòng lệnh."""
    from bot.channels.terminal import converse  # noqa: PLC0415
    from bot.desk import unjoined  # noqa: PLC0415
    from bot.wiring import build_brain  # noqa: PLC0415

    brain = build_brain(Settings())
    converse(unjoined(brain.conversation), brain.world.say)


@app.command()
def ratings(
    days: Annotated[int, typer.Option(min=1, max=3650, help="Của bao nhiêu ngày gần đây.")] = 30,
) -> None:
    """Người dân hài lòng đến đâu: theo ngày, theo việc, vì sao chưa hài lòng."""
    from rich.console import Console  # noqa: PLC0415

    from bot.ratings_report import report  # noqa: PLC0415
    from bot.record_book import read_ratings  # noqa: PLC0415
    from bot.times import VIETNAM  # noqa: PLC0415
    from knowledge_base import loader  # noqa: PLC0415
    from knowledge_base.units import Units  # noqa: PLC0415

    since = datetime.now(VIETNAM).date() - timedelta(days=days - 1)
    rows, words = asyncio.run(read_ratings(since))
    knowledge, units = loader.load(), Units()

    def name_of(about: str) -> str | None:
        guide = knowledge.guide(about)
        return guide.title if guide else knowledge.name_of(about)

    def unit_of(code: str) -> str | None:
        unit = units.by_code(code)
        return units.said(unit) if unit else None

    Console().print(report(rows, words, name_of, unit_of))


dossiers = typer.Typer(no_args_is_help=True, help="Danh sách hồ sơ của nơi này")
app.add_typer(dossiers, name="dossiers")


@dossiers.command("import")
def import_dossiers(
    file: Annotated[Path, typer.Argument(help="tệp .csv hoặc .xlsx của phần mềm một cửa")],
    mapping: Annotated[Path | None, typer.Option(help="tệp YAML kể cột nào là gì")] = None,
    preview: Annotated[bool, typer.Option(help="chỉ xem, chưa ghi")] = False,
) -> None:
    """Nạp danh sách hồ sơ; nạp lại thì cập nhật."""
    from bot.dossier_list import run  # noqa: PLC0415

    run(file, mapping, preview=preview)


@app.command()
def invite(
    team: Annotated[str, typer.Argument(help='Tên tổ, ví dụ "Tổ 3 – Thôn Đông".')],
) -> None:
    """Tạo mã mời một người của Tổ công nghệ số cộng đồng làm người giúp."""
    from bot.inviting import invite as make  # noqa: PLC0415

    typer.echo(asyncio.run(make(team)))


@app.command()
def helpers(
    revoke: Annotated[int | None, typer.Option(help="Thôi người giúp có số này.")] = None,
    withdraw: Annotated[int | None, typer.Option(help="Huỷ lời mời có số này.")] = None,
) -> None:
    """Danh sách người giúp và lời mời còn chờ."""
    from rich.console import Console  # noqa: PLC0415

    from bot import inviting  # noqa: PLC0415

    if revoke is not None:
        typer.echo(asyncio.run(inviting.revoke(revoke)))
    if withdraw is not None:
        typer.echo(asyncio.run(inviting.withdraw(withdraw)))
    Console().print(asyncio.run(inviting.register()))


zalo_token = typer.Typer(no_args_is_help=True, help="Mã truy cập của Zalo OA")
app.add_typer(zalo_token, name="zalo-token")


@zalo_token.command("show")
def show_zalo_token() -> None:
    """Mã truy cập còn dùng được không."""
    from bot.zalo_token import show  # noqa: PLC0415

    typer.echo(asyncio.run(show()))


@zalo_token.command("put")
def put_zalo_token() -> None:
    """Nhập mã làm mới (refresh token) lấy ở API Explorer của Zalo."""
    from bot.zalo_token import put  # noqa: PLC0415

    refresh = typer.prompt("Mã làm mới (refresh token)", hide_input=True)
    typer.echo(asyncio.run(put(refresh)))


@app.command()
def status(
    as_json: Annotated[bool, typer.Option("--json", help="cho chương trình khác đọc")] = False,
) -> None:
    """Chương trình đang ra sao; mã kết thúc là 1 khi có việc cần xem."""
    from rich.console import Console  # noqa: PLC0415

    from bot import operating  # noqa: PLC0415
    from bot.status import report  # noqa: PLC0415

    found = asyncio.run(operating.status(Settings()))
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
    else:
        Console().print(report(found))
    sys.exit(1 if found.attention() else 0)


@app.command()
def dead() -> None:
    """Những tin không xử lý được: vì sao, từ bao giờ."""
    from rich.console import Console  # noqa: PLC0415

    from bot import operating  # noqa: PLC0415

    found = asyncio.run(operating.dead())
    Console().print(operating.listed(found) if found else "Không có tin nào.")


@app.command()
def retry(
    number: Annotated[int | None, typer.Argument(help="Số của tin, xem bằng dead.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Mọi tin.")] = False,
) -> None:
    """Xử lý lại một tin (hoặc mọi tin) không xử lý được; người dân nhận câu trả lời mới."""
    from bot import operating  # noqa: PLC0415

    if (number is None) != everything:
        raise ValueError("Xin cho số của một tin, hoặc --all.")
    count = asyncio.run(operating.retry(number))
    if number is not None and not count:
        raise ValueError(f"Không có tin số {number} trong danh sách. Xem: python -m bot dead")
    typer.echo(f"Đã đưa {count} tin vào hàng chờ.")


@app.command()
def drain(
    minutes: Annotated[float, typer.Option(min=0.05, help="Ngừng nhận nhiều nhất bao lâu.")] = 10,
    end: Annotated[bool, typer.Option("--end", help="Nhận tin lại.")] = False,
) -> None:
    """Ngừng nhận tin mới và chờ tới khi trả lời, gửi hết; trước khi dừng máy hay chuyển máy."""
    from bot import operating  # noqa: PLC0415

    if end:
        asyncio.run(operating.let_in())
        typer.echo("Đã nhận tin lại.")
        return
    told = lambda doing: typer.echo(operating.what_is_left(doing))  # noqa: E731
    if not asyncio.run(operating.drain(timedelta(minutes=minutes), told)):
        typer.echo("Hết giờ mà chưa xong; chương trình đã nhận tin lại.", err=True)
        sys.exit(1)
    typer.echo(f"Đã xong hết. Tin mới chưa được nhận trong {minutes:g} phút kể từ lúc bắt đầu.")


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="Tệp sẽ ghi.")]) -> None:
    """Sao lưu cơ sở dữ liệu vào một tệp; không cần dừng chương trình."""
    from bot.backup import backup as write  # noqa: PLC0415

    size = write(Settings(), file)
    typer.echo(f"Đã sao lưu vào {file}, {size / 2**20:.1f} MB, đã đọc lại thấy nguyên vẹn.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="Tệp do backup ghi.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Thay dữ liệu đang có.")] = False,
) -> None:
    """Khôi phục cơ sở dữ liệu từ bản sao lưu; chương trình phải đang dừng."""
    from bot.backup import restore as put_back  # noqa: PLC0415

    put_back(Settings(), file, overwrite=overwrite)
    typer.echo("Đã khôi phục. Chạy lại chương trình: make run")


@app.command(
    add_help_option=False,  # --help is Rasa's own
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def rasa(arguments: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Lệnh rasa (train nlu, test nlu, shell nlu) trong môi trường này."""
    from bot.understanding.command import main  # noqa: PLC0415

    sys.exit(main(arguments or []))


def main() -> int:
    """Run the command line; known failures end in one sentence and exit code 1.

    Raises:
        SystemExit: as the command line ends.
    """
    try:
        return run(app)
    except (RuntimeError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
