"""Chains of random files: what they say together, and where each value is."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from crucible_train.result import Ok
from crucible_train.source import Document, load_path

scalars = st.none() | st.booleans() | st.integers(-9, 99) | st.sampled_from(("a", "text", "é😀"))
values = st.recursive(
    scalars | st.lists(scalars, max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=8,
)
mappings = st.dictionaries(st.sampled_from("abcd"), values, max_size=4)


@st.composite
def chains(draw: st.DrawFn) -> list[tuple[dict[str, Any], list[int]]]:
    """Files, each with what it says and which of the later ones it extends; the first is the top."""
    size = draw(st.integers(1, 6))
    return [
        (
            draw(mappings),
            draw(st.lists(st.integers(index + 1, size - 1), max_size=4)) if index + 1 < size else [],
        )
        for index in range(size)
    ]


def order(chain: list[tuple[dict[str, Any], list[int]]], index: int, done: list[int]) -> list[int]:
    """The files from the lowest up: each after all it extends, and where it is reached first."""
    for base in chain[index][1]:
        if base not in done:
            order(chain, base, done)
    done.append(index)
    return done


def over(below: Any, above: Any) -> Any:
    if isinstance(below, dict) and isinstance(above, dict):
        return {
            key: over(below.get(key), above[key]) if key in above else below[key] for key in below | above
        }
    return above


def leaves(value: Any, loc: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict):
        items: list[tuple[str | int, Any]] = list(cast("dict[str | int, Any]", value).items())
    elif isinstance(value, list):
        items = list(enumerate(cast("list[Any]", value)))
    else:
        return [(loc, value)]
    return [leaf for key, item in items for leaf in leaves(item, (*loc, key))]


def load(chain: list[tuple[dict[str, Any], list[int]]], directory: str) -> Document:
    for index, (data, bases) in enumerate(chain):
        extends = {"extends": [f"{base}.json" for base in bases]} if bases else {}
        text = json.dumps({**extends, **data}, ensure_ascii=False)
        Path(directory, f"{index}.json").write_text(text, encoding="utf-8")
    match load_path(Path(directory, "0.json")):
        case Ok(document):
            return document
        case failed:
            raise AssertionError(failed)


@given(chain=chains())
def test_a_chain_says_what_its_files_say_laid_over_one_another(
    chain: list[tuple[dict[str, Any], list[int]]],
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        document = load(chain, directory)
    expected: dict[str, Any] = {}
    for index in order(chain, 0, []):
        expected = over(expected, chain[index][0])
    assert document.data == expected


@given(chain=chains())
def test_every_value_is_at_its_place_in_the_highest_file_that_says_it(
    chain: list[tuple[dict[str, Any], list[int]]],
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        document = load(chain, directory)
    ranked = order(chain, 0, [])
    for loc, value in leaves(document.data):
        span = document.span(loc)
        assert span is not None
        line = document.texts[span.file].splitlines()[span.line - 1]
        text = line[span.column - 1 : span.end_column - 1]
        if loc:
            assert json.loads(text) == value
        rank = document.rank
        if rank is not None:
            assert Path(span.file).stem == str(ranked[rank(loc)])
