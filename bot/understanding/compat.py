"""Makes Rasa 3.6.21 importable beside current packages and without TensorFlow.

Import this module before anything of ``rasa``; then call :func:`prepare` once. What it gives,
and why (``docs/adr/0001``):

- ``packaging.version.LegacyVersion``: gone since packaging 22, named by Rasa's imports;
- numpy 2 moved ``VisibleDeprecationWarning`` and ``RankWarning`` to ``numpy.exceptions``;
- ``rasa.core.channels`` unopened: Rasa needs one class of it, and its own code imports the
  libraries of fifteen messengers (31 MB, half a second) that the program does not use;
- hollow ``tensorflow`` and ``keras``: Rasa imports them for DIET, TED and ResponseSelector, which
  we do not use. Their names exist; using one raises :class:`TensorFlowNeeded`.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import logging
import os
import sys
import types
import warnings
from collections.abc import Callable, Sequence
from typing import Any

_HOLLOW_ROOTS = frozenset({"tensorflow", "keras", "tensorflow_hub", "tensorflow_text"})
_DECORATORS = frozenset({"function", "register_keras_serializable", "custom_gradient"})


class TensorFlowNeeded(RuntimeError):
    """A part of Rasa that really needs TensorFlow was used; the pipeline must not name it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} needs TensorFlow, which this installation leaves out on purpose")


class _HollowMeta(type):
    """Classes whose every attribute is another hollow class, so that definitions go through."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = _hollow_class(f"{cls.__name__}.{name}")
        setattr(cls, name, made)
        return made

    def __call__(cls, *_args: Any, **_kwargs: Any) -> Any:
        # A class that inherits from a hollow one is called too: the message is the same.
        raise TensorFlowNeeded(cls.__name__)


def _hollow_class(name: str) -> type:
    return _HollowMeta(name, (), {"__module__": "tensorflow", "__slots__": ()})


def _decorator(*args: Any, **_kwargs: Any) -> Any:
    """``@tf.function`` and ``@tf.function(...)``: give the function back unchanged."""
    if len(args) == 1 and callable(args[0]) and not isinstance(args[0], str):
        return args[0]
    return lambda function: function


def _never_a_tensor(_value: object) -> bool:
    """``tf.is_tensor``: matplotlib asks it and recurses if the answer is not a plain bool."""
    return False


class _HollowModule(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made: Any
        if name == "is_tensor":
            made = _never_a_tensor
        elif name in _DECORATORS:
            made = _decorator
        else:
            made = _hollow_class(f"{self.__name__}.{name}")
        setattr(self, name, made)
        return made


class _HollowFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers for the TensorFlow family only."""

    def find_spec(
        self,
        fullname: str,
        _path: Sequence[str] | None = None,
        _target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in _HOLLOW_ROOTS:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        module = _HollowModule(spec.name)
        module.__path__ = []
        module.__version__ = "2.12.0"  # type: ignore[attr-defined]  # Rasa prints and compares it
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run: the module is hollow."""


class _Unopened(types.ModuleType):
    """A package that runs its own code when a name of it is asked for that is none of its modules;
    a module of it may be imported without that."""

    def __init__(self, spec: importlib.machinery.ModuleSpec) -> None:
        super().__init__(spec.name)
        self.__spec__, self.__path__ = spec, list(spec.submodule_search_locations or ())

    def __getattr__(self, name: str) -> Any:
        spec = self.__spec__
        if name.startswith("__") or spec is None or spec.loader is None:
            raise AttributeError(name)
        self.__class__ = types.ModuleType  # type: ignore[assignment]  # opened once
        spec.loader.exec_module(self)
        return getattr(self, name)


def _leave_unopened(package: str) -> None:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    sys.modules[package] = made = _Unopened(spec)
    parent, _, name = package.rpartition(".")
    setattr(sys.modules[parent], name, made)


def _restore_names() -> None:
    packaging_version = importlib.import_module("packaging.version")
    if not hasattr(packaging_version, "LegacyVersion"):
        packaging_version.LegacyVersion = type("LegacyVersion", (), {})  # type: ignore[attr-defined]
    numpy = importlib.import_module("numpy")
    for name in ("VisibleDeprecationWarning", "RankWarning"):
        if not hasattr(numpy, name):
            setattr(numpy, name, getattr(numpy.exceptions, name))


def prepare() -> None:
    """Make ``import rasa`` work in this process. Safe to call again.

    skops goes first: it scans loaded modules, which takes 0.3 s early and 4 s late.
    """
    if any(isinstance(finder, _HollowFinder) for finder in sys.meta_path):
        return
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    # Its cache of trained parts knows sentences and settings, but not our encoder and lexicon: what
    # was made with older ones would be taken for theirs.
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    # Or aiogram, which Rasa may import, exchanges the policy of event loops for uvloop's under the
    # loop that runs: it could start no process any more, so no voice and no reader of photographs.
    os.environ["DISABLE_UVLOOP"] = "1"
    _restore_names()
    importlib.import_module("skops.io")
    # Only now: skops and transformers look for tensorflow and must not find the hollow one.
    sys.meta_path.insert(0, _HollowFinder())
    for category in (DeprecationWarning, FutureWarning, PendingDeprecationWarning, UserWarning):
        warnings.filterwarnings("ignore", category=category, module=r"(rasa|pkg_resources|sanic).*")
    _leave_unopened("rasa.core.channels")
    quiet: Callable[..., None] = importlib.import_module("rasa.utils.log_utils").configure_structlog
    quiet(logging.WARNING)
    logging.getLogger("rasa").setLevel(logging.WARNING)
