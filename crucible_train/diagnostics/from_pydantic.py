"""Pydantic's validation errors as findings: a stable code, plain words, a place in the data, a hint."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from pydantic import BaseModel

from crucible_train.diagnostics.diagnostic import Diagnostic, Loc, format_loc
from crucible_train.diagnostics.places import keys_at, model_at, place
from crucible_train.diagnostics.suggest import did_you_mean, misspelt, one_of

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

ExplainKey = Callable[[Loc, frozenset[str]], Diagnostic]
"""Explains an unknown key at a place, given the keys that are allowed there."""


class _Words(NamedTuple):
    code: str
    message: str
    hint: str | None = None
    fix: str | None = None


_EXPECTED = {
    "int": "a whole number",
    "int_from_float": "a whole number",
    "float": "a number",
    "string": "text",
    "bool": "true or false",
    "list": "a list",
    "tuple": "a list",
    "dict": "a mapping",
    "model": "a mapping",
    "model_attributes": "a mapping",
    "mapping": "a mapping",
}

_RANGE = {
    "greater_than": ("gt", "greater than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


def findings_of(
    error: ValidationError, model: type[BaseModel], data: Any, explain_key: ExplainKey | None = None
) -> list[Diagnostic]:
    """Every problem of `error` as a finding, at its place in `data`.

    `model` is what was validated, so that an unknown key can be compared with those allowed beside it.
    Several errors of one value (a union's branches) are one finding.
    """
    explain = sparing(explain_key or unknown_key)
    return _distinct(
        finding
        for details in error.errors(include_url=False)
        for finding in _findings_at(place(details, data), details, model, data, explain)
    )


def findings_below(error: ValidationError, name: str) -> list[Diagnostic]:
    """Every problem of `error`, which validated the mapping `name` without a model, as a finding."""
    explain = sparing(unknown_key)
    return _distinct(
        finding
        for details in error.errors(include_url=False)
        for finding in _findings_at(_below(name, details["loc"]), details, BaseModel, None, explain)
    )


def _below(name: str, loc: Loc) -> Loc:
    return (name, *(part for part in loc if part != "[key]"))


def _distinct(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """One finding for each value. Keys that are no text have no place of their own: each counts."""
    found: dict[object, Diagnostic] = {}
    for finding in findings:
        found.setdefault(finding if finding.code == "CRU016" else finding.loc, finding)
    return list(found.values())


def _findings_at(
    loc: Loc, details: ErrorDetails, model: type[BaseModel], data: Any, explain_key: ExplainKey
) -> list[Diagnostic]:
    """The findings of one Pydantic error at `loc`."""
    kind = details["type"]
    if kind == "json_data":
        return _json_findings(details, loc)
    if kind == "extra_forbidden":
        return [explain_key(loc, frozenset(keys_at(model, loc[:-1], data)))]
    if kind == "invalid_key" or details["loc"][-1:] == ("[key]",):
        message = f"{_name(loc[:-1])} has the key {loc[-1]!r}, which is not text"
        return [Diagnostic("CRU016", message, loc[:-1])]
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        loc = (*loc, details.get("ctx", {})["discriminator"].strip("'"))
    words = _words(details, loc)
    hint = words.hint
    if kind == "model_type" and isinstance(details["input"], str):
        hint = hint or _wrapped(details["input"], model_at(model, loc, data))
    return [Diagnostic(words.code, words.message, loc, hint=hint, fix=words.fix)]


def _wrapped(text: str, model: type[BaseModel] | None) -> str | None:
    """Text in place of a mapping is most likely what the mapping's one required key should hold."""
    fields = model.model_fields if model else {}
    required = [name for name, info in fields.items() if info.is_required() and info.annotation is str]
    return f"write {{{required[0]}: {text}}}" if len(required) == 1 and text.isprintable() else None


def _name(loc: Loc) -> str:
    return f"`{format_loc(loc)}`" if loc else "the document"


_JSON_CODES = {"non_finite": "CRU014", "key": "CRU016"}


def _json_findings(details: ErrorDetails, loc: Loc) -> list[Diagnostic]:
    """Every problem of a mapping at `loc` that should be JSON data (`crucible_ir.json_data`)."""
    problems = cast("list[tuple[str, str, Loc]]", details.get("ctx", {})["problems"])
    return [
        Diagnostic(_JSON_CODES.get(kind, "CRU206"), f"{_name((*loc, *path))} {message}", (*loc, *path))
        for kind, message, path in problems
    ]


MAX_EXPLAINED = 100
"""Unknown keys of one spec whose meaning is looked for: a name is compared with hundreds of others."""


def sparing(explain_key: ExplainKey) -> ExplainKey:
    """`explain_key` for the first `MAX_EXPLAINED` keys; the others are unknown, and no more is said."""
    number = count(1)

    def explain(loc: Loc, allowed: frozenset[str]) -> Diagnostic:
        if next(number) <= MAX_EXPLAINED:
            return explain_key(loc, allowed)
        hint = f"what may be meant is said of the first {MAX_EXPLAINED} unknown keys"
        return Diagnostic("CRU101", f"unknown key `{format_loc(loc)}`", loc, hint=hint)

    return explain


def unknown_key(loc: Loc, allowed: frozenset[str]) -> Diagnostic:
    """CRU101, with the nearest allowed key."""
    key = str(loc[-1])
    hint = did_you_mean(key, sorted(allowed)) or f"known here: {', '.join(sorted(allowed))}"
    fix = misspelt(key, allowed)
    return Diagnostic("CRU101", f"unknown key `{format_loc(loc)}`", loc, hint=hint, fix=fix)


def describe(value: Any) -> str:
    """A value in words, short enough for a message."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {_number(value)}"
        case str():
            return f"the text {value if len(value) <= 40 else value[:37] + '...'!r}"
        case list() | tuple():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return f"a {type(cast('object', value)).__name__}"


def _number(value: float) -> str:
    """A number short enough for a message; CPython refuses to write out very long integers."""
    if isinstance(value, int) and value.bit_length() > 200:
        return f"of more than {value.bit_length() * 3 // 10} digits"
    return repr(value)


def _words(details: ErrorDetails, loc: Loc) -> _Words:
    """Code, message and hint of one Pydantic error."""
    kind, value = details["type"], details["input"]
    context: dict[str, Any] = details.get("ctx", {})
    name = _name(loc)
    if kind.startswith("crucible."):
        return _Words(kind.removeprefix("crucible."), details["msg"], context.get("hint"))
    if kind in ("missing", "union_tag_not_found"):
        return _Words("CRU102", f"{name} is required", f"add `{loc[-1]}:`")
    if kind in _RANGE:
        bound, words = _RANGE[kind]
        return _Words("CRU202", f"{name} must be {words} {context[bound]:g}, not {_number(value)}")
    if kind == "finite_number":
        return _Words("CRU014", f"{name} must be a finite number")
    if kind in ("literal_error", "enum"):
        return _not_one_of(name, value, context)
    if kind == "union_tag_invalid":
        return _not_one_of(name, value[loc[-1]], {"expected": context["expected_tags"]})
    if kind == "one_of_types":
        return _wrong_type(name, details["msg"].removeprefix("Input should be "), value)
    if kind in ("string_too_short", "too_short"):
        return _Words("CRU204", f"{name} must not be empty")
    stem = kind.removesuffix("_type").removesuffix("_parsing")
    if stem in _EXPECTED:
        return _wrong_type(name, _EXPECTED[stem], value)
    return _Words("CRU206", f"{name}: {details['msg'][:1].lower()}{details['msg'][1:]}")


_CHOICE = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s,]+"""
_PYTHON_WORDS = {"True": "true", "False": "false", "None": "null"}


def _not_one_of(name: str, value: Any, context: Mapping[str, Any]) -> _Words:
    """Pydantic writes the choices as one text: `'a', 'b' or False`."""
    found: list[str] = re.findall(_CHOICE, str(context.get("expected", "")))
    choices = [_PYTHON_WORDS.get(choice, choice.strip("'\"")) for choice in found if choice != "or"]
    hint = did_you_mean(value, choices) if isinstance(value, str) else None
    return _Words("CRU203", f"{name} must be {one_of(choices)}, not {describe(value)}", hint)


def _wrong_type(name: str, expected: str, value: Any) -> _Words:
    message = f"{name} must be {expected}, not {describe(value)}"
    if isinstance(value, str):
        if "number" in expected and _is_number(value):
            whole = expected == "a number" or float(value).is_integer()
            hint = f"write it without quotes: {value.strip()}" if whole else None
            return _Words("CRU205", message, hint, value if _is_plain(value, expected) else None)
        if expected == "true or false" and value.casefold() in _YES_NO:
            fix = value if value in ("true", "false") else None
            return _Words("CRU201", message, f"write {_YES_NO[value.casefold()]}", fix)
    if expected == "a whole number" and isinstance(value, float) and value.is_integer():
        return _Words("CRU201", message, f"write {int(value)}")
    if expected == "text" and isinstance(value, int | float):
        return _Words("CRU201", message, f'put it in quotes: "{describe(value).removeprefix("the number ")}"')
    return _Words("CRU201", message)


_YES_NO = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"} | {
    "true": "true without quotes",
    "false": "false without quotes",
}


_PLAIN = {
    "a number": r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?",
    "a whole number": r"-?(0|[1-9][0-9]*)",
}
"""Numbers that YAML, JSON and TOML write the same way."""


def _is_plain(text: str, expected: str) -> bool:
    """Whether a text without its quotes would be what is expected, in any format."""
    return expected in _PLAIN and re.fullmatch(_PLAIN[expected], text) is not None


def _is_number(text: str) -> bool:
    try:
        number = float(text)
    except ValueError:
        return False
    return math.isfinite(number) and "_" not in text
