"""From a command's arguments to normalised specs and experiments: the part all spec commands share.

A file that names a pipeline is an experiment; any other is a spec for one stage (`--stage`).
"""

from __future__ import annotations

import sys
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from crucible_train import registry
from crucible_train.diagnostics.errors import NormalizeError
from crucible_train.ir.normalize import DEFAULT_STAGE, normalize_sources
from crucible_train.ir.spec import Source
from crucible_train.loops.stage_config import Layer
from crucible_train.result import Err, Ok, Result
from crucible_train.settings import Settings, load_settings
from crucible_train.source import load_bytes, load_path

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from crucible_train.diagnostics.diagnostic import Diagnostic
    from crucible_train.ir.experiment import NormalizedExperiment
    from crucible_train.ir.normalized import Normalized
    from crucible_train.loops.stage_config import StageConfig
    from crucible_train.source import Document, SourceError

STDIN, STDIN_NAME = "-", "<stdin>"


class Checked(NamedTuple):
    """One file, checked: its findings, and what it stands for where there are no errors."""

    path: str
    findings: tuple[Diagnostic, ...]
    normalized: Normalized[Any] | None
    """A spec for one stage."""
    experiment: NormalizedExperiment | None = None
    readable: bool = True
    texts: Mapping[str, str] = MappingProxyType({})
    """The texts that findings point into, by the name their spans say."""

    @property
    def unchecked(self) -> tuple[str, ...]:
        """What only a run can find out, in words."""
        valid = self.normalized or self.experiment
        return () if valid is None else valid.unchecked


class Session(NamedTuple):
    """What is the same for every file of one command."""

    settings: Settings
    stage: str | None
    """The stage of a spec; `None`: the default one."""
    fallback: Source
    """The backend where neither the spec nor a flag names one."""
    assignments: tuple[str, ...]
    """What `--set` says."""
    flags: tuple[Source, ...]
    """What wins over everything else."""


def open_session(options: argparse.Namespace) -> Result[Session, str]:
    """Settings and flags; `Err` is a usage error in words."""
    match load_settings():
        case Err(problem):
            return Err(str(problem))
        case Ok(settings):
            pass
    configured = settings.backend is not None
    fallback = Source(
        {"backend": settings.backend or registry.DEFAULT_BACKEND},
        Layer.SETTINGS if configured else Layer.DEFAULT,
        label="CRUCIBLE_BACKEND or [tool.crucible]" if configured else "the default",
        from_text=True,
    )
    given = (("--backend", "backend", options.backend), ("--out", "log_path", getattr(options, "out", None)))
    flags = tuple(
        Source({key: value}, Layer.FLAG, label=flag, from_text=True)
        for flag, key, value in given
        if value is not None
    )
    return Ok(Session(settings, options.stage, fallback, tuple(options.assignments), flags))


def check(path: str, session: Session) -> Result[Checked, str]:
    """Read and normalise one file; every finding of both. `Err` is a usage error in words."""
    name = STDIN_NAME if path == STDIN else path
    match _read(path):
        case Ok(document):
            return _with_text(check_document(name, document, session), document.text)
        case Err(problem):
            if problem.document is None:
                unread = Checked(name, problem.diagnostics, None, readable=problem.readable)
                return _with_text(Ok(unread), problem.text)
            checked = check_document(name, problem.document, session, problem.diagnostics)
            return _with_text(checked, problem.text)


def _with_text(result: Result[Checked, str], text: str | None) -> Result[Checked, str]:
    """The same, with the text that its findings point into. A text without findings is not kept."""
    if text is None or isinstance(result, Err) or not result.value.findings:
        return result
    return Ok(result.value._replace(texts={result.value.path: text}))


def _read(path: str) -> Result[Document, SourceError]:
    if path == STDIN:
        return load_bytes(sys.stdin.buffer.read(), format="yaml", name=STDIN_NAME)
    return load_path(path)


