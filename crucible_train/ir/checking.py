"""`Checker`: every check of one normalisation, in one pass, collecting findings instead of stopping."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from pydantic import BaseModel, ValidationError

from crucible_train.diagnostics.diagnostic import Diagnostic, Loc, Severity, format_loc
from crucible_train.diagnostics.from_pydantic import findings_of, sparing
from crucible_train.ir.backend_check import backend_findings, known_model, store_findings
from crucible_train.ir.ir_check import dataset_ref_findings, ir_findings, is_written, json_data_findings
from crucible_train.ir.one_mistake import with_hint_of, without_answered, without_rivals, without_taken
from crucible_train.ir.overridden import Uncovered, uncovered
from crucible_train.ir.unknown_keys import explain, explain_section, foreign_name
from crucible_train.loops.stage_config import Layer, Origin, StageConfig, fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crucible_train.ir.spec import Source
    from crucible_train.loops.stage_config import Folded, TrainingStageConfig


class Checker:
    """The state of one normalisation. `findings` fills as `run` goes."""

    def __init__(self, stage: str, model: type[StageConfig], sources: Sequence[Source]) -> None:
        self.stage = stage
        self.model = model
        self.sources = sources
        self.findings: list[Diagnostic] = []
        self.backend_checked = False
        """Whether there was a backend to ask."""
        self.backend_model: type[BaseModel] | None = None
        """What it understands."""
        self.folded: Folded = fold(model, sources)
        self._bad: set[tuple[int, Loc]] = set()
        """(source, loc) of every error so far: one mistake gives one finding."""
        self._explain = sparing(self._explain_one)
        self._is_partial = False
        """Whether keys that are not here may be in a file that could not be read."""
        for index, source in enumerate(sources):
            if source.is_partial:
                self._is_partial = True
            for found in source.reading:
                if found.severity is Severity.ERROR:
                    self._bad.add((index, found.loc))

    def run(self, backend_model: type[BaseModel] | None) -> StageConfig | None:
        """Check everything. Where a value is wrong, the config has the default in its place, so that the
        rules between the other settings still apply; `None` where there can be no config without it."""
        own_keys = None if self.model.trains() else self.model.spec_keys()
        for source, finding in ir_findings(self.sources, self._explain, own_keys):
            if finding.code == "CRU102" and len(finding.loc) == 1:
                self._add_missing(source, finding)
            else:
                self._add(source, finding)
        self._check_fold()
        self._check_passed_on(backend_chosen=backend_model is not None or "backend" in self.folded.values)
        config = self._build()
        if config is not None:
            self._check_whole(config)
            self._check_backend(config, backend_model)
        if self.folded.overridden:
            self._check_overridden(backend_model)
        for index, source in enumerate(self.sources):
            for found in source.reading:
                if found.severity is Severity.ERROR or not self._is_bad(index, found.loc):
                    self.findings.append(found)
                else:
                    self.findings = with_hint_of(found, self.findings)
        if self.findings:
            self.findings = without_rivals(without_answered(self.findings))
        return config

    def _add(self, source: int, finding: Diagnostic) -> None:
        """Record a finding whose `loc` is a path into `source`, unless its value already has an error.

        Keys that are no text (CRU016) have no place of their own: each is recorded, at their mapping.
        """
        if self._is_bad(source, finding.loc) and finding.code != "CRU016":
            return
        if self._is_partial and finding.code == "CRU102":
            return
        if finding.severity is Severity.ERROR:
            self._bad.add((source, finding.loc))
        values = self.sources[source].values
        if len(finding.loc) == 1:
            finding = explain_section(finding, values.get(str(finding.loc[0])))
        self.findings.append(self.sources[source].place(without_taken(finding, values)))

    def _add_missing(self, source: int, finding: Diagnostic) -> None:
        """A required key that no source has (-1), or one that a source takes back: an error where there is a
        whole spec to be complete."""
        if not self.model.trains() or self._has(str(finding.loc[0])):
            return  # what a stage that does not train requires, its config says
        spec = next((index for index, one in enumerate(self.sources) if one.layer is None), None)
        if spec is not None:
            self._add(spec if source < 0 else source, finding)

    def _has(self, key: str) -> bool:
        """Whether a required key of the IR was given under one of the stage's names."""
        targets: dict[str, Loc] = {row.source: (row.target,) for row in self.model.mapping_table()}
        targets |= {name: ("training_config", name) for name in self.model.backend_keys}
        return targets.get(key) in self.folded.origins

    def _is_bad(self, source: int, loc: Loc) -> bool:
        return bool(self._bad) and (source, loc) in self._bad

    def _explain_one(self, loc: Loc, allowed: frozenset[str]) -> Diagnostic:
        return explain(loc, allowed, stage=self.stage, top_level=self.model.spec_keys())

    def _check_fold(self) -> None:
        for origin in self.folded.unknown:
            if not isinstance(origin.loc[-1], str):
                continue  # the IR's rules have said so
            self._add(origin.source, self._explain(origin.loc, self.model.spec_keys()))
        for target, first, second in self.folded.conflicts:
            names = f"`{format_loc(first.loc)}` and `{format_loc(second.loc)}`"
            message = f"{names} are two names of one setting, `{format_loc(target)}`"
            self._add(second.source, Diagnostic("CRU105", message, second.loc, hint="keep one of them"))
        for loser, winner in self.folded.overridden:
            same_source = loser.source == winner.source and loser.loc != winner.loc
            if same_source and not self._is_bad(winner.source, winner.loc):
                message = f"`{format_loc(loser.loc)}` has no effect: `{format_loc(winner.loc)}` overrides it"
                self._add(loser.source, _warning("CRU401", message, loser.loc, "keep one of them"))

    def _check_passed_on(self, *, backend_chosen: bool) -> None:
        """What goes to the backend under a name of the spec's or the stage's, or under one close to it."""
        for index, source in enumerate(self.sources):
            if "training_config" in source.values:
                for finding in json_data_findings(source.values["training_config"], "training_config"):
                    self._add(index, finding)
        for target, origin in self.folded.passed_on.items():
            name = str(target[1])
            if name in self.model.backend_keys:
                continue
            if name in self.model.spec_keys():
                self._add(origin.source, self._explain_option(target, frozenset()))
            elif not backend_chosen:
                self._check_unasked(target, origin)

    def _check_unasked(self, target: Loc, origin: Origin) -> None:
        """An option for a backend that nobody can ask: it may know what has no equivalent elsewhere."""
        explained = self._explain_option(target, frozenset())
        foreign = foreign_name(str(target[1])) if explained.code == "CRU104" else None
        if foreign is not None and foreign.ours is None:
            return
        if explained.code != "CRU101" or "did you mean" in str(explained.hint):
            message = f"`{format_loc(origin.loc)}` goes to the backend as it is: {explained.message}"
            warning = _warning("CRU106", message, origin.loc, explained.hint)
            self._add(origin.source, replace(warning, fix=explained.fix))

    def _build(self) -> StageConfig | None:
        """The stage config, from the values that are right where some are wrong."""
        values = dict(self.folded.values)
        for target in self.folded.origins if self._bad else ():
            if len(target) == 1 and self._touches_bad(target):
                values.pop(str(target[0]), None)
        if "eval_dataset_ref" in values:
            for finding in dataset_ref_findings(
                values["eval_dataset_ref"], "eval_dataset_ref", self._explain
            ):
                self._add_at_target(finding)
                values.pop("eval_dataset_ref", None)
        try:
            return self.model.from_folded(values)
        except ValidationError as error:
            for finding in findings_of(error, self.model, values, self._explain):
                if finding.code != "CRU102" or finding.loc not in self.folded.origins:
                    self._add_at_target(finding)  # else its value was wrong, and is left out above
                values.pop(str(finding.loc[0]) if finding.loc else "", None)
        try:
            return self.model.from_folded(values)
        except ValidationError:
            return None  # a field without a default, or a rule of the model as a whole

    def _touches_bad(self, target: Loc) -> bool:
        origins = (self.folded.origins.get(target), *self.folded.beneath.get(target, ()))
        return any(
            source == origin.source and loc[: len(origin.loc)] == origin.loc
            for origin in origins
            if origin is not None
            for source, loc in self._bad
        )

    def _add_at_target(self, finding: Diagnostic) -> None:
        """Record a finding whose `loc` is a field of the stage config, at the key the field came from."""
        size = 2 if finding.loc[:1] == ("training_config",) else 1
        target, rest = finding.loc[:size], finding.loc[size:]
        origin = self._origin(target, rest)
        if origin is None:
            self._add_unwritten(finding)
            return
        message = finding.message.replace(f"`{format_loc(target)}", f"`{format_loc(origin.loc)}", 1)
        self._add(origin.source, replace(finding, message=message, loc=(*origin.loc, *rest)))

    def _add_unwritten(self, finding: Diagnostic) -> None:
        """Record a finding about a field that no key was written for."""
        if self._is_partial:
            return
        own = next((one for one in reversed(self.sources) if one.layer in (None, Layer.DIRECT)), None)
        self.findings.append(finding if own is None else own.place(finding))

    def _origin(self, target: Loc, rest: Loc) -> Origin | None:
        """Where the value at `rest` below `target` was written; an override may have changed a part."""
        top = self.folded.origins.get(target)
        if top is None:
            return self.folded.passed_on.get(target)
        origins = (top, *self.folded.beneath.get(target, ()))
        for origin in origins[:-1]:
            if is_written(self.sources[origin.source].values, (*origin.loc, *rest)):
                return origin
        return origins[-1]

    def _check_whole(self, config: StageConfig) -> None:
        if self._is_partial:
            return
        for finding in config.findings(broken=self._broken()) if self._bad else config.findings():
            self._add_at_target(finding)

    def _broken(self) -> frozenset[str]:
        return frozenset(str(target[0]) for target in self.folded.origins if self._touches_bad(target))

    def _check_backend(self, config: StageConfig, model: type[BaseModel] | None) -> None:
        if self._is_partial:
            return
        if not config.trains():
            for finding in store_findings(config):
                self._add_at_target(finding)
            return
        training = cast("TrainingStageConfig", config)  # `isinstance` of a Pydantic model is slow
        if model is None and training.backend is None:
            return
        self.backend_checked = True
        nulls = [str(target[1]) for target in self.folded.passed_on if target not in self.folded.origins]
        for finding in backend_findings(training, model, self._explain_option, nulls):
            self._add_at_target(finding)
        self.backend_model = model or known_model(training.backend)
        for finding in store_findings(config) if model is None else ():
            self._add_at_target(finding)

    def _check_overridden(self, backend_model: type[BaseModel] | None) -> None:
        """What something wins over is judged as if nothing did."""
        for covered in self._uncovered():
            checker = _OverriddenChecker(self, covered)
            checker.run(backend_model)
            self.findings += checker.findings

    def _uncovered(self) -> list[Uncovered]:
        return uncovered(self.sources, self.folded)

    def _explain_option(self, target: Loc, allowed: frozenset[str]) -> Diagnostic:
        """An option that neither the stage nor the backend knows, at the key it was written under."""
        origin = self._origin(target[:2], target[2:])
        loc = target if origin is None else (*origin.loc, *target[2:])
        return self._explain(loc, allowed | self.model.option_keys())


class _OverriddenChecker(Checker):
    """Judges the values that lost, each by itself: how they go together does not matter."""

    def __init__(self, checker: Checker, covered: Uncovered) -> None:
        bare = [source._replace(reading=()) for source in covered.sources]
        super().__init__(checker.stage, checker.model, bare)
        self._bad = checker._bad
        self._covered = covered

    def _add(self, source: int, finding: Diagnostic) -> None:
        if finding.severity is Severity.ERROR and self._covered.holds(source, finding.loc):
            super()._add(source, finding)

    def _uncovered(self) -> list[Uncovered]:
        # Where another backend would take effect, the other values are not its to judge.
        return [one for one in super()._uncovered() if one.of_backend is self._covered.of_backend]

    def _add_unwritten(self, finding: Diagnostic) -> None:
        pass

    def _check_whole(self, config: StageConfig) -> None:
        pass

    def _check_backend(self, config: StageConfig, model: type[BaseModel] | None) -> None:
        if not self._covered.of_backend:
            super()._check_backend(config, model)


def _warning(code: str, message: str, loc: Loc, hint: str | None) -> Diagnostic:
    return Diagnostic(code, message, loc, hint=hint, severity=Severity.WARNING)
