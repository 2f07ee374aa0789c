"""The font of what the program draws by itself: pictures for chats, pages to print.

DejaVu Sans has every Vietnamese letter and lies in matplotlib's package, which Rasa brings along:
nothing need be installed on a server. Another one: change the paths here, and the lock.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

FAMILY = "DejaVu Sans"


class FontMissing(RuntimeError):
    """The environment is not the locked one."""


def fonts() -> tuple[Path, Path]:
    """The files of the regular and the bold letters (TrueType).

    Raises:
        FontMissing: matplotlib is not there, or no longer brings the font.
    """
    package = find_spec("matplotlib")  # found, not imported: that takes a second
    if package is None or package.origin is None:
        raise FontMissing("matplotlib is not installed")
    folder = Path(package.origin).parent / "mpl-data" / "fonts" / "ttf"
    files = folder / "DejaVuSans.ttf", folder / "DejaVuSans-Bold.ttf"
    if missing := [str(file) for file in files if not file.is_file()]:
        raise FontMissing(f"not there: {', '.join(missing)}")
    return files
