"""`# crucible: ignore[CODE] reason`: comments that take warnings back, and what is wrong with such comments.

A comment is about the line it ends or, on a line of its own, about the next line that is not a comment. Only
warnings can be taken back: what an error is about cannot be run.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from crucible_train.diagnostics.catalogue import RULES
from crucible_train.diagnostics.diagnostic import Diagnostic, Severity, sort_key
from crucible_train.source.comments import comments
from crucible_train.source.files import format_of
from crucible_train.source.positions import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crucible_train.diagnostics.diagnostic import Span
    from crucible_train.source.document import Document, Format

MARK = "crucible:"
"""What every such comment contains: a text without it has none."""

_COMMENT = re.compile(r"#[ \t]*crucible:(?!//)[ \t]*(.*)")
_IGNORE = re.compile(r"ignore\[([^\]]*)\](?:[ \t]+(\S.*))?[ \t]*")
_FORM = "write `# crucible: ignore[CODE] reason`"


class Suppressed(NamedTuple):
    """A warning that the file takes back."""

    finding: Diagnostic
    reason: str


class Suppressions(NamedTuple):
    """What became of the findings of one document."""

    findings: tuple[Diagnostic, ...]
    """Those that are left, with CRU024 (an error) and CRU025 about the comments; ordered by position."""
    suppressed: tuple[Suppressed, ...]


class _Comment(NamedTuple):
    codes: tuple[str, ...]
    reason: str
    span: Span
    line: int
    """The line that it is about."""


def suppress(document: Document, findings: Sequence[Diagnostic]) -> Suppressions:
    """Take back the warnings in `findings` that a comment in their file names.

    A comment that takes nothing back is CRU025; not in a file that is extended, which may be right for
    another one, nor where there are errors, which hide warnings.
    """
    known: list[_Comment] = []
    left: list[Diagnostic] = []
    for name, text in document.texts.items():
        file_format = document.format if name == document.name else format_of(name)
        if MARK in text and file_format is not None:
            for one in _read(text, name, file_format):
                known.append(one) if isinstance(one, _Comment) else left.append(one)
    places: dict[tuple[str, int], list[tuple[int, _Comment]]] = {}
    for index, one in enumerate(known):
        places.setdefault((one.span.file, one.line), []).append((index, one))
    used: set[tuple[int, str]] = set()
    suppressed: list[Suppressed] = []
    for finding in findings:
        index = _index(document, finding, places)
        if index is None:
            left.append(finding)
        else:
            used.add((index, finding.code))
            suppressed.append(Suppressed(finding, known[index].reason))
    if not any(finding.severity is Severity.ERROR for finding in left):
        for index, comment in enumerate(known):
            unused = [code for code in comment.codes if (index, code) not in used]
            if unused and comment.span.file == document.name:
                left.append(_unused(comment, unused))
    return Suppressions(tuple(sorted(left, key=sort_key)), tuple(suppressed))


def _index(
    document: Document, finding: Diagnostic, places: Mapping[tuple[str, int], Sequence[tuple[int, _Comment]]]
) -> int | None:
    """The comment that takes `finding` back: about the line of its value, or of its key."""
    if finding.severity is not Severity.WARNING or finding.span is None:
        return None
    key = document.span(finding.loc, "key")
    near = {(span.file, span.line) for span in (finding.span, key) if span is not None}
    found = (index for place in near for index, one in places.get(place, ()) if finding.code in one.codes)
    return min(found, default=None)


def _read(text: str, name: str, file_format: Format) -> Iterator[_Comment | Diagnostic]:
    lines = Lines(text, name)
    about = _about(text)
    for start, end in comments(text, file_format):
        found = _COMMENT.search(text, start, end)
        if found is None:
            continue
        span = lines.span(found.start(), end)
        problem = None
        ignored = _IGNORE.fullmatch(found[1].rstrip())
        codes = () if ignored is None else tuple(code.strip() for code in ignored[1].split(","))
        if ignored is None:
            problem = "this comment says nothing that crucible understands", _FORM
        elif ignored[2] is None:
            problem = (
                f"this does not say why {' and '.join(codes)} may be ignored",
                f"{_FORM}: the why is kept",
            )
        for code in codes:
            problem = problem or _problem(code)
        if problem is not None:
            yield Diagnostic("CRU024", problem[0], span=span, hint=problem[1])
        elif ignored is not None:
            yield _Comment(codes, ignored[2], span, about[span.line])


def _problem(code: str) -> tuple[str, str] | None:
    """What is wrong with ignoring `code`, and what to do."""
    rule = RULES.get(code)
    if rule is None:
        from crucible_train.diagnostics.suggest import did_you_mean

        return f"there is no code `{code}`", did_you_mean(code, RULES) or "`crucible rule` lists the codes"
    if rule.severity is Severity.ERROR:
        return f"{code} ({rule.name}) is an error, and cannot be ignored", f"see `crucible rule {code}`"
    if code == "CRU025":
        return f"{code} ({rule.name}) is about comments like this one", "remove the comment it is about"
    return None


def _about(text: str) -> dict[int, int]:
    """For every line, the line that a comment on it is about."""
    about: dict[int, int] = {}
    lines = Lines(text, "")
    following = num_lines = lines.line(len(text))
    for line in range(num_lines, 0, -1):
        if lines.line_text(line).lstrip()[:1] not in ("", "#"):
            following = line
        about[line] = following
    return about


def _unused(comment: _Comment, codes: Sequence[str]) -> Diagnostic:
    message = f"there is no {' and no '.join(codes)} here to ignore"
    return Diagnostic(
        "CRU025", message, span=comment.span, hint="remove the comment", severity=Severity.WARNING
    )
