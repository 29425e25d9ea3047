"""`Normalized`: a stage config with every value accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast

from pydantic import ValidationError

from crucible_train.diagnostics.diagnostic import Diagnostic, Loc, Span, format_loc
from crucible_train.ir.ir_check import is_written
from crucible_train.loops.stage_config import Layer, Origin, StageConfig, TrainingStageConfig

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pydantic import BaseModel

    from crucible_train.ir.spec import Source

C = TypeVar("C", bound=StageConfig, covariant=True)

UNCOUNTED = frozenset({"log_path", "logger"})
"""Settings without effect on what a run computes: where it writes, what it shows."""

_REFERENCES = ("model_ref", "dataset_ref", "eval_dataset_ref")
"""Settings that stages keep as mappings and the IR has a type for, in which a null says nothing."""


class Provenance(NamedTuple):
    """Where one value of a stage config comes from."""

    value: Any
    layer: Layer
    key: str
    """The key it was written under, such as `epochs` or `options.lr_schedule`; empty for a default."""
    span: Span | None
    """Where it was written, if that was in a file."""
    rule: str
    """How the key became the setting, such as `epochs -> num_epochs`."""
    label: str = ""
    """What it was written in, if that was no file: `--set`, a variable's name."""

    @property
    def at(self) -> str | None:
        """The place where it was written: in a file, or the name of what it was written in."""
        return str(self.span) if self.span else self.label or None

    def to_json(self) -> dict[str, Any]:
        """The row as JSON data."""
        return {
            "value": self.value,
            "layer": self.layer.label,
            "key": self.key,
            "at": self.at,
            "rule": self.rule,
        }


