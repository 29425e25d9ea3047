"""Sources of spec keys, as normalisation takes them: their values, and where each was written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, cast

from crucible_train.diagnostics.diagnostic import Diagnostic, Loc, Span

if TYPE_CHECKING:
    from crucible_ir import TrainingConfig
    from crucible_train.loops.stage_config import Layer

Locate: TypeAlias = Callable[[Loc, Literal["key", "value"]], Span | None]
"""Finds the text of a key or a value."""

KEY_CODES = frozenset({"CRU016", "CRU101", "CRU103", "CRU104", "CRU105", "CRU106", "CRU107"})
"""Findings that are about a key rather than its value."""


def nowhere(loc: Loc, target: Literal["key", "value"]) -> Span | None:
    """The `Locate` of values that were never text."""
    return None


class Source(NamedTuple):
    """Keys and values from one place: a spec, settings, Python keywords, `--set`, a flag."""

    values: Mapping[str, Any]
    layer: Layer | None = None
    """`None` for a whole spec."""
    locate: Locate = nowhere
    label: str = ""
    """Said after a message when the values have no position in a file, such as `--set`."""
    reading: tuple[Diagnostic, ...] = ()
    """What reading the text already found, placed."""
    from_text: bool = False
    """Whether the values were read from text, and so are JSON data without looking again."""

    def place(self, finding: Diagnostic) -> Diagnostic:
        """`finding`, whose `loc` is a path into this source, with its span."""
        span = self.locate(finding.loc, "key" if finding.code in KEY_CODES else "value")
        if span is None and self.label:
            return Diagnostic(
                finding.code,
                f"{finding.message} ({self.label})",
                finding.loc,
                hint=finding.hint,
                severity=finding.severity,
            )
        return finding.at(span)


def explicit_values(config: TrainingConfig) -> dict[str, Any]:
    """What was explicitly set in `config`, at every depth: its defaults are not the stage's."""
    return config.model_dump(mode="json", by_alias=True, exclude_unset=True)


def nested(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """`("a", "b"), 1` as `{"a": {"b": 1}}`."""
    for key in reversed(path):
        value = {key: value}
    return cast("dict[str, Any]", value)
