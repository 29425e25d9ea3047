"""A schema and the model it was made from, asked about the same documents."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import jsonschema_rs

from crucible_train.schema.generator import CHECKED_BY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from crucible_train.diagnostics.diagnostic import Diagnostic, Loc

Judge: TypeAlias = "Callable[[Any], Sequence[Diagnostic] | None]"
"""What a model says about a document: its errors, or `None` where it accepts it."""

INTEGRAL = "CRU201 on an integral float"


@dataclass
class Agreement:
    """What became of the documents."""

    name: str
    accepted: int = 0
    refused: int = 0
    explained: Counter[str] = field(default_factory=Counter[str])
    """Documents that only the model refuses, for reasons the schema lists, by code."""
    unexplained: list[tuple[str, Any, Any]] = field(default_factory=list[tuple[str, Any, Any]])
    """What is wrong, the document, the errors."""
    seconds: float = 0.0

    @property
    def documents(self) -> int:
        """How many there were."""
        return self.accepted + self.refused + sum(self.explained.values()) + len(self.unexplained)

    def __str__(self) -> str:
        explained = ", ".join(f"{count} {code}" for code, count in sorted(self.explained.items())) or "none"
        judged = f"{self.accepted:5,} accepted, {self.refused:6,} refused, explained: {explained}"
        return f"{self.name:22} {self.documents:6,} documents in {self.seconds:4.1f} s: {judged}"


def agreement(
    name: str, schema: dict[str, Any], judge: Judge, documents: Iterable[Any], *, most: int = 20
) -> Agreement:
    """Ask both about every document. It stops after `most` unexplained disagreements."""
    result = Agreement(name)
    validator = jsonschema_rs.Draft202012Validator(schema)
    # The list at the top gathers all others: what counts is where a code is listed.
    listing = jsonschema_rs.Draft202012Validator({key: schema[key] for key in schema if key != CHECKED_BY})
    began = time.perf_counter()
    for document in documents:
        errors = judge(document)
        accepted = validator.is_valid(document)
        if accepted and errors is None:
            result.accepted += 1
        elif not accepted and errors is not None:
            result.refused += 1
        elif errors is None:
            said = [
                f"{error.instance_path}: {error.message[:200]}" for error in validator.iter_errors(document)
            ]
            result.unexplained.append(("only the schema refuses it", document, said))
        else:
            listed = _listed(listing, document)
            reasons = {_reason(error, document, listed) for error in errors}
            if None in reasons or not reasons:
                result.unexplained.append(("only the model refuses it", document, errors))
            else:
                result.explained[" + ".join(sorted(map(str, reasons)))] += 1
        if len(result.unexplained) >= most:
            break
    result.seconds = time.perf_counter() - began
    return result


def _listed(validator: jsonschema_rs.Draft202012Validator, document: Any) -> list[tuple[Loc, list[str]]]:
    """The codes that a schema lists, with the places in `document` that it lists them for."""
    return [
        (
            tuple(_part(part) for part in one["instanceLocation"].split("/")[1:]),
            one["annotations"][CHECKED_BY],
        )
        for one in validator.evaluate(document).annotations()
        if isinstance(one["annotations"], dict) and CHECKED_BY in one["annotations"]
    ]


def _part(text: str) -> str:
    return text.replace("~1", "/").replace("~0", "~")


def _reason(error: Diagnostic, document: Any, listed: list[tuple[Loc, list[str]]]) -> str | None:
    """Why a schema may accept what has this error."""
    for place in (error.loc, ("training_config", *error.loc)):  # the latter: of a spec inside options
        parts = tuple(map(str, place))
        if any(error.code in codes and parts[: len(above)] == above for above, codes in listed):
            return error.code
        if error.code == "CRU201" and _is_integral(document, place):
            return INTEGRAL
    return None


def _is_integral(node: Any, loc: Loc) -> bool:
    for part in loc:
        if not (isinstance(node, dict) and part in node) and not (
            isinstance(node, list) and isinstance(part, int) and part < len(node)
        ):
            return False
        node = node[part]
    return isinstance(node, float) and node.is_integer()
