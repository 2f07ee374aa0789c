"""Rasa beside current packages and without TensorFlow, each in a process of its own: what the
module changes must not be met by the other tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = """\
version: "3.1"
nlu:
  - intent: hoi_phi
    examples: |
      - mất bao nhiêu tiền
      - lệ phí thế nào
      - tốn mấy đồng
      - phí bao nhiêu
  - intent: chao
    examples: |
      - chào cháu
      - xin chào
      - chào em nhé
      - chào buổi sáng
"""
CONFIG = """\
recipe: default.v1
language: vi
assistant_id: thu
pipeline:
  - name: WhitespaceTokenizer
  - name: CountVectorsFeaturizer
  - name: {classifier}
"""
TRAIN = """
from bot.understanding import compat
compat.prepare()
from rasa.model_training import train_nlu
print(train_nlu("config.yml", "nlu.yml", "models", fixed_model_name="thu"))
"""
PARSE = """
import asyncio
from bot.understanding import compat
compat.prepare()
from rasa.core.agent import Agent
agent = Agent.load("models/thu.tar.gz")
parsed = asyncio.run(agent.parse_message("lệ phí mấy đồng"))
print(parsed["intent"]["name"])
"""


def python(code: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=folder or ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )


def said(code: str) -> list[str]:
    done = python("from bot.understanding import compat\ncompat.prepare()\n" + code)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_tensorflow_is_hollow_and_only_its_family() -> None:
    assert said(
        "import tensorflow as tf, keras, tensorflow_hub, tensorflow_text\n"
        "from tensorflow.keras.layers import Dense\n"
        "print(tf.__version__, isinstance(tf.Tensor, type), Dense.__name__, tf.is_tensor(1))\n"
        "try:\n import tensorflow_of_another_name\nexcept ImportError: print('unknown')\n"
    ) == ["2.12.0", "True", "tensorflow.keras.layers.Dense", "False", "unknown"]


def test_using_it_says_clearly_what_is_missing() -> None:
    assert said(
        "import tensorflow as tf\n"
        "class Ours(tf.keras.layers.Layer): pass\n"
        "for used in (tf.constant, tf.keras.Model, Ours):\n"
        " try:\n  used([1])\n  print('used')\n"
        " except compat.TensorFlowNeeded as error: print('needed' * ('leaves out' in str(error)))\n"
        "@tf.function\ndef plain(): return 'plain'\n"
        "@tf.function(autograph=False)\ndef with_options(): return 'options'\n"
        "print(plain(), with_options())\n"
    ) == ["needed", "needed", "needed", "plain", "options"]


def test_without_the_module_there_is_no_tensorflow() -> None:
    """The test above would prove nothing where TensorFlow is installed."""
    done = python("import tensorflow")
    assert done.returncode != 0
    assert "No module named 'tensorflow'" in done.stderr


def test_preparing_twice_is_harmless_and_other_libraries_do_not_take_it_for_the_real_one() -> None:
    assert said(
        "compat.prepare()\n"
        "import sys\n"
        "print(sum(type(f).__name__ == '_HollowFinder' for f in sys.meta_path))\n"
        "import transformers.utils\n"
        "print(getattr(transformers.utils, 'is_tf_available', lambda: False)())\n"
        "import numpy, packaging.version\n"
        "print(numpy.VisibleDeprecationWarning.__name__)\n"
        "print(packaging.version.LegacyVersion.__name__)\n"
    ) == ["1", "False", "VisibleDeprecationWarning", "LegacyVersion"]


def test_the_libraries_of_messengers_are_imported_when_somebody_asks_for_a_messenger() -> None:
    assert said(
        "import sys\n"
        "from rasa.core.channels.channel import UserMessage\n"
        "print('aiogram' in sys.modules, UserMessage('a').text)\n"
        "import rasa.core.channels\n"
        "print(hasattr(rasa.core.channels, '__no_such__'), 'aiogram' in sys.modules)\n"
        "from rasa.core.channels import BUILTIN_CHANNELS, UserMessage as same\n"
        "print('telegram' in BUILTIN_CHANNELS, same is UserMessage, 'aiogram' in sys.modules)\n"
    ) == ["False", "a", "False", "False", "True", "True", "True"]


def test_what_rasa_imports_leaves_the_event_loops_as_they_are() -> None:
    code = "import asyncio, aiogram, sanic\nprint(type(asyncio.get_event_loop_policy()).__module__)"
    assert said(code) == ["asyncio.unix_events"]


def test_importing_the_module_does_nothing() -> None:
    done = python(
        "import sys\nfrom bot.understanding import compat\n"
        "print('rasa' in sys.modules, 'numpy' in sys.modules, len(sys.meta_path))\n"
        "import sys as s; print(any('Hollow' in type(f).__name__ for f in s.meta_path))"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[:2] == ["False", "False"]
    assert done.stdout.split()[-1] == "False"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "nlu.yml").write_text(DOMAIN, encoding="utf-8")
    return tmp_path


def test_a_small_pipeline_trains_and_reads(project: Path) -> None:
    config = CONFIG.format(classifier="LogisticRegressionClassifier")
    (project / "config.yml").write_text(config, encoding="utf-8")
    trained = python(TRAIN, project)
    assert trained.returncode == 0, trained.stderr
    assert (project / "models" / "thu.tar.gz").exists()
    parsed = python(PARSE, project)
    assert parsed.returncode == 0, parsed.stderr
    assert parsed.stdout.split()[-1] == "hoi_phi"


def test_a_pipeline_that_needs_tensorflow_is_refused_and_not_pretended(project: Path) -> None:
    (project / "config.yml").write_text(CONFIG.format(classifier="DIETClassifier"), "utf-8")
    trained = python(TRAIN, project)
    assert trained.returncode != 0
    assert "TensorFlowNeeded" in trained.stderr
    assert "leaves out on purpose" in trained.stderr
    assert not (project / "models").exists() or not list((project / "models").glob("*.tar.gz"))


def test_the_rasa_command_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "rasa", "--version"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=110,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "3.6.21" in done.stdout
