"""What every stage config shares: the model base, and `fold`, which turns layers of spec keys into fields.

A stage config *is* its mapping table. A field with a `validation_alias` comes from the spec's key of that
name (`num_epochs` from `epochs`; an alias equal to the field's name marks a key that keeps its name); the
class lists in `backend_keys` what is gathered into `training_config`; the keys of `options` that name a
field are lifted to it, the rest joins `training_config`. `mapping_table()` reads that back for the docs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from typing import Annotated, Any, ClassVar, NamedTuple, Self, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from crucible_train.diagnostics.diagnostic import Diagnostic, Loc


class Layer(IntEnum):
    """Where a value comes from. A higher layer wins over a lower one."""

    DEFAULT = 0
    """The stage's own default."""
    SETTINGS = 1
    """`CRUCIBLE_*` variables and `[tool.crucible]`."""
    IR = 2
    """A field of the training config."""
    OPTIONS = 3
    """A key of the training config's `options`."""
    DIRECT = 4
    """A stage key, by the stage's own name."""
    SET = 5
    """`--set KEY=VALUE`."""
    FLAG = 6
    """A command-line flag of its own, such as `--backend`."""

    @property
    def label(self) -> str:
        """The name shown to people."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Given:
    """One source of spec keys.

    `layer` `None` marks a whole spec, whose keys spread over the `ir`, `options` and `direct` layers.
    """

    values: Mapping[str, Any]
    layer: Layer | None = None


class Origin(NamedTuple):
    """Which key of which source a value was read from."""

    layer: Layer
    source: int
    """Index of the `Given`."""
    loc: Loc


@dataclass(slots=True)
class Folded:
    """Layers folded into stage fields. Targets are `("num_epochs",)` or `("training_config", "seed")`."""

    values: dict[str, Any] = field(default_factory=dict[str, Any])
    origins: dict[Loc, Origin] = field(default_factory=dict[Loc, Origin])
    overridden: list[tuple[Loc, Origin, Origin]] = field(default_factory=list[tuple[Loc, Origin, Origin]])
    """Target, the origin that lost, the origin that won."""
    conflicts: list[tuple[Loc, Origin, Origin]] = field(default_factory=list[tuple[Loc, Origin, Origin]])
    """Target, and two spellings of it in one mapping."""
    unknown: list[Origin] = field(default_factory=list[Origin])
    """Keys that are neither the spec's nor the stage's."""


@dataclass(frozen=True, slots=True)
class MappingRow:
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
        validate_by_name=True,
        validate_by_alias=True,
    )

    backend_keys: ClassVar[tuple[str, ...]] = ()
    """Spec keys gathered into `training_config`, for the session."""
    training_config_defaults: ClassVar[Mapping[str, Any]] = {}
    """Defaults of the stage for keys of `training_config`."""
    not_options: ClassVar[frozenset[str]] = frozenset({"run_name", "dataset_ref", "training_config"})
    """Fields that `options` cannot set."""

    backend: Annotated[str | None, Field(min_length=1)] = None
    """The training backend."""

    training_config: dict[str, Any] = Field(default_factory=dict[str, Any])
    """What the backend is told: the model, the optimizer, the seed and the backend's own settings."""

    @classmethod
    def mapping_table(cls) -> tuple[MappingRow, ...]:
        """Every key of the training config and what becomes of it in this stage."""
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
        return frozenset({*cls.model_fields, *_aliases(cls), *cls.backend_keys, "options"})

    @classmethod
    def option_keys(cls) -> frozenset[str]:
        """The keys of `options` that are lifted to fields of their own."""
        return _option_keys(cls)

    @classmethod
    def from_folded(cls, values: Mapping[str, Any]) -> Self:
        """Validate folded values. Raises `pydantic.ValidationError`."""
        return cls.model_validate(values, context=_ALREADY_FOLDED)

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


@cache
def _aliases(cls: type[StageConfig]) -> dict[str, str]:
    return {
        info.validation_alias: name
        for name, info in cls.model_fields.items()
        if isinstance(info.validation_alias, str)
    }


@cache
def _option_keys(cls: type[StageConfig]) -> frozenset[str]:
    return frozenset(cls.model_fields) - cls.not_options


