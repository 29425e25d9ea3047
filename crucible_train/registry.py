"""Stages and adapters by name: the built-in ones, then those of installed packages (entry points).

A plug-in package registers a stage in the entry-point group `crucible_train.stages` and an adapter in
`crucible_train.<port>`, each entry naming a class. Nothing is imported before it is asked for.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, cast

from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from pydantic import BaseModel

    from crucible_train.stages.stage import Stage

Kind: TypeAlias = Literal["stages", "training_client", "sampling_client", "dataset_store", "tokenizer"]

DEFAULT_BACKEND = "local"
"""The training backend where neither the spec nor the settings name one."""

DEFAULT_DATASET_STORE = "files"
"""The data-set store where neither the reference nor the settings name one."""

BUILT_IN: dict[Kind, dict[str, str]] = {
    "stages": {
        "supervised_train": "crucible_train.stages.supervised:SupervisedTrain",
        "validate_data": "crucible_train.stages.validate_data:ValidateData",
        "report": "crucible_train.stages.report:Report",
    },
    "training_client": {"local": "crucible_train.adapters.training_client.local:LocalTrainingClient"},
    "sampling_client": {"local": "crucible_train.adapters.sampling_client.local:LocalSamplingClient"},
    # The `memory` store is not here: it holds what a program gives it, so no name can stand for one.
    "dataset_store": {"files": "crucible_train.adapters.dataset_store.files:FilesDatasetStore"},
    "tokenizer": {"bytes": "crucible_train.adapters.tokenizer.bytes:BytesTokenizerProvider"},
}


class NotRegistered(NamedTuple):
    """No stage or adapter of that name."""

    kind: Kind
    name: str
    known: tuple[str, ...]

    def __str__(self) -> str:
        what = "stage" if self.kind == "stages" else f"{self.kind} adapter"
        return f"no {what} is named {self.name!r}; known: {', '.join(self.known)}"


class Broken(NamedTuple):
    """A registered plug-in that does not import, or is not what it is registered as."""

    kind: Kind
    name: str
    reason: str

    def __str__(self) -> str:
        return f"the {self.kind} plug-in {self.name!r} cannot be used: {self.reason}"


def names(kind: Kind) -> tuple[str, ...]:
    """Every registered name of a kind, built-in ones first."""
    return (*BUILT_IN[kind], *(name for name in _plugins(kind) if name not in BUILT_IN[kind]))


def load(kind: Kind, name: str) -> Result[Any, NotRegistered | Broken]:
    """The class registered under `name`."""
    target = BUILT_IN[kind].get(name)
    if target is not None:
        return _imported(target)
    plugins = _plugins(kind).get(name)
    if plugins is None:
        return Err(NotRegistered(kind, name, names(kind)))
    if len(plugins) > 1:
        return Err(Broken(kind, name, f"several packages register it: {', '.join(sorted(plugins))}"))
    try:
        return Ok(plugins.popitem()[1].load())
    except Exception as error:  # noqa: BLE001 - a plug-in may fail in any way while it is imported
        return Err(Broken(kind, name, f"{type(error).__name__}: {error}"))


@cache
def _imported(target: str) -> Ok[Any]:
    module, _, attribute = target.partition(":")
    return Ok(getattr(import_module(module), attribute))


def stage(name: str) -> Result[type[Stage], NotRegistered | Broken]:
    """The stage class registered under `name`."""
    return _having(("config_model", "run", "run_normalized", "describe"), "stages", name)


def training_config_model(backend: str) -> Result[type[BaseModel], NotRegistered | Broken]:
    """The model of the `training_config` that a training backend understands."""
    match _having(("training_config_model",), "training_client", backend):
        case Ok(client):
            return Ok(cast("type[BaseModel]", client.training_config_model))
        case Err() as failed:
            return failed


def _having(attributes: tuple[str, ...], kind: Kind, name: str) -> Result[Any, NotRegistered | Broken]:
    """The class registered under `name`, if it has what is going to be asked of it."""
    target = BUILT_IN[kind].get(name)
    if target is not None:
        return _imported(target)  # ours have it
    match load(kind, name):
        case Ok(found):
            missing = [attribute for attribute in attributes if not hasattr(found, attribute)]
            return Err(Broken(kind, name, f"it has no {', '.join(missing)}")) if missing else Ok(found)
        case Err() as failed:
            return failed


def _plugins(kind: Kind) -> dict[str, dict[str, EntryPoint]]:
    """Name -> what is registered under it, by the class it names."""
    from importlib.metadata import entry_points  # only names that are not built in need it

    found: dict[str, dict[str, EntryPoint]] = {}
    for entry in entry_points(group=f"crucible_train.{kind}"):
        found.setdefault(entry.name, {})[entry.value] = entry
    return found