def check_document(
    path: str, document: Document, session: Session, reading: tuple[Diagnostic, ...] = ()
) -> Result[Checked, str]:
    """Normalise what was read; `reading` is what reading it found."""
    source = Source(
        document.data, None, document.span, reading=(*reading, *document.warnings), from_text=True
    )
    if is_experiment(document.data):
        return _experiment(path, source, session)
    return _spec(path, source, session)


def is_experiment(data: Mapping[str, Any]) -> bool:
    """Whether a document is meant as an experiment, its pipeline perhaps misspelt or forgotten."""
    if "pipeline" in data:
        return True
    return "model_ref" not in data and (
        isinstance(data.get("backend"), dict) or any(_names_things(value) for value in data.values())
    )


def _names_things(value: object) -> bool:
    items = cast("list[object]", value) if isinstance(value, list) else []
    return bool(items) and all(isinstance(item, dict) and "name" in item for item in items)


def _spec(path: str, source: Source, session: Session) -> Result[Checked, str]:
    stage = session.stage or DEFAULT_STAGE
    sources = [source]
    match registry.stage(stage):
        case Err():
            pass  # that there is no such stage is a finding about every spec
        case Ok(stage_class):
            model = stage_class.config_model
            match _overrides(session.assignments, model):
                case Ok(overrides):
                    sources += overrides
                case Err() as failed:
                    return failed
            keys = model.spec_keys()
            if "backend" in keys:
                sources.insert(0, session.fallback)
            sources += (flag.only(keys) for flag in session.flags)
    match normalize_sources(sources, stage=stage):
        case Ok(normalized):
            return Ok(Checked(path, normalized.warnings, normalized))
        case Err(NormalizeError(diagnostics=findings)):
            return Ok(Checked(path, findings, None))


def _overrides(assignments: Sequence[str], model: type[StageConfig]) -> Result[list[Source], str]:
    if not assignments:
        return Ok([])
    from crucible_train.ir.overrides import overrides_source  # only --set needs it

    match overrides_source(list(assignments), model):
        case Ok(source):
            return Ok([source])
        case Err() as failed:
            return failed


def _experiment(path: str, source: Source, session: Session) -> Result[Checked, str]:
    from crucible_train.ir.experiment import labelled_stages, normalize_experiment_source  # few files are one

    if session.stage is not None:
        return Err(f"--stage {session.stage}: {path} is an experiment, which names its stages")
    labels = {label: stage_def["name"] for _, label, stage_def in labelled_stages(source.values)}
    match _labelled_overrides(session.assignments, labels):
        case Ok(overrides):
            pass
        case Err() as failed:
            return failed
    # --out is the directory of the whole experiment.
    flags = [flag for flag in session.flags if "log_path" not in flag.values]
    match normalize_experiment_source(source, overrides=overrides, flags=flags):
        case Ok(experiment):
            return Ok(Checked(path, experiment.warnings, None, experiment))
        case Err(NormalizeError(diagnostics=findings)):
            return Ok(Checked(path, findings, None))


def _labelled_overrides(
    assignments: Sequence[str], stages: Mapping[str, str]
) -> Result[dict[str, Source], str]:
    """`--set LABEL.KEY=VALUE`, by the label of the stage; `stages` has the labels' stages."""
    grouped: dict[str, list[str]] = {}
    for assignment in assignments:
        label, dot, rest = assignment.partition(".")
        if label not in stages or not dot:
            known = ", ".join(stages)
            return Err(f"--set {assignment}: in an experiment write STAGE.KEY=VALUE; its stages: {known}")
        grouped.setdefault(label, []).append(rest)
    found: dict[str, Source] = {}
    for label, rest in grouped.items():
        match registry.stage(stages[label]):
            case Err():
                continue  # that there is no such stage is a finding
            case Ok(stage_class):
                pass
        match _overrides(rest, stage_class.config_model):
            case Ok(sources):
                found[label] = sources[0]._replace(label=f"--set {label}")
            case Err() as failed:
                return failed
    return Ok(found)
