"""Sources of spec keys, as normalisation takes them: their values, and where each was written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, cast

from crucible_train.diagnostics.diagnostic import Diagnostic, Loc, Severity, Span, format_loc

if TYPE_CHECKING:
    from crucible_ir import IRModel
    from crucible_train.loops.stage_config import Layer
    from crucible_train.source import Document

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
    whole: Callable[[Loc], Loc] | None = None
    """Turns a path into this source into one into the document it is a part of."""
    reader: str = ""
    """The stage that reads this part of the document, where others read it too."""
    rank: Callable[[Loc], int] | None = None
    """Of a document made of several files (`extends`): how near to the top the one is that has a path."""
    is_partial: bool = False
    """Whether a file that the document extends could not be read: nobody knows what is missing."""
    labels: Mapping[Loc, str] = MappingProxyType({})
    """The label of each value, where there is a label for each."""

    def place(self, finding: Diagnostic) -> Diagnostic:
        """`finding`, whose `loc` is a path into this source, with its span, and its path in the document."""
        span = self.span(finding.loc, "key" if finding.code in KEY_CODES else "value")
        label = self.label_at(finding.loc)
        if self.whole is not None:
            loc, here = self.whole(finding.loc), f"`{format_loc(finding.loc)}`"
            message = finding.message
            if loc[len(loc) - len(finding.loc) :] != finding.loc:
                message = message.replace(here, f"`{format_loc(loc)}`", 1)
            elif span is None:
                label = format_loc(loc)
            finding = replace(finding, message=message, loc=loc)
        if span is None and label:
            finding = replace(finding, message=f"{finding.message} ({label})")
        if self.reader:
            finding = replace(finding, message=f"{finding.message} (in {self.reader})")
        return finding.at(span)

    def span(self, loc: Loc, target: Literal["key", "value"] = "value") -> Span | None:
        """Where the value at `loc` is written, or its key."""
        return self.locate(loc if self.whole is None else self.whole(loc), target)

    def label_at(self, loc: Loc) -> str:
        """The label of the value at `loc`; of a mapping, those of all of its values."""
        if not self.labels:
            return self.label
        return ", ".join(
            label
            for path, label in self.labels.items()
            if all(one == other for one, other in zip(path, loc, strict=False))
        )

    def rank_at(self, loc: Loc) -> int:
        """`rank` of the path `loc` into this source; 0 where the document is one file."""
        if self.rank is None:
            return 0
        return self.rank(loc if self.whole is None else self.whole(loc))

    def only(self, keys: frozenset[str]) -> Source:
        """This source with no other keys than these."""
        return self._replace(values={key: value for key, value in self.values.items() if key in keys})

    def shown(self, loc: Loc) -> str:
        """The path `loc` as a person finds it in the document."""
        return format_loc(loc if self.whole is None else self.whole(loc))


def document_source(document: Document, reading: Sequence[Diagnostic] = ()) -> Source:
    """A whole document as a source; `reading` are the errors of reading it."""
    findings = (*reading, *document.warnings)
    is_partial = any(one.loc[:1] == ("extends",) and one.severity is Severity.ERROR for one in reading)
    return Source(
        document.data,
        locate=document.span,
        reading=findings,
        from_text=True,
        rank=document.rank,
        is_partial=is_partial,
    )


def explicit_values(model: IRModel) -> dict[str, Any]:
    """What was explicitly set in `model`, at every depth: its defaults are not the stage's."""
    return model.model_dump(mode="json", by_alias=True, exclude_unset=True)


def nested(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """`("a", "b"), 1` as `{"a": {"b": 1}}`."""
    for key in reversed(path):
        value = {key: value}
    return cast("dict[str, Any]", value)
