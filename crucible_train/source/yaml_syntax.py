"""What to say about YAML that is not well-formed: the place to look at, what is wrong, and what to do.

libyaml and PyYAML word the same mistake differently; `_PROBLEMS` gives both one wording.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yaml import MarkedYAMLError, YAMLError

from crucible_train.source.findings import shown

if TYPE_CHECKING:
    from crucible_train.source.findings import Findings

# YAML 1.2.2, production [1] c-printable.
_FORBIDDEN = r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"

_INDENT_HINT = "give keys of one mapping the same indentation, and the items of one list too"
_LONE_KEY = "could not find expected ':'"
_NO_CHARACTER = "an escape of no character in double quotes"
_COLON_HINT = "put quotes around a text that contains `: `, or line the key up with its neighbours"

_PROBLEMS: tuple[tuple[str, str, str | None], ...] = (
    # (a part of the parser's problem and context, our message, our hint)
    ("sequence entries are not allowed", "a list item cannot start here", "start the list on its own line"),
    ("mapping values are not allowed", "a second `: ` in a value, or a key not lined up", _COLON_HINT),
    (_LONE_KEY, "a key without `: `", "write `key: value`"),
    ("unexpected ':'", "a `:` that no space follows", "write `key: value`"),
    ("node content", "expected a value", None),
    ("flow sequence", "expected `,` or `]`", None),
    ("flow mapping", "expected `,` or `}`", None),
    ("block mapping", "this does not belong to the mapping", _INDENT_HINT),
    ("block collection", "this does not belong to the list", _INDENT_HINT),
    ("block sequence", "this does not belong to the list", _INDENT_HINT),
    ("unknown escape", "an unknown escape in double quotes", "write \\\\ for a backslash"),
    ("character escape", _NO_CHARACTER, "write the character itself"),
    ("document start", "the document has ended before this", "remove it, or check the brackets before it"),
)
_NEVER_CLOSED = {"[": "close the [", "{": "close the {", "'": "close the quote", '"': "close the quote"}


def add_syntax_error(error: YAMLError, findings: Findings) -> None:
    """Add CRU011 for the parser's `error`."""
    if not isinstance(error, MarkedYAMLError):  # a ReaderError, which has no line
        add_forbidden_character(findings)
        return
    text = findings.lines.text
    at = _offset(error.problem_mark or error.context_mark)
    start = at if error.context_mark is None else _offset(error.context_mark)
    opening = text[start : start + 1]
    if opening in _NEVER_CLOSED and not text[at:].strip():
        # The end of the file, where the parser gave up, is not the place to look at.
        message, hint, at = f"the {shown(opening)} is never closed", _NEVER_CLOSED[opening], start
    elif _LONE_KEY in str(error.problem):
        # The key is the place to look at, and not what follows it.
        (message, hint), at = _describe(error, ""), start
    else:
        message, hint = _describe(error, text[at : at + 1])
        if findings.lines.line(start) != findings.lines.line(at):
            message += f" (line {findings.lines.line(start)} starts what is broken here)"
    if "\t" in _indentation(text, at):
        message, hint = "a tab in the indentation", "indent with spaces"
    end = at + 1 if text[at : at + 1] not in ("", "\r", "\n") else at
    findings.add("CRU011", f"not well-formed YAML: {message}", (at, end), hint=hint)


def add_forbidden_character(findings: Findings) -> bool:
    """Add CRU011 for the first character that YAML forbids, if there is one."""
    import re

    found = re.search(_FORBIDDEN, findings.lines.text)
    if found is None:
        return False
    point = ord(found.group())
    hint = f'write it in double quotes, as "\\u{point:04x}"'
    findings.add("CRU011", f"YAML forbids the character U+{point:04X}", found.span(), hint=hint)
    return True


def _describe(error: MarkedYAMLError, character: str) -> tuple[str, str | None]:
    said = f"{error.problem or ''} {error.context or ''}".strip()
    if "cannot start any token" in said:
        hint = f"put quotes around a text that starts with {character}"
        return f"no value can start with {shown(character)}", hint
    for part, message, hint in _PROBLEMS:
        if part in said:
            return message, hint
    return said, None


def _offset(mark: Any) -> int:
    return mark.index


def _indentation(text: str, at: int) -> str:
    line = text[text.rfind("\n", 0, at) + 1 :].split("\n", 1)[0]
    return line[: len(line) - len(line.lstrip())]
