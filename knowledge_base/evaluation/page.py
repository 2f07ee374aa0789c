"""``docs/evaluation.md`` and its charts: written by the evaluation, never by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from knowledge_base import phrases
from knowledge_base.evaluation import charts
from knowledge_base.evaluation.charts import Bar
from knowledge_base.evaluation.floors import Floors
from knowledge_base.evaluation.measured import OTHER, Measured
from knowledge_base.evaluation.tables import tables

DOCS = Path(__file__).resolve().parents[2] / "docs"
_IMAGES = Path("images", "evaluation")
_PAGE = """# Người dân được hiểu đúng đến đâu

Đo ngày {day} trên {n} câu hỏi có đáp án, không câu nào dùng để huấn luyện. Mỗi câu là tin nhắn \
đầu của một cuộc trò chuyện, đi đúng đường của tin nhắn thật: làm sạch, che số riêng, hiểu, trả \
lời. Trang này do máy ghi, xin đừng sửa tay. Đo lại:

```
make evaluate            # in bảng; dưới mức sàn thì báo lỗi
make evaluate WRITE=1    # ghi cả trang này và các biểu đồ
```

Mục tiêu và mức sàn nằm trong `tests/retrieval/floors.yaml`. Trong bảng, ✓ là đạt mục tiêu; \
"cần" là mục tiêu chưa đạt.

- *Hit@1*, *Hit@5*: thủ tục đúng đứng đầu, đứng trong năm thủ tục tìm ra.
- *trả lời đúng*, *hỏi lại*, *từ chối*, *sai mà chắc*: điều người dân nhận được, cộng lại là 1.
- *không hỏi mà đưa*: câu ngoài lề, lời kêu cứu, lời trách mà vẫn được đưa cho một thủ tục.
- *trả lời cả hai*: tin nhắn hỏi hai điều, cả hai được trả lời.
- *nói đủ số*: lời kêu cứu được đáp ngay bằng đủ các số khẩn cấp cần gọi.

Các bộ câu hỏi:

{sets}

{charts}

{tables}"""


def write(
    measured: Measured,
    floors: Floors,
    name_of: Callable[[str], str | None],
    day: date,
    docs: Path | None = None,
) -> list[Path]:
    """Write the page and the charts.

    Args:
        measured: the evaluation.
        floors: what is wanted, and what groups and sets are called.
        name_of: what a code is called.
        day: the day of it.
        docs: the folder to write into, by default :data:`DOCS`.

    Returns:
        The files written.
    """
    docs = docs or DOCS
    (docs / _IMAGES).mkdir(parents=True, exist_ok=True)
    written, shown = [], []
    for name, title, drawing in drawings(measured, floors):
        path = docs / _IMAGES / f"{name}.svg"
        path.write_text(drawing, encoding="utf-8")
        written.append(path)
        shown.append(f"![{title}]({(_IMAGES / path.name).as_posix()})")
    about = (f"- `{name}` ({len(asked)} câu): {floors.sets.get(name, '')}"
             for name, asked in measured.asked.items())  # fmt: skip
    text = _PAGE.format(
        day=f"{day:%d/%m/%Y}",
        n=len(measured.all),
        sets="\n".join(about),
        charts="\n\n".join(shown),
        tables="\n".join(table.markdown() for table in tables(measured, floors, name_of)),
    )
    path = docs / "evaluation.md"
    path.write_text(text, encoding="utf-8")
    return [path, *written]


def drawings(measured: Measured, floors: Floors) -> Iterator[tuple[str, str, str]]:
    """File name, title and SVG of every chart."""
    if compared := measured.compared():
        title = "Thủ tục đúng đứng đầu (Hit@1)"
        bars = [
            Bar(
                floors.named(group), tuple(f for f, _ in found.values()), floors.want(group, "hit1")
            )
            for group, found in compared.items()
        ]
        names = list(next(iter(compared.values())))
        yield "hit1", title, charts.yardsticks(title, names, bars)
    title = "Người dân nhận được gì"
    rows = [(floors.named(row.group), row) for row in measured.groups() if row.right is not None]
    yield "outcomes", title, charts.outcomes(title, rows)
    title = "Ý muốn hỏi (hàng) nghe thành (cột)"
    say = phrases.load()
    kinds, counts = measured.kinds()
    wanted = [(kind, str(say(f"answer.what_{kind.removeprefix('ask_')}"))) for kind in kinds]
    yield "kinds", title, charts.matrix(title, wanted, [*wanted, (OTHER, OTHER)], counts)
