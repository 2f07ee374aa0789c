"""The sentences of the web chat and of the API's errors, read from ``wording/web.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import yaml

import knowledge_base

WORDING_FILE = Path(knowledge_base.__file__).parent / "wording" / "web.yaml"


class WordingError(Exception):
    """The wording file cannot be used; the message (Vietnamese) says where and why."""


def load_wording(path: Path = WORDING_FILE) -> Mapping[str, str]:
    """Read a flat file of ``key: sentence``.

    Returns:
        Every sentence by its key, read-only.

    Raises:
        WordingError: the file is missing, is no YAML, or holds anything but keys with sentences.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WordingError(f"{path}: không đọc được tệp ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise WordingError(f"{path}: không đúng mẫu YAML: {error}") from error
    if not isinstance(data, dict) or not data:
        raise WordingError(f"{path}: phải là các dòng khoá: câu")
    for key, sentence in data.items():
        if not isinstance(key, str) or not isinstance(sentence, str) or not sentence.strip():
            raise WordingError(f"{path}: {key}: phải là một câu")
    return MappingProxyType(data)
