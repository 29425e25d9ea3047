"""From a command's arguments to normalised specs and experiments: the part all spec commands share.

A file that names a pipeline is an experiment; any other is a spec for one stage (`--stage`).
"""

from __future__ import annotations

import os
import sys
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from crucible_train import registry
from crucible_train.diagnostics.diagnostic import Severity
from crucible_train.diagnostics.errors import NormalizeError
from crucible_train.ir.normalize import DEFAULT_STAGE, normalize_sources
from crucible_train.ir.spec import Source, document_source
from crucible_train.loops.stage_config import Layer
from crucible_train.result import Err, Ok, Result
from crucible_train.settings import SET_PREFIX, Settings, load_settings
from crucible_train.source import load_path

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from crucible_train.diagnostics.diagnostic import Diagnostic
    from crucible_train.ir.experiment import NormalizedExperiment
    from crucible_train.ir.normalized import Normalized
    from crucible_train.ir.overrides import Override
    from crucible_train.loops.stage_config import StageConfig
    from crucible_train.project.inputs import Stdin
    from crucible_train.source import Document, SourceError
    from crucible_train.source.suppressions import Suppressed

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
    suppressed: tuple[Suppressed, ...] = ()
    """Warnings that the file takes back."""
    fixed: tuple[Diagnostic, ...] = ()
    """What `--fix` has mended."""

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
    stdin_filename: str | None = None
    """The file that standard input stands for."""
    variables: Sequence[Override] = ()
    """What `CRUCIBLE_SET__...` says."""

    def name_of(self, path: str) -> str:
        """What `path` is called in a report."""
        return path if path != STDIN else self.stdin_filename or STDIN_NAME

    def chosen_for(self, path: str) -> tuple[str, Source]:
        """The stage of the spec `path`, and the backend where nothing else names one."""
        project = self.settings.project
        if project is None or not project.overrides:
            return self.stage or DEFAULT_STAGE, self.fallback
        from crucible_train.project.walk import file_at

        stage, backend = project.of(file_at(path).real)
        fallback = self.fallback
        if backend is not None:
            label = "[[tool.crucible.overrides]]"
            fallback = Source({"backend": backend}, Layer.SETTINGS, label=label, from_text=True)
        return self.stage or stage or DEFAULT_STAGE, fallback


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
    filename = options.stdin_filename
    if filename is not None and STDIN not in options.arguments:
        return Err(f"--stdin-filename {filename}: standard input is not read; name it as `{STDIN}`")
    session = Session(settings, options.stage, fallback, tuple(options.assignments), flags, filename)
    if not any(name.upper().startswith(SET_PREFIX) for name in os.environ):
        return Ok(session)
    from crucible_train.cli.variables import read_variables  # few commands have any

    match read_variables(os.environ):
        case Ok(variables):
            return Ok(session._replace(variables=variables))
        case Err() as failed:
            return failed


class Check(Protocol):
    """What `check` does, or something that mends the file first."""

    def __call__(
        self, path: str, session: Session, read: Result[Document, SourceError] | None = None
    ) -> Result[Checked, str]:
        """See `check`."""
        ...


def check(
    path: str,
    session: Session,
    read: Result[Document, SourceError] | None = None,
    *,
    keep_texts: bool = False,
) -> Result[Checked, str]:
    """Read and normalise one file; every finding of both. `Err` is a usage error in words.

    `read` is what is in the file, where that is known. Texts without findings are kept if asked.
    """
    name = session.name_of(path)
    match read or _read(path, session):
        case Ok(document):
            result, texts = check_document(name, document, session), document.texts
        case Err(problem):
            texts = problem.texts
            if problem.document is None:
                result = Ok(Checked(name, problem.diagnostics, None, readable=problem.readable))
            else:
                result = check_document(name, problem.document, session, problem.diagnostics)
    if isinstance(result, Err) or not (keep_texts or result.value.findings):
        return result
    return Ok(result.value._replace(texts=texts))


def _read(path: str, session: Session) -> Result[Document, SourceError]:
    return stdin_of(session).load() if path == STDIN else load_path(path)


