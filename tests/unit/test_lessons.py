"""What the pipeline learns from."""

from __future__ import annotations

import yaml

from bot.understanding import resources
from bot.understanding.pipeline import _as_rasa_reads
from knowledge_base import sentences


def _said(folder: str) -> set[str]:
    paths = [path for path in sentences.files(resources.NLU_DATA) if path.parent.name == folder]
    blocks = [b for path in paths for b in yaml.safe_load(path.read_text("utf-8"))["nlu"]]
    return {line[2:].strip() for b in blocks for line in b["examples"].splitlines()}


def test_all_that_was_written_and_about_half_of_the_sample_questions() -> None:
    taught = {said for group in resources.lessons().values() for said in group}
    written, asked = _said("intents"), _said("asked")
    assert written <= taught <= written | asked
    assert 0.4 < len(taught - written) / len(asked - written) < 0.6


def test_rasa_reads_what_was_written() -> None:
    said = ["hai chấm: ở giữa", "- gạch đầu", "'nháy'", "#thăng", "có [ngoặc] {móc}", "không"]
    read = yaml.safe_load(_as_rasa_reads({"help": said}))
    assert read["nlu"][0]["intent"] == "help"
    assert [line[2:] for line in read["nlu"][0]["examples"].splitlines()] == said
