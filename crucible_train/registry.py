"""Stages and adapters by name: the built-in ones, then those of installed packages (entry points).

A plug-in package registers a stage in the entry-point group `crucible_train.stages` and an adapter in
`crucible_train.<port>`, each entry naming a class. Nothing is imported before it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, cast

from crucible_train.result import Err, Ok, Result

if TYPE_CHECKING:
    from pydantic import BaseModel

    from crucible_train.stages.stage import Stage

Kind: TypeAlias = Literal["stages", "training_client", "sampling_client", "dataset_store", "tokenizer"]

DEFAULT_BACKEND = "local"
"""The training backend where neither the spec nor the settings name one."""

BUILT_IN: dict[Kind, dict[str, str]] = {
    "stages": {"supervised_train": "crucible_train.stages.supervised:SupervisedTrain"},
    "training_client": {"local": "crucible_train.adapters.training_client.local:LocalTrainingClient"},
    "sampling_client": {"local": "crucible_train.adapters.sampling_client.local:LocalSamplingClient"},
    "dataset_store": {
        "files": "crucible_train.adapters.dataset_store.files:FilesDatasetStore",
        "memory": "crucible_train.adapters.dataset_store.memory:MemoryDatasetStore",
    },
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
    """A registered plug-in that does not import."""

    kind: Kind
    name: str
    reason: str

    def __str__(self) -> str:
        return f"the {self.kind} plug-in {self.name!r} cannot be loaded: {self.reason}"


def names(kind: Kind) -> tuple[str, ...]:
    """Every registered name of a kind, built-in ones first."""
    return (*BUILT_IN[kind], *(name for name in _plugins(kind) if name not in BUILT_IN[kind]))


def load(kind: Kind, name: str) -> Result[Any, NotRegistered | Broken]:
    """The class registered under `name`."""
    target = BUILT_IN[kind].get(name)
    if target is not None:
        module, _, attribute = target.partition(":")
        return Ok(getattr(import_module(module), attribute))
    plugin = _plugins(kind).get(name)
    if plugin is None:
        return Err(NotRegistered(kind, name, names(kind)))
    try:
        return Ok(plugin.load())
    except Exception as error:  # noqa: BLE001 - a plug-in may fail in any way while it is imported
        return Err(Broken(kind, name, f"{type(error).__name__}: {error}"))


def stage(name: str) -> Result[type[Stage], NotRegistered | Broken]:
    """The stage class registered under `name`."""
    return load("stages", name)


def training_config_model(backend: str) -> Result[type[BaseModel], NotRegistered | Broken]:
    """The model of the `training_config` that a training backend understands."""
    match load("training_client", backend):
        case Ok(client):
            return Ok(cast("type[BaseModel]", client.training_config_model))
        case Err() as failed:
            return failed


def _plugins(kind: Kind) -> dict[str, Any]:
    from importlib.metadata import entry_points  # only names that are not built in need it

    return {entry.name: entry for entry in entry_points(group=f"crucible_train.{kind}")}
