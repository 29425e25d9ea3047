"""From a command's arguments to sources and a normalised config: the part all spec commands share."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from crucible_train import registry
from crucible_train.diagnostics.errors import NormalizeError
from crucible_train.ir.normalize import normalize_sources
from crucible_train.ir.spec import Source
from crucible_train.loops.stage_config import Layer
from crucible_train.result import Err, Ok, Result
from crucible_train.settings import Settings, load_settings
from crucible_train.source import load_bytes, load_path

if TYPE_CHECKING:
    import argparse

    from crucible_train.diagnostics.diagnostic import Diagnostic
    from crucible_train.ir.normalized import Normalized
    from crucible_train.source import Document, SourceError

STDIN, STDIN_NAME = "-", "<stdin>"


class Checked(NamedTuple):
    """One spec, checked: its findings, and the config where there are no errors."""

    path: str
    findings: tuple[Diagnostic, ...]
    normalized: Normalized[Any] | None
    readable: bool = True


class Session(NamedTuple):
    """What is the same for every file of one command."""

    settings: Settings
    stage: str
    fallback: Source
    """The backend where neither the spec nor a flag names one."""
    above: tuple[Source, ...]
    """What wins over the spec: overrides, then flags."""


def open_session(options: argparse.Namespace) -> Result[Session, str]:
    """Settings and overrides; `Err` is a usage error in words."""
    match load_settings():
        case Err(problem):
            return Err(str(problem))
        case Ok(settings):
            pass
    above = [
        Source({"backend": options.backend}, Layer.FLAG, label="--backend", from_text=True),
        Source({"log_path": getattr(options, "out", None)}, Layer.FLAG, label="--out", from_text=True),
    ]
    stage = registry.stage(options.stage) if options.assignments else None
    if isinstance(stage, Ok):  # that there is no such stage is a finding about every spec
        from crucible_train.ir.overrides import overrides_source  # only --set needs it

        match overrides_source(options.assignments, stage.value.config_model):
            case Ok(overrides):
                above.insert(0, overrides)
            case Err(problem):
                return Err(problem)
    configured = settings.backend is not None
    fallback = Source(
        {"backend": settings.backend or registry.DEFAULT_BACKEND},
        Layer.SETTINGS if configured else Layer.DEFAULT,
        label="CRUCIBLE_BACKEND or [tool.crucible]" if configured else "the default",
        from_text=True,
    )
    return Ok(Session(settings, options.stage, fallback, tuple(above)))


def check(path: str, session: Session) -> Checked:
    """Read and normalise one spec; every finding of both."""
    name = STDIN_NAME if path == STDIN else path
    match _read(path):
        case Ok(document):
            return _normalize(name, document, session, ())
        case Err(problem):
            if problem.document is None:
                return Checked(name, problem.diagnostics, None, problem.readable)
            return _normalize(name, problem.document, session, problem.diagnostics)


def _read(path: str) -> Result[Document, SourceError]:
    if path == STDIN:
        return load_bytes(sys.stdin.buffer.read(), format="yaml", name=STDIN_NAME)
    return load_path(path)


def _normalize(path: str, document: Document, session: Session, reading: tuple[Diagnostic, ...]) -> Checked:
    spec = Source(document.data, None, document.span, reading=(*reading, *document.warnings), from_text=True)
    sources = (session.fallback, spec, *session.above)
    match normalize_sources(sources, stage=session.stage):
        case Ok(normalized):
            return Checked(path, normalized.warnings, normalized)
        case Err(NormalizeError(diagnostics=findings)):
            return Checked(path, findings, None)
