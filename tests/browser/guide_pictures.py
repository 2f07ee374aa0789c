"""The pictures of docs/huong-dan-bien-soan.md, made anew by doing what it tells.

``.venv/bin/python -m tests.browser.guide_pictures docs/images/huong-dan``

Everything happens in a copy of the program: each edit and each command of the guide, as written
there, and what the commands print is drawn. The portal is a practice one on this machine. Needs
Debian's chromium, fonts-noto-core and fonts-noto-mono; takes two minutes.
"""

from __future__ import annotations

import asyncio
import html
import io
import math
import os
import re
import shlex
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from rich.console import Console
from rich.text import Text

from knowledge_base.loader import load
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.emulators.portal import PortalServer, api_record, portal_server

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("knowledge_base", "actions", "bot", "nlu_data", "api")
COLUMNS = 104
PROGRAM = ".venv/bin/python -m knowledge_base"
PROCEDURES = "knowledge_base/procedures"
BIRTH = f"{PROCEDURES}/ho-tich/dang-ky-khai-sinh.yaml"
COPY = f"{PROCEDURES}/ho-tich/ban-sao-trich-luc-ho-tich.yaml"
TALK = "knowledge_base/wording/talk.yaml"
CHECK = f"{PROGRAM} check --no-warnings"
NEW_CODE = "1.003695"
PORT = 8765
COLOURS = 32  # of a picture
# What the guide adds to the end of a file, the list of its sources.
NEW_SOURCE = """\
  - id: thong-tu-moi
    ten: Thông tư 01/2026/TT-BTC
    ngay: 2026-11-22
    duong_dan: https://vanban.chinhphu.vn/
"""
# Of the fonts with letters of one width, those of DejaVu and Liberation set the second mark of a
# Vietnamese letter beside it.
STYLE = """
body { margin: 0; padding: 10px; box-sizing: border-box; width: max-content; background: #fff;
       font: 15px/1.45 "Noto Sans", "DejaVu Sans", sans-serif; color: #1c2430; }
pre { margin: 0; font: 13px/1.45 "Noto Sans Mono"; white-space: pre; }
.terminal { background: #1b2130; color: #e6e9ef; border-radius: 8px; padding: 12px 16px; }
.terminal.text { white-space: pre-wrap; overflow-wrap: anywhere; width: 104ch; }
.terminal .typed { color: #9ece6a; }
.terminal + .terminal, .row { margin-top: 10px; }
.row { display: flex; gap: 16px; align-items: flex-start; }
.row h3 { margin: 0 0 6px; font-size: 15px; }
table { border-collapse: collapse; }
td { padding: 7px 12px; vertical-align: middle; border-bottom: 1px solid #dde3ea; }
td.file { background: #f5f7fa; }
td.says { max-width: 380px; }
.number { display: inline-block; width: 24px; height: 24px; border-radius: 12px; color: #fff;
          background: #0b5cad; text-align: center; font-weight: bold; margin-right: 8px; }
"""
# Parts of a file as the guide explains them: the key, how many lines of it, and what it is.
PARTS = (
    ("ma", 1, "Mã thủ tục trên Cổng, trong ngoặc kép. Không sửa."),
    ("ten", 1, "Tên dễ hiểu, người dân đọc thấy đầu tiên."),
    ("goi_la", 4, "Người dân hay gọi việc này là gì. Mỗi dòng một cách gọi."),
    ("cau_hoi_mau", 3, "Câu người dân hay hỏi, đúng giọng của họ."),
    ("khac_voi", 3, "Thủ tục dễ nhầm, và khi nào thì chọn thủ tục kia."),
    ("tom_tat", 1, "Hai, ba câu ngắn để trả lời ngay. Nhiều nhất 300 ký tự."),
    ("truong_hop", 3, "Hoàn cảnh làm đổi giấy tờ, tiền, ngày. Mỗi hoàn cảnh một id."),
    ("giay_to", 4, "Giấy tờ. Không ghi gì là phải nộp; xuat_trinh là chỉ đưa ra xem."),
    ("le_phi", 3, "Tiền phải nộp, viết liền không chấm. 0 là miễn phí."),
    ("thoi_han", 3, "Bao lâu thì xong. Không ghi don_vi là ngày làm việc."),
    ("noi_nop", 2, "Người dân đến đâu."),
    ("nguon", 4, "Lấy ở đâu, ngày nào đọc. Câu trả lời nào cũng nói ra dòng này."),
)


