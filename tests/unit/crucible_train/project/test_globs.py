from __future__ import annotations

import pytest

from crucible_train.project.globs import is_pattern, matches, regular_expression, split


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("a.yaml", "a.yaml", True),
        ("a.yaml", "b/a.yaml", False),
        ("*.yaml", "a.yaml", True),
        ("*.yaml", ".hidden.yaml", True),
        ("*.yaml", "A.YAML", False),
        ("*.yaml", "b/a.yaml", False),
        ("**/*.yaml", "a.yaml", True),
        ("**/*.yaml", "b/c/a.yaml", True),
        ("b/**/c/*.yaml", "b/c/a.yaml", True),
        ("b/**/c/*.yaml", "b/x/y/c/a.yaml", True),
        ("b/**", "b/x/y", True),
        ("b/**", "b", True),
        ("b/**", "bc", False),
        ("**", "b/c", True),
        ("**/**", "b", True),
        ("./b//*/", "b/c", True),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("[a-c]x", "bx", True),
        ("[!a-c]x", "dx", True),
        ("[!a]x", "/x", False),
        ("[.-0]x", "/x", False),
        ("[]]", "]", True),
        ("[a", "[a", True),
        ("[c-a]", "b", False),
        ("a.b", "axb", False),
        ("*\n*", "a\nb", True),
    ],
)
def test_what_a_pattern_matches(pattern: str, path: str, expected: bool) -> None:
    assert matches((pattern,), path) is expected


def test_one_pattern_of_several_is_enough() -> None:
    assert matches(("a", "b*"), "bc")
    assert not matches(("a", "b"), "c")
    assert not matches((), "c")


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        ("configs/deep/**/*.yaml", ("configs/deep", "**/*.yaml")),
        ("*.yaml", ("", "*.yaml")),
        ("/configs/[ab]/*", ("/configs", "[ab]/*")),
        ("/*", ("/", "*")),
        ("./a/../b/*", ("a/../b", "*")),
        ("a/b.yaml", ("a", "b.yaml")),
        ("/", ("/", "")),
    ],
)
def test_a_pattern_begins_with_directories(pattern: str, parts: tuple[str, str]) -> None:
    assert split(pattern) == parts


def test_what_a_pattern_is() -> None:
    assert [text for text in ("a", "a*", "a?", "[a", "a]", "{a,b}") if is_pattern(text)] == ["a*", "a?", "[a"]


def test_what_stands_between_stars_is_looked_for_once() -> None:
    assert regular_expression("*a*b*") == "(?>[^/]*?a)(?>[^/]*?b)[^/]*"
    assert not matches(("*a" * 40 + "*b",), "a" * 255)
