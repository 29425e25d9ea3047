"""What every stage config shares: the model base, and the mapping table that `fold` reads spec keys by.

The config of a training stage *is* its mapping table. A field with a `validation_alias` comes from the
spec's key of that name (`num_epochs` from `epochs`; an alias equal to the field's name marks a key that
keeps its name); the class lists in `backend_keys` what is gathered into `training_config`; the keys of
`options` that name a field are lifted to it, the rest joins `training_config`. `mapping_table()` reads that
back for the docs. A stage that trains nothing has its own fields and no such table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, NamedTuple, Self, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from crucible_train.loops.folding import Folded, Folder, Given, Keys, Layer, Origin, Route, Routes, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crucible_train.diagnostics.diagnostic import Diagnostic, Loc


def list_as_tuple(value: object) -> object:
    """Specs have lists; a config keeps tuples, so that it stays immutable."""
    return tuple(cast("list[Any]", value)) if isinstance(value, list) else value


class MappingRow(NamedTuple):
    """One row of a stage's mapping table: a spec key and its fate."""

    source: str
    target: str
    rule: str


_ALREADY_FOLDED = object()


class StageConfig(BaseModel):
    """Base of all stage configs: frozen, strict, no unknown keys, no NaN; pure data."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        defer_build=True,  # a base is never validated itself
        validate_by_name=True,
        validate_by_alias=True,
    )

    backend_keys: ClassVar[tuple[str, ...]] = ()
    """Spec keys gathered into `training_config`, for the session."""
    training_config_defaults: ClassVar[Mapping[str, Any]] = {}
    """Defaults of the stage for keys of `training_config`."""
    not_options: ClassVar[frozenset[str]] = frozenset({"run_name", "dataset_ref", "training_config"})
    """Fields that `options` cannot set."""
    errors_between_settings: ClassVar[tuple[str, ...]] = ()
    """Codes of the errors that `findings` may give. A schema says those that it can, and lists the others."""

    @classmethod
    def trains(cls) -> bool:
        """Whether the stage reads a whole training config and tells a backend its part of it."""
        return False

    @classmethod
    def mapping_table(cls) -> tuple[MappingRow, ...]:
        """Every key of the training config and what becomes of it in this stage; empty where none is read."""
        if not cls.trains():
            return ()
        rows = [
            MappingRow(source, name, "kept" if source == name else "renamed")
            for source, name in _aliases(cls).items()
        ]
        rows += [MappingRow(key, f'training_config["{key}"]', "gathered") for key in cls.backend_keys]
        rows.append(MappingRow("options", "its own field, else training_config[...]", "lifted"))
        return tuple(rows)

    @classmethod
    def spec_keys(cls) -> frozenset[str]:
        """Every key a spec for this stage may have at its top level."""
        return _spec_keys(cls)

    @classmethod
    def option_keys(cls) -> frozenset[str]:
        """The keys of `options` that are lifted to fields of their own."""
        return _option_keys(cls)

    @classmethod
    def from_folded(cls, values: Mapping[str, Any]) -> Self:
        """Validate folded values. Raises `pydantic.ValidationError`."""
        return cls.__pydantic_validator__.validate_python(values, context=_ALREADY_FOLDED)

    def findings(
        self, total_steps: int | None = None, broken: frozenset[str] = frozenset()
    ) -> list[Diagnostic]:
        """Findings about the config as a whole, with the field each is about as its `loc`.

        `total_steps` is the length of the training in optimizer steps, where it is known. Rules that
        involve a `broken` field, whose given value was wrong, do not apply.
        """
        return []

    @model_validator(mode="before")
    @classmethod
    def _apply_mapping(cls, data: Any, info: ValidationInfo) -> Any:
        """Let the model read a spec mapping on its own, by the same rules as normalisation."""
        if info.context is _ALREADY_FOLDED or not isinstance(data, dict):
            return data
        folded = fold(cls, [Given(cast("dict[str, Any]", data))])
        if folded.conflicts:
            _, first, second = folded.conflicts[0]
            raise PydanticCustomError(
                "crucible.CRU105",
                "`{first}` and `{second}` are two names of one setting",
                {"first": first.loc[-1], "second": second.loc[-1]},
            )
        for origin in folded.unknown:
            folded.values[str(origin.loc[0])] = data[origin.loc[0]]
        return folded.values


class TrainingStageConfig(StageConfig):
    """Base of the configs of stages that train: a backend, and what it is told."""

    backend: Annotated[str | None, Field(min_length=1)] = None
    """The training backend."""

    training_config: dict[str, Any] = Field(default_factory=dict[str, Any])
    """What the backend is told: the model, the optimizer, the seed and the backend's own settings."""

    @classmethod
    def trains(cls) -> bool:
        """It does."""
        return True


@cache
def _aliases(cls: type[StageConfig]) -> dict[str, str]:
    return {
        info.validation_alias: name
        for name, info in cls.model_fields.items()
        if isinstance(info.validation_alias, str)
    }


@cache
def _option_keys(cls: type[StageConfig]) -> frozenset[str]:
    return frozenset(cls.model_fields) - cls.not_options if cls.trains() else frozenset()


@cache
def _spec_keys(cls: type[StageConfig]) -> frozenset[str]:
    keys = frozenset({*cls.model_fields, *_aliases(cls), *cls.backend_keys})
    return keys | {"options"} if cls.trains() else keys


@cache
def _table(cls: type[StageConfig], layer: Layer | None, source: int) -> Table:
    """Where the keys of a source go. A whole spec (`layer` `None`) speaks for three layers."""

    def field(name: str, whole: Layer, *loc: str) -> Route:
        return ((name,), False, name, Origin(whole if layer is None else layer, source, loc))

    top = {name: field(name, Layer.DIRECT, name) for name in cls.model_fields if name != "training_config"}
    top |= {key: field(name, Layer.IR, key) for key, name in _aliases(cls).items()}
    for key in cls.backend_keys:
        origin = Origin(Layer.IR if layer is None else layer, source, (key,))
        top[key] = (("training_config", key), True, key, origin)
    options = {name: field(name, Layer.OPTIONS, "options", name) for name in _option_keys(cls)}
    two_names = tuple((key, name) for key, name in _aliases(cls).items() if key != name)
    return Table(top, options, two_names, trains=cls.trains())


def fold(cls: type[StageConfig], givens: Sequence[Keys]) -> Folded:
    """Fold sources of spec keys, lowest precedence first, into the fields of `cls`; see `folding`."""
    folder = Folder()
    for index, given in enumerate(givens):
        folder.read(index, given, _table(cls, given.layer, index))
    return folder.finish(cls.training_config_defaults)


def targets(cls: type[StageConfig], given: Keys) -> Iterator[tuple[Loc, Loc]]:
    """The path of every key of a source, and the setting that it sets, if it sets one."""
    table = _table(cls, given.layer, 0)
    for key, value in given.values.items():
        if key in table.top:
            yield (key,), table.top[key][0]
        elif table.trains and key in ("options", "training_config") and isinstance(value, Mapping):
            routes: Routes = table.options if key == "options" else {}
            for name in cast("Mapping[str, Any]", value):
                yield (key, name), routes[name][0] if name in routes else ("training_config", name)


__all__ = [
    "Folded",
    "Given",
    "Layer",
    "MappingRow",
    "Origin",
    "StageConfig",
    "TrainingStageConfig",
    "fold",
    "list_as_tuple",
    "targets",
]
