"""Patterns mean what a reference says that tries every way of taking a path apart."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from crucible_train.project.globs import is_pattern, matches, split

SETS = {
    "[ab]": "ab",
    "[!a]": None,
    "[a-c]": "abc",
    "[]a]": "]a",
    "[!]]": None,
    "[c-a]": "",
    "[-a]": "-a",
    "[*?]": "*?",
}
pieces = st.sampled_from(["a", "b", "c", ".", "-", "]", "*", "?", *SETS])
parts = st.lists(pieces, min_size=1, max_size=5).map(tuple)
patterns = st.lists(st.just("**") | parts, min_size=1, max_size=5)
names = st.text("abc.-]*?\n", min_size=1, max_size=6)
paths = st.lists(names, min_size=1, max_size=5)


def text_of(pattern: list[str | tuple[str, ...]]) -> str:
    return "/".join("".join(part) for part in pattern)


def stands_for(piece: str, character: str) -> bool:
    if piece == "[!a]":
        return character != "a"
    if piece == "[!]]":
        return character != "]"
    return piece == "?" or character in SETS.get(piece, piece)


def part_matches(pieces: tuple[str, ...], name: str) -> bool:
    if not pieces:
        return not name
    first, *rest = pieces
    if first == "*":
        return any(part_matches(tuple(rest), name[start:]) for start in range(len(name) + 1))
    return bool(name) and stands_for(first, name[0]) and part_matches(tuple(rest), name[1:])


def reference(pattern: tuple[str | tuple[str, ...], ...], path: tuple[str, ...]) -> bool:
    @cache
    def from_here(at: int, start: int) -> bool:
        if at == len(pattern):
            return start == len(path)
        part = pattern[at]
        if part in ("**", ("*", "*")):
            return any(from_here(at + 1, later) for later in range(start, len(path) + 1))
        return start < len(path) and part_matches(tuple(part), path[start]) and from_here(at + 1, start + 1)

    return from_here(0, 0)


@settings(max_examples=1500, deadline=None)
@given(patterns, paths)
def test_a_pattern_matches_what_the_reference_does(
    pattern: list[str | tuple[str, ...]], path: list[str]
) -> None:
    assert matches((text_of(pattern),), "/".join(path)) == reference(
        tuple(part for part in pattern if part != (".",)), tuple(path)
    )


@settings(deadline=None)
@given(paths, st.data())
def test_a_path_matches_what_it_was_made_into(path: list[str], data: st.DataObject) -> None:
    made: list[str] = []
    for name in path:
        how = data.draw(st.sampled_from(["same", "star", "question", "any"]))
        escaped = "".join(f"[{character}]" for character in name)
        made.append({"same": escaped, "star": "*", "question": "?" * len(name), "any": "**"}[how])
    assert matches(("/".join(made),), "/".join(path))


@settings(deadline=None)
@given(st.text(min_size=1, max_size=30), st.text(max_size=30))
def test_no_text_is_a_pattern_that_cannot_be_read(pattern: str, path: str) -> None:
    assert matches((pattern,), path) in (True, False)
    directories, rest = split(pattern)
    assert not is_pattern(directories)
    assert is_pattern(pattern) == is_pattern(rest)
