"""What a synchronisation, an import or a comparison found, as officials read it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from knowledge_base.portal.book import Form, Kept, Step
from knowledge_base.portal.changes import NAMES, changes, name_of
from knowledge_base.portal.importing import Imported
from knowledge_base.portal.sync import Outcome

_SHOWN = 200  # characters of a cell
_LISTED = 20  # examples of a kind of problem or of new procedures


def totals(steps: Iterable[Step]) -> str:
    """``12 thủ tục đổi lệ phí, 3 đổi thời hạn, 5 mới, 2 không còn trên Cổng``."""
    fields: Counter[str] = Counter()
    new = gone = 0
    for step in steps:
        new += _is_new(step)
        gone += step.after is None and step.before is not None
        fields.update({change.field for change in changes(step)})
    order = list(NAMES.values())
    parts = [f"{fields[name]} đổi {name}" for name in sorted(fields, key=order.index)]
    parts += [f"{new} mới"] if new else []
    parts += [f"{gone} không còn trên Cổng"] if gone else []
    if not parts:
        return "Không có gì đổi."
    number, _, rest = parts[0].partition(" ")
    return f"{number} thủ tục {', '.join([rest, *parts[1:]])}."


def table(steps: Sequence[Step], curated: Mapping[str, Path]) -> Table | None:
    """Which procedures say what else than before; ``curated``: the files by code. None for none.

    Many new procedures at once are counted, not listed.
    """
    found = Table("mã", "thủ tục", "mục", "trước", "sau", show_lines=True)
    found.add_column("tệp biên soạn", overflow="fold")
    few_new = sum(map(_is_new, steps)) <= _LISTED
    for step in steps:
        file = _shown(curated.get(step.code))
        told = [(change.field, change.before, change.after) for change in changes(step)]
        if step.after is None and step.before is not None:
            told = [("cả thủ tục", "", "không còn trên Cổng")]
        elif _is_new(step) and few_new:
            told = [("cả thủ tục", "", "mới")]
        for index, (field, before, after) in enumerate(told):
            head = ("", "") if index else (step.code, _cut(name_of(step), 80))
            found.add_row(*head, field, _cut(before), _cut(after), "" if index else file)
    return found if found.row_count else None


def problems(steps: Iterable[Step]) -> Iterator[str]:
    """What could not be read of the new versions: each kind once, with codes as examples."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for step in steps:
        if step.after is not None:
            for problem in step.after.problems:
                if problem.reason.startswith("cổng không ghi"):
                    continue  # the portal leaves it open: nothing is unread
                part = "".join(c for c in problem.part if not c.isdigit()).replace("[]", "")
                kinds.setdefault((part, problem.reason), []).append(problem.code)
    for (part, reason), codes in sorted(kinds.items(), key=lambda kind: -len(kind[1])):
        examples = list(dict.fromkeys(codes))
        more = "…" if len(examples) > 3 else ""
        yield f"{part}: {reason} ({len(codes)} chỗ; {', '.join(examples[:3])}{more})"


def show_sync(console: Console, outcome: Outcome, curated: Mapping[str, Path]) -> None:
    """Print what a synchronisation did."""
    told = table(outcome.steps, curated)
    if told is not None:
        console.print(told)
    _show_problems(console, outcome.steps)
    for found in outcome.troubled[:_LISTED]:
        name = found.line.code or found.line.id
        console.print(f"Chưa lấy được {name}: {found.trouble} Lần sau sẽ thử lại.")
    if len(outcome.troubled) > _LISTED:
        console.print(f"… và {len(outcome.troubled) - _LISTED} bản ghi khác chưa lấy được.")
    for line in outcome.doubles[:_LISTED]:
        console.print(f"Mã {line.code} có hai bản ghi trên Cổng, bỏ qua bản {line.id}.")
    if outcome.doubt:
        console.print(
            f"Không đánh dấu thủ tục nào là bị bỏ: {outcome.doubt}. "
            + ("Nếu Cổng đã bớt thật, chạy lại với --tin-danh-sach." if outcome.complete else "")
        )
    if outcome.run.resumed:
        console.print(f"Đã làm tiếp lần chạy dở ngày {outcome.run.day:%d/%m/%Y}.")
    console.print(
        f"Danh sách có {outcome.listed} thủ tục ({outcome.internal} nội bộ, không lấy); "
        f"lần chạy này hỏi Cổng {outcome.requests} lần, lấy {outcome.fetched} bản ghi."
    )
    console.print(f"[bold]{totals(outcome.steps)}[/bold]")


def show_import(console: Console, done: Imported, curated: Mapping[str, Path]) -> None:
    """Print what an import did."""
    told = table(done.steps, curated)
    if told is not None:
        console.print(told)
    for trouble in done.troubles:
        console.print(trouble, markup=False)
    if done.run.form is not Form.LIST:
        _show_problems(console, done.steps)
    older = done.kept[Kept.OLDER]
    if older:
        console.print(
            f"{older} bản ghi cũ hơn bản đang có (tệp ngày {done.run.day:%d/%m/%Y}): chỉ đưa vào "
            "lịch sử, không thay bản mới hơn."
        )
    if done.lacking:
        console.print(
            f"{done.lacking} thủ tục Cổng chưa có mà danh sách thiếu tên, lĩnh vực hoặc cấp: được "
            "giữ lại nhưng chưa đem ra trả lời."
        )
    console.print(
        f"Đã nhập {done.kept.total()} bản ghi ({done.internal} mã nội bộ, không nhập), "
        f"{len(done.troubles)} chỗ không đọc được."
    )
    console.print(f"[bold]{totals(done.steps)}[/bold]")


def _show_problems(console: Console, steps: Sequence[Step]) -> None:
    found = list(problems(steps))
    if found:
        console.print("Chưa đọc được (bản ghi vẫn được giữ nguyên, phần ấy không đem ra trả lời):")
    for line in found[:_LISTED]:
        console.print(f"  {line}", markup=False)


def _is_new(step: Step) -> bool:
    return step.before is None and step.after is not None and step.after.facts is not None


def _shown(path: Path | None) -> str:
    if path is None:
        return ""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _cut(text: str, most: int = _SHOWN) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
