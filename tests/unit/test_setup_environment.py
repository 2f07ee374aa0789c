"""The environment is made once, whole, and again when it was cut short or the lock changed.

pip really runs, on tiny packages written here, so no network is needed.
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from pathlib import Path

import pytest

from scripts.console import SetupError
from scripts.environment import Environment, blocks, prepare
from scripts.pip_runner import Pip, failure

PORT_NOBODY_LISTENS_ON = "http://127.0.0.1:9/simple"


def write_wheel(folder: Path, name: str, version: str) -> str:
    """Write a package of one module into ``folder``; return its line for a lock file."""
    info = f"{name}-{version}.dist-info"
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}_module.py", f"VERSION = {version!r}\n")
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"{name}=={version} \\\n    --hash=sha256:{digest}\n"


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with lock files of tiny packages, and a pip that finds those only."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    root = tmp_path / "checkout"
    root.mkdir()
    (root / "requirements.lock").write_text(
        write_wheel(wheels, "wheel", "99.1") + write_wheel(wheels, "tiny", "1.0"), encoding="utf-8"
    )
    (root / "requirements-dev.lock").write_text(
        write_wheel(wheels, "tinytest", "1.0"), encoding="utf-8"
    )
    write_wheel(wheels, "torch", "2.13.0+cpu")
    (root / "requirements-torch.txt").write_text("torch==2.13.0+cpu\n", encoding="utf-8")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.delenv("TORCH_SOURCE", raising=False)
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.setattr("scripts.preflight.DISK_FRESH_GB", 0.1)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    return root


def test_made_once_then_left_alone_then_follows_the_lock(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare(checkout, "runtime", run=False)
    environment = Environment(checkout)
    site = checkout / ".venv" / "lib" / "python3.11" / "site-packages"
    assert {"tiny-1.0.dist-info", "torch-2.13.0+cpu.dist-info"} <= set(environment.packages())
    assert environment.current("runtime")
    assert not environment.current("dev")
    assert list((site / "__pycache__").glob("tiny_module.*.pyc")), "bytecode is compiled"
    said = capsys.readouterr().out
    assert "Tạo môi trường Python" in said
    assert "Môi trường đã sẵn sàng" in said

    prepare(checkout, "runtime", run=False)
    assert capsys.readouterr().out.count("✓") == 1, "only the machine is checked"

    prepare(checkout, "dev", run=False)
    assert "tinytest-1.0.dist-info" in environment.packages()
    assert "Cài các gói để chạy" not in capsys.readouterr().out

    wheels = checkout.parent / "wheels"
    with (checkout / "requirements.lock").open("a", encoding="utf-8") as lock:
        lock.write(write_wheel(wheels, "second", "2.0"))
    assert not environment.current("runtime")
    prepare(checkout, "runtime", run=False)
    assert "second-2.0.dist-info" in environment.packages()
    assert environment.current("dev")

    shutil.rmtree(site / "tiny-1.0.dist-info")
    assert not environment.current("runtime"), "a package that was taken away is missed"
    prepare(checkout, "runtime", run=False)
    assert environment.current("runtime")


def test_an_install_cut_short_is_started_over(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = Environment(checkout)
    environment.create()
    assert environment.marker.exists(), "incomplete until its packages are in"
    left_behind = environment.path / "left-behind"
    left_behind.touch()
    prepare(checkout, "runtime", run=False)
    assert not left_behind.exists()
    assert "Xoá môi trường cài dở" in capsys.readouterr().out
    assert environment.current("runtime")

    environment.python.unlink()
    assert not environment.current("runtime"), "its Python is gone"


def test_a_package_that_was_tampered_with_is_refused(checkout: Path) -> None:
    wheel = checkout.parent / "wheels" / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "a") as opened:
        opened.writestr("more.py", "")
    with pytest.raises(SetupError) as caught:
        prepare(checkout, "runtime", run=False)
    assert caught.value.key == "hash_mismatch"
    assert "requirements.lock" in str(caught.value)
    assert not Environment(checkout).current("runtime")


def test_no_network_is_said_as_such(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_INDEX_URL", PORT_NOBODY_LISTENS_ON)
    with pytest.raises(SetupError) as caught:
        prepare(checkout, "runtime", run=False)
    assert caught.value.key == "network"


def test_pytorch_comes_from_where_it_is_said_to_lie(checkout: Path) -> None:
    wheels = checkout.parent / "wheels"
    elsewhere = checkout.parent / "pytorch"
    elsewhere.mkdir()
    (torch,) = wheels.glob("torch-*.whl")
    shutil.move(torch, elsewhere / torch.name)
    environment = Environment(checkout)
    environment.create()
    pip = Pip(environment.python, environment.path / "log")
    with pytest.raises(SetupError) as caught:
        pip.torch(checkout / "requirements-torch.txt", "x", "")
    assert caught.value.key == "torch_missing"
    assert "torch==2.13.0+cpu" in str(caught.value)
    pip.torch(checkout / "requirements-torch.txt", "x", str(elsewhere))
    assert "torch-2.13.0+cpu.dist-info" in environment.packages()


def test_a_missing_lock_file_is_named(checkout: Path) -> None:
    (checkout / "requirements-torch.txt").unlink()
    with pytest.raises(SetupError, match="requirements-torch"):
        prepare(checkout, "runtime", run=False)


@pytest.mark.parametrize(
    ("output", "key"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "disk_full"),
        ("WARNING: Retrying after ... ReadTimeoutError\nERROR: No matching", "network"),
        ("ERROR: something else.\n", "pip_failed"),
        ("", "pip_failed"),
    ],
)
def test_what_pip_prints_becomes_one_sentence(output: str, key: str) -> None:
    error = failure(output, "requirements.lock", Path("log"))
    assert error.key == key
    assert "\n" not in str(error)


def test_blocks_takes_a_package_with_its_hashes() -> None:
    wanted = "wheel==2 \\\n    --hash=sha256:2 \\\n    --hash=sha256:3\n"
    lock = f"# note\na==1 \\\n    --hash=sha256:1\n{wanted}z==3\n"
    assert blocks(lock, ("wheel",)) == wanted
