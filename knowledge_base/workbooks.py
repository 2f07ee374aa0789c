"""Opening Excel workbooks that officials hand in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException


class NoWorkbook(OSError):
    """A file is no Excel workbook, whatever its name says."""


def sheets(path: Path) -> Iterator[tuple[str, Iterator[Sequence[Any]]]]:
    """Each sheet of a workbook: where it is, ``file.xlsx[Sheet]`` if there are several, and its
    rows of values, read as they are asked for.

    Raises:
        NoWorkbook: the file is of another kind, or broken.
        OSError: it cannot be read.
    """
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, SyntaxError) as error:
        raise NoWorkbook(f"không phải tệp Excel .xlsx: {error}") from error
    try:
        several = len(book.sheetnames) > 1
        for sheet in book.worksheets:
            where = f"{path}[{sheet.title}]" if several else str(path)
            yield where, sheet.iter_rows(values_only=True)
    finally:
        book.close()
