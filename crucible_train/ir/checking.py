"""`Checker`: every check of one normalisation, in one pass, collecting findings instead of stopping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel, ValidationError

from crucible_ir import DatasetRef, TrainingConfig
from crucible_train.diagnostics.diagnostic import Diagnostic, Loc, Severity, format_loc
from crucible_train.diagnostics.from_pydantic import findings_of
from crucible_train.ir.backend_check import backend_findings, store_findings
from crucible_train.ir.spec import Source, overlay
from crucible_train.ir.unknown_keys import explain
from crucible_train.loops.stage_config import Layer, Origin, StageConfig, fold

if TYPE_CHECKING:
    from crucible_train.loops.stage_config import Folded

_IR_FIELDS = frozenset(TrainingConfig.model_fields)


class Checker:
    """The state of one normalisation. `findings` and `unchecked` fill as `run` goes."""

    def __init__(self, stage: str, model: type[StageConfig], sources: Sequence[Source]) -> None:
        self.stage = stage
        self.model = model
        self.sources = sources
        self.findings: list[Diagnostic] = []
        self.unchecked: list[str] = []
        self.folded: Folded = fold(model, [source.given() for source in sources])
        self._bad: set[tuple[int, Loc]] = {
            (index, found.loc)
            for index, source in enumerate(sources)
            for found in source.reading
            if found.severity is Severity.ERROR
        }
        """(source, loc) of every error so far: one mistake gives one finding."""

    def run(self, backend_model: type[BaseModel] | None) -> StageConfig:
        """Check everything. Where a value is wrong, the config has the default in its place, so that the
        rules between the other settings still apply."""
        self._check_ir()
        self._check_fold()
        config = self._build()
        self._check_whole(config)
        self._check_backend(config, backend_model)
        self._say_unchecked(config)
        for index, source in enumerate(self.sources):
            self.findings += [
                found
                for found in source.reading
                if found.severity is Severity.ERROR or not self._is_bad(index, found.loc)
            ]
        return config

    def _add(self, source: int, finding: Diagnostic) -> None:
        """Record a finding whose `loc` is a path into `source`, unless its value already has an error."""
        if finding.severity is Severity.ERROR:
            if self._is_bad(source, finding.loc):
                return
            self._bad.add((source, finding.loc))
        self.findings.append(self.sources[source].place(finding) if source >= 0 else finding)

    def _is_bad(self, source: int, loc: Loc) -> bool:
        return bool(self._bad) and (source, loc) in self._bad

    def _explain(self, loc: Loc, allowed: frozenset[str]) -> Diagnostic:
        return explain(loc, allowed, stage=self.stage, top_level=self.model.spec_keys())

    def _check_ir(self) -> None:
        """The IR's own rules, on what all sources together say in its vocabulary."""
        spec = next((index for index, source in enumerate(self.sources) if source.layer is None), None)
        merged: Mapping[str, Any] = {}
        owners: dict[str, int] = {}
        for index, source in enumerate(self.sources):
            part = {key: value for key, value in source.values.items() if key in _IR_FIELDS}
            if part and source.layer is not Layer.SETTINGS:
                merged = part if not merged else overlay(merged, part)
                owners.update(dict.fromkeys(part, index))
        try:
            TrainingConfig.model_validate(merged)
        except ValidationError as error:
            found = findings_of(error, TrainingConfig, merged, self._explain)
        else:
            return
        for finding in found:
            if finding.code == "CRU102" and len(finding.loc) == 1:
                if spec is not None and not self._has(str(finding.loc[0])):
                    self._add(spec, finding)
                continue
            owner = owners[str(finding.loc[0])]
            self._add(self._nearest_owner(owner, finding.loc), finding)

    def _nearest_owner(self, owner: int, loc: Loc) -> int:
        """Among the sources that wrote the key at the head of `loc`, the last that wrote all of it."""
        for index in range(owner, -1, -1):
            value: Any = self.sources[index].values
            for part in loc:
                if not isinstance(value, Mapping) or part not in value:
                    break
                value = cast("Mapping[Any, Any]", value)[part]
            else:
                return index
        return owner

    def _has(self, key: str) -> bool:
        """Whether a required key of the IR was given under one of the stage's names."""
        targets = {row.source: row.target for row in self.model.mapping_table()}
        target = targets[key]
        if target.startswith("training_config"):
            return ("training_config", key) in self.folded.origins
        return (target,) in self.folded.origins

    def _check_fold(self) -> None:
        for origin in self.folded.unknown:
            self._add(origin.source, self._explain(origin.loc, self.model.spec_keys()))
        for target, first, second in self.folded.conflicts:
            names = f"`{format_loc(first.loc)}` and `{format_loc(second.loc)}`"
            message = f"{names} are two names of one setting, `{format_loc(target)}`"
            self._add(second.source, Diagnostic("CRU105", message, second.loc, hint="keep one of them"))
        for _, loser, winner in self.folded.overridden:
            if (
                loser.source == winner.source
                and loser.loc != winner.loc
                and not self._is_bad(winner.source, winner.loc)
            ):
                message = f"`{format_loc(loser.loc)}` has no effect: `{format_loc(winner.loc)}` overrides it"
                self._add(
                    loser.source,
                    Diagnostic(
                        "CRU401", message, loser.loc, hint="keep one of them", severity=Severity.WARNING
                    ),
                )

    def _build(self) -> StageConfig:
        """The stage config, from the values that are right where some are wrong."""
        values = dict(self.folded.values)
        for target, origin in self.folded.origins.items() if self._bad else ():
            if len(target) == 1 and self._touches_bad(origin):
                values.pop(str(target[0]), None)
        self._check_eval_dataset(values)
        try:
            return self.model.from_folded(values)
        except ValidationError as error:
            for finding in findings_of(error, self.model, values, self._explain):
                self._add_at_target(finding)
                values.pop(str(finding.loc[0]), None)
        # Every field of a stage config has a default, so what is left is right.
        return self.model.from_folded(values)

    def _touches_bad(self, origin: Origin) -> bool:
        return any(
            source == origin.source and loc[: len(origin.loc)] == origin.loc for source, loc in self._bad
        )

    def _check_eval_dataset(self, values: dict[str, Any]) -> None:
        """`eval_dataset_ref` is a reference the IR has no field for; its rules for one apply."""
        reference = values.get("eval_dataset_ref")
        if not isinstance(reference, Mapping):
            return
        try:
            DatasetRef.model_validate(reference)
        except ValidationError as error:
            for finding in findings_of(error, DatasetRef, reference, self._explain):
                self._add_at_target(
                    Diagnostic(
                        finding.code,
                        finding.message.replace("`", "`eval_dataset_ref.", 1),
                        ("eval_dataset_ref", *finding.loc),
                        hint=finding.hint,
                    )
                )
            values.pop("eval_dataset_ref")

    def _add_at_target(self, finding: Diagnostic) -> None:
        """Record a finding whose `loc` is a field of the stage config, at the key the field came from."""
        size = 2 if finding.loc[:1] == ("training_config",) else 1
        target, rest = finding.loc[:size], finding.loc[size:]
        origin = self.folded.origins.get(target)
        if origin is None or origin.source < 0:
            self.findings.append(finding)
            return
        message = finding.message.replace(f"`{format_loc(target)}", f"`{format_loc(origin.loc)}", 1)
        moved = Diagnostic(
            finding.code, message, (*origin.loc, *rest), hint=finding.hint, severity=finding.severity
        )
        self._add(origin.source, moved)

    def _check_whole(self, config: StageConfig) -> None:
        origins = self.folded.origins.items() if self._bad else ()
        broken = frozenset(str(target[0]) for target, origin in origins if self._touches_bad(origin))
        for finding in config.findings(broken=broken):
            self._add_at_target(finding)

    def _check_backend(self, config: StageConfig, model: type[BaseModel] | None) -> None:
        if model is None and config.backend is None:
            self.unchecked.append("whether a backend can honour the settings: none was chosen")
            self._check_options_by_name()
            return
        for finding in backend_findings(config, model, self._explain_option):
            self._add_at_target(finding)
        for finding in store_findings(config) if model is None else ():
            self._add_at_target(finding)

    def _say_unchecked(self, config: StageConfig) -> None:
        model_ref: Mapping[str, Any] = config.training_config.get("model_ref") or {}
        model = model_ref.get("id")
        if model is not None:
            self.unchecked.append(f"that the model {model!r} can be loaded")
        for name in ("dataset_ref", "eval_dataset_ref"):
            reference: Mapping[str, Any] | None = getattr(config, name, None)
            if reference:
                self.unchecked.append(f"that the data set {reference['name']!r} exists, and its columns")

    def _explain_option(self, target: Loc, allowed: frozenset[str]) -> Diagnostic:
        """An option that neither the stage nor the backend knows, at the key it was written under."""
        origin = self.folded.origins.get(target[:2])
        loc = target if origin is None else (*origin.loc, *target[2:])
        return explain(
            loc, allowed | self.model.option_keys(), stage=self.stage, top_level=self.model.spec_keys()
        )

    def _check_options_by_name(self) -> None:
        """With no backend to ask, an option that looks like a setting of ours is suspicious."""
        for target, origin in self.folded.origins.items():
            if target[0] == "training_config" and origin.layer is Layer.OPTIONS:
                explained = self._explain_option(target, frozenset())
                if explained.code != "CRU101" or "did you mean" in (explained.hint or ""):
                    message = f"`{format_loc(origin.loc)}` goes to the backend as it is: {explained.message}"
                    warning = Diagnostic(
                        "CRU106", message, origin.loc, hint=explained.hint, severity=Severity.WARNING
                    )
                    self._add(origin.source, warning)
