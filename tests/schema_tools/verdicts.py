"""What the models say about a document, and what a schema leaves to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crucible_train.schema.generator import CHECKED_BY
from tests.support.schema_judges import judge_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.schema_tools.documents import Case

NOT_SEEN = {
    "tests/examples/invalid/experiment-same-file.yaml": {"CRU304"},
    "tests/examples/invalid/integral-float.yaml": {"CRU201"},
    "tests/examples/invalid/unknown-backend.yaml": {"CRU502"},  # a plug-in may have this name
    "tests/examples/invalid/unknown-dataset-store.yaml": {"CRU504"},  # and this one
}
"""Example files that a schema accepts, and what the models find wrong with them."""

INTEGRAL = "CRU201"
"""The one rule that a schema leaves to the models everywhere: 3.0 is no integer."""


def codes(case: Case) -> set[str]:
    """The codes of what is wrong with a document; none where the models accept it."""
    return {error.code for error in judge_of(case.schema)(case.document) or ()}


def left_to_the_models(schema: dict[str, Any]) -> set[str]:
    """The codes of what a schema cannot say."""
    return {INTEGRAL, *_values_of(CHECKED_BY, schema)}


def _values_of(key: str, node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from node.get(key, ())
        for value in node.values():
            yield from _values_of(key, value)
    elif isinstance(node, list):
        for item in node:
            yield from _values_of(key, item)