@dataclass
class Office:
    """A copy of the program in which an officer works."""

    folder: Path

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a piece of a file, which must be there exactly once."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name}: {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def undo(self, *names: str) -> None:
        """Put files back as they were."""
        for name in names:
            shutil.copy(ROOT / name, self.folder / name)

    def run(self, command: str, code: int = 0) -> str:
        """Run a command of the guide in the copy: what it prints, with its colours.

        ``code`` is the exit code that the guide tells of.
        """
        return asyncio.run(self.running(command, code))

    async def running(self, command: str, code: int = 0) -> str:
        """The same, while a server answers beside it."""
        process = await asyncio.create_subprocess_exec(
            *shlex.split(command),
            cwd=self.folder,
            env={**os.environ, "COLUMNS": str(COLUMNS), "FORCE_COLOR": "1", "DATA_DIR": ".data"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, wrong = await process.communicate()
        assert process.returncode == code, f"{command}: {process.returncode}\n{wrong.decode()}"
        return said.decode().strip("\n")


def open_office(folder: Path) -> Office:
    """Copy what the commands read into ``folder``; the environment is shared."""
    for name in COPIED:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return Office(folder)


def coloured(output: str) -> str:
    """What a terminal shows, as HTML: the escape codes of colours become spans."""
    console = Console(record=True, width=1000, file=io.StringIO())
    console.print(Text.from_ansi(output), soft_wrap=True)
    return console.export_html(inline_styles=True, code_format="{code}").strip("\n")


def terminal(command: str, output: str) -> str:
    """A terminal window: the command as typed and what it printed."""
    typed = f'<span class="typed">$ {html.escape(command)}</span>'
    text = "" if "│" in output else " text"
    return f'<pre class="terminal{text}">{typed}\n{coloured(output)}</pre>'


def part(text: str, key: str, lines: int) -> str:
    """The first lines of a part of a file, with a mark where more follow."""
    found = text.splitlines()
    start = next(i for i, line in enumerate(found) if line.startswith(f"{key}:"))
    end = next((i for i in range(start + 1, len(found)) if not found[i].startswith(" ")), None)
    block = [line for line in found[start:end] if line]
    shown = [line if len(line) <= 72 else f"{line[:70]}…" for line in block[:lines]]
    return "\n".join(shown + (["  …"] if len(block) > lines else []))


def anatomy(path: Path) -> str:
    """A file beside what each of its parts is for."""
    text = path.read_text(encoding="utf-8")
    rows = (
        f'<tr><td class="file"><pre>{html.escape(part(text, key, lines))}</pre></td>'
        f'<td class="says"><span class="number">{number}</span>{html.escape(says)}</td></tr>'
        for number, (key, lines, says) in enumerate(PARTS, 1)
    )
    return f"<table>{''.join(rows)}</table>"


def bubbles(preview: str, question: str) -> str:
    """A question of a preview and its answer, cut out of the conversation."""
    lines = preview.splitlines()
    plain = [Text.from_ansi(line).plain for line in lines]
    asked = next(i for i, line in enumerate(plain) if line.strip("│ ") == question)
    end = next(i for i in range(asked + 2, len(plain)) if plain[i].startswith("╰"))
    cut = "\n".join(lines[asked - 1 : end + 1])
    return f'<pre class="terminal">{coloured(cut)}</pre>'


def side_by_side(*columns: tuple[str, str]) -> str:
    """Pictures with a title each, beside one another."""
    made = (f"<div><h3>{html.escape(title)}</h3>{body}</div>" for title, body in columns)
    return f'<div class="row">{"".join(made)}</div>'


def changed_fee(office: Office) -> dict[str, str]:
    """A fee that rises: what is wrong at first, and that nothing is in the end."""
    office.edit(COPY, "  - so_tien: 8000\n", "  - so_tien: 10000\n")
    first = terminal(CHECK, office.run(CHECK, 1))
    office.edit(COPY, "Phí 8.000 đồng.", "Phí 10.000 đồng.")
    office.edit(COPY, "  - so_tien: 10000\n", "  - so_tien: 10000\n    nguon: thong-tu-moi\n")
    with (office.folder / COPY).open("a", encoding="utf-8") as file:
        file.write(NEW_SOURCE)
    pictures = {"sua-le-phi-1": first, "sua-le-phi-2": terminal(CHECK, office.run(CHECK))}
    office.undo(COPY)
    return pictures


def mistakes(office: Office) -> dict[str, str]:
    """Several mistakes at once, and a placeholder lost from a phrase."""
    office.edit(BIRTH, "  - giấy khai sinh\n", "  - giấy khai sinh\n  - bản sao giấy khai sinh\n")
    office.edit(BIRTH, "  - so_tien: 0\n", '  - so_tien: "10.000"\n')
    office.edit(BIRTH, "thoi_han:\n", "thoi_hann:\n")
    office.edit(BIRTH, "    truong_hop: bo-roi\n", "    truong_hop: bi-bo-roi\n")
    pictures = {"loi": terminal(CHECK, office.run(CHECK, 1))}
    office.undo(BIRTH)
    office.edit(TALK, '"{ten}: trường hợp nào', '"Trường hợp nào')
    pictures["cau-chu"] = terminal(CHECK, office.run(CHECK, 1))
    office.undo(TALK)
    return pictures


def new_file(office: Office) -> dict[str, str]:
    """A file begun from its code, and what is still to be written."""
    new = f"{PROGRAM} new {NEW_CODE}"
    made = office.run(new)
    left = terminal(CHECK, office.run(CHECK, 1))
    (written,) = re.findall(r"\S+\.yaml", made)
    (office.folder / written).unlink()
    return {"thu-tuc-moi": terminal(new, made) + left}


def previews(office: Office) -> dict[str, str]:
    """What citizens read on two days, in two places, and where they are sent."""
    fee, preview = "Mất bao nhiêu tiền", f"{PROGRAM} preview"
    days = {"31/12/2026": "2026-12-31", "05/01/2027": "2027-01-05"}
    by_day = (
        (f"Hỏi ngày {said}", bubbles(office.run(f"{preview} 1.014064 --ngay {day}"), fee))
        for said, day in days.items()
    )
    places = {"Chưa nói ở đâu": "", "Người ở Hà Nội": " --tinh 01"}
    by_place = (
        (said, bubbles(office.run(f"{preview} 1.004884{option}"), fee))
        for said, option in places.items()
    )
    return {
        "theo-ngay": side_by_side(*by_day),
        "theo-tinh": side_by_side(*by_place),
        "noi-nop": bubbles(office.run(f"{preview} 1.001193 --tinh 26737"), "Nộp ở đâu"),
    }


async def portal(office: Office) -> dict[str, str]:
    """Two synchronisations with a practice portal, between which a fee changed there."""
    sync, diff = f"{PROGRAM} sync --url http://127.0.0.1:{PORT} --nhip 1000", f"{PROGRAM} diff"
    records = [api_record(procedure) for procedure in load().catalogue]
    async with portal_server(records, port=PORT) as server:
        await office.running(sync)
        raise_fee(server, "2.000635", 10000)
        done = terminal(sync, await office.running(sync))
    return {"dong-bo": done + terminal(diff, await office.running(diff))}


def raise_fee(server: PortalServer, code: str, amount: int) -> None:
    """Let the portal ask for another sum for a procedure."""
    methods = server.record(code)["executionMethods"]
    for method in methods:
        for fee in method["fees"]:
            fee["value"] = amount
    server.change(code, executionMethods=methods)


def take(browser: Browser, folder: Path, name: str, body: str) -> None:
    """Draw a page and keep it as ``name.png``, as small as its content and in few colours."""
    page = browser.new_page(viewport={"width": 2000, "height": 100}, device_scale_factor=1.5)
    page.set_content(f"<!doctype html><style>{STYLE}</style>{body}")
    box = page.locator("body").bounding_box()
    assert box is not None
    # Even sizes: half a pixel at the edge would be a line there.
    width, height = (2 * math.ceil(box[side] / 2) for side in ("width", "height"))
    page.set_viewport_size({"width": width, "height": height})
    shot = Image.open(io.BytesIO(page.screenshot()))
    shot.convert("RGB").quantize(COLOURS).save(folder / f"{name}.png", optimize=True)
    page.close()


def main(folder: Path) -> None:
    """Make all pictures in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        office = open_office(Path(place))
        pictures = {"tep": anatomy(office.folder / BIRTH)}
        for step in (changed_fee, mistakes, new_file, previews):
            pictures |= step(office)
        pictures |= asyncio.run(portal(office))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name, body in pictures.items():
            take(browser, folder, name, body)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
