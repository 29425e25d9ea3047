"""`Normalized`: a stage config with every value accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast

from crucible_train.diagnostics.diagnostic import Diagnostic, Loc, Span, format_loc
from crucible_train.loops.stage_config import Layer, Origin, StageConfig, TrainingStageConfig

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic import BaseModel

    from crucible_train.ir.spec import Source

C = TypeVar("C", bound=StageConfig, covariant=True)

UNCOUNTED = frozenset({"log_path", "logger"})
"""Settings without effect on what a run computes: where it writes, what it shows."""


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

    def to_json(self) -> dict[str, Any]:
        """The row as JSON data."""
        return {
            "value": self.value,
            "layer": self.layer.label,
            "key": self.key,
            "at": str(self.span) if self.span else None,
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
            _sources=_sources,
        )

    def to_json(self) -> dict[str, Any]:
        """The stage config as JSON data."""
        return self.config.model_dump(mode="json")

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the stage and every value that takes effect; equal fingerprints mean equal runs.

        `UNCOUNTED` settings do not count.
        """
        import hashlib  # only runs and comparisons ask for fingerprints
        import json

        config = {key: _one_form(value) for key, value in self.to_json().items() if key not in UNCOUNTED}
        text = json.dumps({"stage": self.stage, "config": config}, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

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
        """Setting (`num_epochs`, `training_config.seed`) to its origin, for every value of the config.

        Where the backend was asked, its defaults are there too: they take effect like any other.
        """
        rows = {format_loc(target): self._trace(target, value) for target, value in self._leaves()}
        if self.backend_model is not None and isinstance(self.config, TrainingStageConfig):
            given = self.config.training_config
            effective = self.backend_model.model_validate(given).model_dump(mode="json")
            for target, value in _left_out(given, effective, ("training_config",)):
                rows[format_loc(target)] = Provenance(value, Layer.DEFAULT, "", None, "backend default")
        return rows

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

    def _trace(self, target: Loc, value: Any) -> Provenance:
        origin = self._origins.get(target)
        setting = format_loc(target)
        if origin is None or origin.layer is Layer.DEFAULT:
            return Provenance(value, Layer.DEFAULT, "", None, "stage default")
        key = format_loc(origin.loc)
        rule = "kept" if key == setting else f"{key} -> {setting}"
        source = self._sources[origin.source]
        return Provenance(value, origin.layer, source.shown(origin.loc), source.span(origin.loc), rule)


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
