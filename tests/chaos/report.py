"""What is printed and drawn of a storm."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.storm import Plan, Result

_BARS = " ▁▂▃▄▅▆▇█"
_COLOURS = {"kill": "#c0392b", "free": "#2980b9", "stop": "#8e44ad", "cras": "#2c3e50"}


def table(results: list[Result], plan: Plan) -> str:
    """One line a measure, one column a server."""
    rows = {
        "messages (each delivered twice, shuffled)": [f"{one.messages}" for one in results],
        "timers": [f"{one.timers} of {plan.timers}" for one in results],
        "kill -9": [f"{one.kills}" for one in results],
        "lost": [f"{one.lost}" for one in results],
        "doubled state": [f"{one.doubled}" for one in results],
        "out of order": [f"{one.reordered}" for one in results],
        "replies sent": [f"{one.sent}" for one in results],
        "… twice": [f"{one.sent_twice} ({one.twice:.1%})" for one in results],
        "… never": [f"{one.unsent}" for one in results],
        "given up on": [", ".join(sorted(one.parked)) for one in results],
        "all answered again after the last break": [f"{one.recovery:.1f} s" for one in results],
        "longest wait of one message": [f"{one.longest:.1f} s" for one in results],
    }
    lines = ["| the turn is a light one | " + " | ".join(one.server for one in results) + " |"]
    lines.append("| --- |" + " --- |" * len(results))
    lines += [f"| {name} | " + " | ".join(cells) + " |" for name, cells in rows.items()]
    return "\n".join(lines)


def spark(result: Result) -> str:
    """Answers a second as a line of bars, and below what was broken when."""
    last = int(max([*result.answered, 1.0])) + 1
    each = [0] * last
    for at in result.answered:
        each[min(last - 1, max(0, int(at)))] += 1
    most = max(each)
    bars = "".join(_BARS[-(-count * (len(_BARS) - 1) // most)] for count in each)
    marks = [" "] * last
    for at, what in result.events:
        if 0 <= int(at) < last:
            sign = {"kill": "k", "free": "z", "stop": "S", "cras": "C"}[what[:4]]
            marks[int(at)] = max(sign, marks[int(at)], key=" kzSC".index)
    legend = "k kill -9, z SIGSTOP, S PostgreSQL stopped, C crashed"
    return f"answers a second, at most {most}\n{bars}\n{''.join(marks)}\n{legend}"


def draw(results: list[Result], path: Path) -> None:
    """The same as a picture."""
    import matplotlib  # half a second, and only for the picture

    matplotlib.use("Agg")
    from matplotlib import pyplot
    from matplotlib.lines import Line2D

    figure, axes = pyplot.subplots(len(results), 1, figsize=(9, 2.6 * len(results)), squeeze=False)
    for (ax,), result in zip(axes, results, strict=True):
        last = int(max([*result.answered, 1.0])) + 2
        ax.hist(result.answered, bins=range(last), color="#27ae60")
        for at, what in result.events:
            ax.axvline(at, color=_COLOURS[what[:4]], linewidth=1.2)
        ax.set_title(f"{result.server}: answers a second", fontsize=10, loc="left")
        ax.set_xlim(0, last)
    lines = [Line2D([], [], color=colour) for colour in _COLOURS.values()]
    names = ["kill -9", "SIGSTOP", "PostgreSQL stopped", "PostgreSQL crashed"]
    axes[0][0].legend(lines, names, fontsize=8, ncols=4, loc="upper right")
    axes[-1][0].set_xlabel("seconds")
    figure.tight_layout()
    figure.savefig(path, dpi=110)
