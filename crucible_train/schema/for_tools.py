"""The same schema, in the form that other tools read best. Nothing here changes what is accepted.

- Tools that make types or classes of a schema take a rule beside `properties` for one more base of the class;
  what stands in a `then` they leave alone.
- Of a property that has a description and no rule they make an object type, where any value is meant.
- Validators that assert formats read `date-time` as RFC 3339 does, which knows no time without seconds. Where
  there is a pattern, it is the exact rule.
- Pydantic gives some arrays a `minLength` beside their `minItems`. It has no effect, which strict validators
  complain of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from crucible_train.schema.generator import CHECKED_BY, NOTES

if TYPE_CHECKING:
    from crucible_train.schema.generator import Schema

_VALUES = frozenset({"default", "examples", "enum", "const"})
_JUDGES_NOTHING = frozenset({*NOTES, CHECKED_BY, "$comment", "title"})


def for_tools(schema: Schema) -> Schema:
    """`schema`, rewritten at every depth."""
    found = {key: value if key in _VALUES else _rewritten(value) for key, value in schema.items()}
    if "pattern" in found and found.get("format") == "date-time":
        del found["format"]
    if found.get("type") == "array":
        found.pop("minLength", None)
    properties = found.get("properties")
    if isinstance(properties, dict):
        named = cast("dict[str, Any]", properties)
        found["properties"] = {name: _of_any_type(rule) for name, rule in named.items()}
        if isinstance(found.get("allOf"), list):
            found["allOf"] = [_aside(condition) for condition in cast("list[Schema]", found["allOf"])]
    return found


def _rewritten(node: Any) -> Any:
    if isinstance(node, list):
        return [_rewritten(item) for item in cast("list[Any]", node)]
    return for_tools(cast("Schema", node)) if isinstance(node, dict) else node


def _aside(condition: Schema) -> Schema:
    """A condition that always holds, under an `if`."""
    if "if" in condition:
        return condition
    rule = {key: value for key, value in condition.items() if key != "$comment"}
    return {**{key: condition[key] for key in condition.keys() - rule.keys()}, "if": True, "then": rule}


def _of_any_type(rule: Any) -> Any:
    """The rule of a property; one that refuses nothing says so."""
    if not isinstance(rule, dict):
        return rule
    known = cast("Schema", rule)
    says_so = not known or known.keys() - _JUDGES_NOTHING
    anything: Schema = {"anyOf": [{}]}
    return known if says_so else {**anything, **known}
