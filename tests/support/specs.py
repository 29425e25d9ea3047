"""Specs for tests of normalisation, and short ways to ask what became of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crucible_train.diagnostics.diagnostic import Diagnostic, Severity
from crucible_train.ir.normalize import normalize, normalize_sources
from crucible_train.ir.spec import Source
from crucible_train.result import Err, Ok, Result
from crucible_train.source import load_text

if TYPE_CHECKING:
    from crucible_train.ir.normalized import Normalized
    from crucible_train.source import Format

BASE: dict[str, Any] = {"id": "a", "model_ref": {"id": "byte-lm"}, "dataset_ref": {"name": "d"}}
"""The least a whole spec has to say."""


def normalized(*arguments: Any, **keys: Any) -> Normalized[Any]:
    """What `normalize` makes of its arguments, which are right."""
    match normalize(*arguments, **keys):
        case Ok(found):
            return found
        case Err(error):
            raise AssertionError(str(error))


def findings_in(result: Result[Normalized[Any], Any]) -> tuple[Diagnostic, ...]:
    """The findings of a normalisation, whatever came of it."""
    match result:
        case Ok(found):
            return found.warnings
        case Err(error):
            return error.diagnostics


def findings(*arguments: Any, **keys: Any) -> list[Diagnostic]:
    """What `normalize` finds."""
    return list(findings_in(normalize(*arguments, **keys)))


def errors(*arguments: Any, **keys: Any) -> list[tuple[str, str]]:
    """(code, dotted place) of every error."""
    return [
        (found.code, ".".join(map(str, found.loc)))
        for found in findings(*arguments, **keys)
        if found.severity is Severity.ERROR
    ]


def warnings(*arguments: Any, **keys: Any) -> list[tuple[str, str]]:
    """(code, dotted place) of every warning."""
    return [
        (found.code, ".".join(map(str, found.loc)))
        for found in findings(*arguments, **keys)
        if found.severity is Severity.WARNING
    ]


def from_text(
    text: str, *others: Source, file_format: Format = "yaml", **options: Any
) -> Result[Normalized[Any], Any]:
    """Normalise a spec as the command line does, with other sources over it."""
    match load_text(text, format=file_format, name="spec.yaml"):
        case Ok(document):
            spec = Source(document.data, None, document.span, reading=document.warnings)
        case Err(error):
            assert error.document is not None, error
            document = error.document
            spec = Source(
                document.data, None, document.span, reading=(*error.diagnostics, *document.warnings)
            )
    return normalize_sources([spec, *others], **options)


def lines(result: Result[Normalized[Any], Any]) -> list[str]:
    """`line:column CODE` of every finding."""
    return [
        f"{found.span.line}:{found.span.column} {found.code}" if found.span else found.code
        for found in findings_in(result)
    ]