def stdin_of(session: Session) -> Stdin:
    """Standard input: YAML, or what the name of the file that it stands for says."""
    from crucible_train.project.inputs import Content, Stdin
    from crucible_train.source.files import format_of, no_format

    name = session.stdin_filename

    def content() -> Content:
        file_format = "yaml" if name is None else format_of(name)
        return no_format(name or "") if file_format is None else Ok((sys.stdin.buffer.read(), file_format))

    return Stdin(STDIN, name or STDIN_NAME, name is not None, content)


def check_document(
    path: str, document: Document, session: Session, reading: tuple[Diagnostic, ...] = ()
) -> Result[Checked, str]:
    """Normalise what was read; `reading` is what reading it found."""
    source = document_source(document, reading)
    if source.is_partial and is_undecided(document.data):
        return Ok(Checked(path, source.reading, None))
    checked = (_experiment if is_experiment(document.data) else _spec)(path, source, session)
    for text in document.texts.values():
        if "crucible:" in text:  # few files take a warning back
            return _without_suppressed(checked, document)
    return checked


def _without_suppressed(result: Result[Checked, str], document: Document) -> Result[Checked, str]:
    """The same, without the warnings that a comment takes back; with an error, where a comment is wrong."""
    from crucible_train.source.suppressions import suppress

    if isinstance(result, Err):
        return result
    checked = result.value
    findings, suppressed = suppress(document, checked.findings)
    if any(finding.severity is Severity.ERROR for finding in findings):
        checked = checked._replace(normalized=None, experiment=None)
    return Ok(checked._replace(findings=findings, suppressed=suppressed))


def is_experiment(data: Mapping[str, Any]) -> bool:
    """Whether a document is meant as an experiment, its pipeline perhaps misspelt or forgotten."""
    if "pipeline" in data:
        return True
    return "model_ref" not in data and (
        isinstance(data.get("backend"), dict) or any(_names_things(value) for value in data.values())
    )


def is_undecided(data: Mapping[str, Any]) -> bool:
    """Whether a file that could not be read may have made an experiment of this, or a spec."""
    from crucible_ir import Experiment

    return "pipeline" not in data and data.keys() <= Experiment.model_fields.keys()


def _names_things(value: object) -> bool:
    items = cast("list[object]", value) if isinstance(value, list) else []
    return bool(items) and all(isinstance(item, dict) and "name" in item for item in items)


def _spec(path: str, source: Source, session: Session) -> Result[Checked, str]:
    stage, fallback = session.chosen_for(path)
    sources = [source]
    match registry.stage(stage):
        case Err():
            pass  # that there is no such stage is a finding about every spec
        case Ok(stage_class):
            model = stage_class.config_model
            match _overrides(session, model):
                case Ok(overrides):
                    sources += overrides
                case Err() as failed:
                    return failed
            keys = model.spec_keys()
            if "backend" in keys:
                sources.insert(0, fallback)
            sources += (flag.only(keys) for flag in session.flags)
    match normalize_sources(sources, stage=stage):
        case Ok(normalized):
            return Ok(Checked(path, normalized.warnings, normalized))
        case Err(NormalizeError(diagnostics=findings)):
            return Ok(Checked(path, findings, None))


def _overrides(session: Session, model: type[StageConfig]) -> Result[list[Source], str]:
    if not session.variables and not session.assignments:
        return Ok([])
    from crucible_train.cli.overriding import overriding

    return overriding(session.variables, session.assignments, model)


def _experiment(path: str, source: Source, session: Session) -> Result[Checked, str]:
    from crucible_train.ir.experiment import labelled_stages, normalize_experiment_source  # few files are one

    if session.stage is not None:
        return Err(f"--stage {session.stage}: {path} is an experiment, which names its stages")
    labels = {label: stage_def["name"] for _, label, stage_def in labelled_stages(source.values)}
    overrides: Mapping[str, Sequence[Source]] = {}
    if session.variables or session.assignments:
        from crucible_train.cli.overriding import overriding_stages

        match overriding_stages(session.variables, session.assignments, labels):
            case Ok((overrides, findings)):
                source = source._replace(reading=(*source.reading, *findings))
            case Err() as failed:
                return failed
    # --out is the directory of the whole experiment.
    flags = [flag for flag in session.flags if "log_path" not in flag.values]
    match normalize_experiment_source(source, overrides=overrides, flags=flags):
        case Ok(experiment):
            return Ok(Checked(path, experiment.warnings, None, experiment))
        case Err(NormalizeError(diagnostics=findings)):
            return Ok(Checked(path, findings, None))