@dataclass(frozen=True, init=False)
class Normalized(Generic[C]):
    """The outcome of normalisation: pure data, plus where each value came from."""

    stage: str
    config: C
    warnings: tuple[Diagnostic, ...] = ()
    backend_checked: bool = False
    """Whether a training backend was asked if it can honour the settings."""
    backend_model: type[BaseModel] | None = field(default=None, repr=False)
    """What that backend understands of `training_config`, with its defaults."""
    _origins: Mapping[Loc, Origin] = field(default_factory=dict[Loc, Origin], repr=False)
    _beneath: Mapping[Loc, tuple[Origin, ...]] = field(
        default_factory=dict[Loc, tuple[Origin, ...]], repr=False
    )
    _sources: Sequence[Source] = field(default=(), repr=False)

    def __init__(
        self,
        stage: str,
        config: C,
        warnings: tuple[Diagnostic, ...] = (),
        *,
        backend_checked: bool = False,
        backend_model: type[BaseModel] | None = None,
        _origins: Mapping[Loc, Origin] | None = None,
        _beneath: Mapping[Loc, tuple[Origin, ...]] | None = None,
        _sources: Sequence[Source] = (),
    ) -> None:
        # What a frozen dataclass generates sets one field at a time, through `object.__setattr__`.
        self.__dict__.update(
            stage=stage,
            config=config,
            warnings=warnings,
            backend_checked=backend_checked,
            backend_model=backend_model,
            _origins=_origins or {},
            _beneath=_beneath or {},
            _sources=_sources,
        )

    def to_json(self) -> dict[str, Any]:
        """The stage config as JSON data."""
        return self.config.model_dump(mode="json")

    @cached_property
    def effective(self) -> Mapping[str, Any]:
        """Every value that takes effect, as JSON data: the config without its `UNCOUNTED` settings and,
        where a backend was asked, with that backend's defaults."""
        values = {name: value for name, value in self.to_json().items() if name not in UNCOUNTED}
        if isinstance(self.config, TrainingStageConfig):
            told = {**values["training_config"], **(self._told or {})}
            values["training_config"] = _without_nulls(told)
        return _without_nulls(values)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the stage and `effective`; equal fingerprints mean equal runs."""
        return fingerprint_of(self.stage, self.effective)

    @cached_property
    def _told(self) -> Mapping[str, Any] | None:
        """What the backend reads in its part of the config, its defaults included, where one was asked."""
        if self.backend_model is None or not isinstance(self.config, TrainingStageConfig):
            return None
        try:
            read = self.backend_model.model_validate(self.config.training_config)
        except ValidationError:
            return None  # no model is named: whoever opens a session says so
        return read.model_dump(mode="json", by_alias=True)

    @cached_property
    def unchecked(self) -> tuple[str, ...]:
        """What only a run can find out, in words."""
        found: list[str] = []
        if isinstance(self.config, TrainingStageConfig):
            if not self.backend_checked:
                found.append("whether a backend can honour the settings: none was chosen")
            model_ref = self.config.training_config.get("model_ref")
            if isinstance(model_ref, dict) and "id" in model_ref:
                found.append(f"that the model {model_ref['id']!r} can be loaded")
        for name in ("dataset_ref", "eval_dataset_ref"):
            reference: dict[str, Any] | None = getattr(self.config, name, None)
            if reference is not None:
                found.append(f"that the data set {reference['name']!r} exists, and its columns")
        return tuple(dict.fromkeys(found))  # one data set may be there to train and to evaluate on

    @cached_property
    def provenance(self) -> Mapping[str, Provenance]:
        """Setting (`num_epochs`, `training_config.seed`) to its origin, for every value of the config. A
        mapping that several files make has a row more for each part from another file.

        Where the backend was asked, its defaults are there too: they take effect like any other.
        """
        rows: dict[str, Provenance] = {}
        for target, value in self._leaves():
            rows[format_loc(target)] = self.trace(target, value)
            for loc, part in self._parts_elsewhere(target, value):
                rows[format_loc(loc)] = self.trace(loc, part)
        if self._told is not None:
            given = cast("TrainingStageConfig", self.config).training_config
            for target, value in _left_out(given, self._told, ("training_config",)):
                rows[format_loc(target)] = self.trace(target, value)
        return rows

    def trace(self, loc: Loc, value: Any) -> Provenance:
        """Where `value` comes from, which is a setting, or what a setting that is a mapping has at `loc`."""
        target, rest = (loc[:2], loc[2:]) if loc[0] == "training_config" else (loc[:1], loc[1:])
        top = self._origins.get(target)
        for origin in (top, *self._beneath.get(target, ())) if top is not None else ():
            source = self._sources[origin.source]
            key = (*origin.loc, *rest)
            if origin.layer is Layer.DEFAULT or (rest and not is_written(source.values, key)):
                continue
            rule = "kept" if key == loc else f"{format_loc(key)} -> {format_loc(loc)}"
            label = source.label_at(key) if source.from_text else ""
            return Provenance(value, origin.layer, source.shown(key), source.span(key), rule, label)
        if rest and top is not None and not self._is_mapping(top):
            return self.trace(target, value)  # the setting was written in another form than its config has
        given = cast("Mapping[str, Any]", getattr(self.config, "training_config", {}))
        backend = target[0] == "training_config" and (rest or str(target[-1]) not in given)
        return Provenance(value, Layer.DEFAULT, "", None, "backend default" if backend else "stage default")

    def read_from(self, layer: Layer) -> frozenset[str]:
        """The top-level keys of `layer` whose values took effect."""
        return frozenset(
            str(origin.loc[0]) for origin in self._origins.values() if origin.layer is layer and origin.loc
        )

    def placed(self, finding: Diagnostic) -> Diagnostic:
        """`finding`, whose `loc` is a setting, at the key that setting was written under, and by its name."""
        origin = self._origins.get(finding.loc)
        if origin is None or origin.source < 0:
            return finding
        message = finding.message.replace(f"`{format_loc(finding.loc)}", f"`{format_loc(origin.loc)}", 1)
        return self._sources[origin.source].place(replace(finding, message=message, loc=origin.loc))

    def _leaves(self) -> Iterator[tuple[Loc, Any]]:
        for name, value in self.to_json().items():
            if name == "training_config":
                for key, item in cast("dict[str, Any]", value).items():
                    yield ("training_config", key), item
            else:
                yield (name,), value

    def _parts_elsewhere(self, target: Loc, value: Any) -> Iterator[tuple[Loc, Any]]:
        """What the mapping at `target` has from another file than the one it is in itself."""
        origin = self._origins.get(target)
        if origin is None or origin.source < 0 or self._sources[origin.source].rank is None:
            return
        from crucible_train.ir.experiment_sources import value_at  # few specs extend others
        from crucible_train.ir.nearest import parts_elsewhere

        for rest in parts_elsewhere(self._sources[origin.source], origin.loc):
            part = value_at(value, rest)
            if part is not None:
                yield (*target, *rest), part

    def _is_mapping(self, origin: Origin) -> bool:
        value: Any = self._sources[origin.source].values
        for key in origin.loc:
            value = value[key]
        return isinstance(value, Mapping)


def canonical(value: Any) -> str:
    """The one text of JSON data: neither the order of keys counts, nor whether a number is `1` or `1.0`."""
    import json  # only runs and comparisons ask for it

    return json.dumps(_one_form(value), sort_keys=True, separators=(",", ":"))


def fingerprint_of(stage: str, effective: Mapping[str, Any]) -> str:
    """The fingerprint of a stage and what takes effect in it."""
    import hashlib

    return hashlib.sha256(canonical({"stage": stage, "config": effective}).encode()).hexdigest()


def fingerprint_of_all(stages: Iterable[tuple[str, str]]) -> str:
    """The fingerprint of the stages that run, each by its label and its own fingerprint."""
    import hashlib

    return hashlib.sha256("\n".join(f"{label} {own}" for label, own in stages).encode()).hexdigest()


def _without_nulls(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {key: item for key, item in cast("dict[str, Any]", value).items() if item is not None}
        if name in _REFERENCES and isinstance(value, dict)
        else value
        for name, value in values.items()
    }


def _left_out(given: Mapping[str, Any], effective: Mapping[str, Any], loc: Loc) -> Iterator[tuple[Loc, Any]]:
    """What a backend adds to the settings it was given, at every depth."""
    for key, value in effective.items():
        if isinstance(value, dict) and isinstance(given.get(key), Mapping | None):
            yield from _left_out(given.get(key) or {}, cast("dict[str, Any]", value), (*loc, key))
        elif key not in given and value is not None:
            yield (*loc, key), value


def _one_form(value: Any) -> Any:
    """The same number in the same form: `1` and `1.0` mean one thing to a backend."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case dict():
            return {key: _one_form(item) for key, item in cast("dict[str, Any]", value).items()}
        case list():
            return [_one_form(item) for item in cast("list[Any]", value)]
        case _:
            return value