@cache
def _routes(cls: type[StageConfig]) -> dict[str, tuple[Loc, Layer]]:
    """Top-level key of a spec -> the field it sets and the layer it speaks for."""
    routes: dict[str, tuple[Loc, Layer]] = {name: ((name,), Layer.DIRECT) for name in cls.model_fields}
    routes.update({source: ((name,), Layer.IR) for source, name in _aliases(cls).items()})
    routes.update({key: (("training_config", key), Layer.IR) for key in cls.backend_keys})
    return routes


def fold(cls: type[StageConfig], givens: Sequence[Given]) -> Folded:
    """Fold sources of spec keys into the fields of `cls`, keeping for every value where it came from.

    Precedence, lowest first: stage defaults, settings, IR fields, IR options, direct stage keys, `--set`,
    flags. Within a layer the last write wins. `null` means "not set"; in `--set` it takes a value back.
    """
    folded = Folded()
    fold_one = _Folder(cls, folded)
    for key, value in cls.training_config_defaults.items():
        fold_one.put(("training_config", key), value, Origin(Layer.DEFAULT, -1, ()))
    for index, given in enumerate(givens):
        fold_one.mapping(index, given)
    return folded


class _Folder:
    """The state of one `fold`."""

    def __init__(self, cls: type[StageConfig], folded: Folded) -> None:
        self.routes = _routes(cls)
        self.option_keys = _option_keys(cls)
        self.folded = folded

    def mapping(self, index: int, given: Given) -> None:
        """Fold one source."""
        seen: dict[Loc, Origin] = {}
        for key, value in given.values.items():
            if key == "options":
                self._options(index, given, value)
                continue
            route = self.routes.get(key)
            if route is None:
                self.folded.unknown.append(Origin(given.layer or Layer.IR, index, (key,)))
                continue
            target, layer = route
            origin = Origin(layer if given.layer is None else given.layer, index, (key,))
            earlier = seen.setdefault(target, origin)
            if earlier is not origin:
                self.folded.conflicts.append((target, earlier, origin))
            if target == ("training_config",) and isinstance(value, Mapping):
                for name, item in cast("Mapping[str, Any]", value).items():
                    self.put((*target, name), item, Origin(origin.layer, index, (key, name)))
            else:
                self.put(target, value, origin)

    def _options(self, index: int, given: Given, options: Any) -> None:
        if not isinstance(options, Mapping):
            if options is not None and given.layer is not None:
                self.folded.unknown.append(Origin(given.layer, index, ("options",)))
            return  # a whole spec's `options` of another type is refused by the IR model
        layer = Layer.OPTIONS if given.layer is None else given.layer
        for key, value in cast("Mapping[str, Any]", options).items():
            target = (key,) if key in self.option_keys else ("training_config", key)
            self.put(target, value, Origin(layer, index, ("options", key)))

    def put(self, target: Loc, value: Any, origin: Origin) -> None:
        """Set `target`, unless a higher layer has."""
        values, origins = self.folded.values, self.folded.origins
        if value is None and origin.layer is not Layer.SET:
            return
        earlier = origins.get(target)
        if earlier is not None:
            if earlier.layer > origin.layer:
                self.folded.overridden.append((target, origin, earlier))
                return
            if earlier.layer is not Layer.DEFAULT:
                self.folded.overridden.append((target, earlier, origin))
        holder = values if len(target) == 1 else values.setdefault("training_config", {})
        name = str(target[-1])
        if value is None:
            holder.pop(name, None)
            origins.pop(target, None)
            return
        if origin.layer is Layer.SET:
            value = _merged(holder.get(name), value)
        holder[name] = value
        origins[target] = origin


def _merged(below: Any, above: Any) -> Any:
    """`--set a.b=1` changes `b` and leaves the rest of `a` as it was."""
    if not (isinstance(below, Mapping) and isinstance(above, Mapping)):
        return above
    result: dict[str, Any] = dict(cast("Mapping[str, Any]", below))
    for key, value in cast("Mapping[str, Any]", above).items():
        result[key] = _merged(result.get(key), value)
    return result
