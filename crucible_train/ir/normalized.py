"""`Normalized`: a stage config with every value accounted for."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from crucible_train.diagnostics.diagnostic import Diagnostic, Loc, Span, format_loc
from crucible_train.loops.stage_config import Layer, Origin, StageConfig

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crucible_train.ir.spec import Source

C = TypeVar("C", bound=StageConfig, covariant=True)


@dataclass(frozen=True, slots=True)
class Provenance:
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


@dataclass(frozen=True)
class Normalized(Generic[C]):
    """The outcome of normalisation: pure data, plus where each value came from."""

    stage: str
    config: C
    warnings: tuple[Diagnostic, ...] = ()
    unchecked: tuple[str, ...] = ()
    """What only a run can find out, in words."""
    _origins: Mapping[Loc, Origin] = field(default_factory=dict[Loc, Origin], repr=False)
    _sources: Sequence[Source] = field(default=(), repr=False)

    def to_json(self) -> dict[str, Any]:
        """The stage config as JSON data."""
        return self.config.model_dump(mode="json")

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the stage and every value that takes effect; equal fingerprints mean equal runs.

        Where the run writes (`log_path`) and what it shows (`logger`) do not count.
        """
        import hashlib  # only runs and comparisons ask for fingerprints

        config = {key: value for key, value in self.to_json().items() if key not in ("log_path", "logger")}
        text = json.dumps({"stage": self.stage, "config": config}, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def provenance(self) -> Mapping[str, Provenance]:
        """Setting (`num_epochs`, `training_config.seed`) to its origin, for every value of the config."""
        return {format_loc(target): self._trace(target, value) for target, value in self._leaves()}

    def span_of(self, target: Loc) -> Span | None:
        """Where the value of a setting was written."""
        origin = self._origins.get(target)
        return None if origin is None or origin.source < 0 else self._locate(origin)

    def _leaves(self) -> Iterator[tuple[Loc, Any]]:
        for name, value in self.to_json().items():
            if name == "training_config":
                for key, item in cast("dict[str, Any]", value).items():
                    yield ("training_config", key), item
            else:
                yield (name,), value

    def _locate(self, origin: Origin) -> Span | None:
        return self._sources[origin.source].locate(origin.loc, "value")

    def _trace(self, target: Loc, value: Any) -> Provenance:
        origin = self._origins.get(target)
        setting = format_loc(target)
        if origin is None or origin.layer is Layer.DEFAULT:
            return Provenance(value, Layer.DEFAULT, "", None, "stage default")
        key = format_loc(origin.loc)
        rule = "kept" if key == setting else f"{key} -> {setting}"
        return Provenance(value, origin.layer, key, self._locate(origin), rule)
