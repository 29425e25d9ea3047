"""Did-you-mean: for a key nobody knows, what its writer most likely meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate closest to `word`, or `None` when none is close.

    Case, dashes and underscores do not count; then the longest common parts decide (Ratcliff/Obershelp).
    """
    import difflib  # only findings need it, and it takes milliseconds to import

    by_shape: dict[str, str] = {}
    for candidate in candidates:
        by_shape.setdefault(_shape(candidate), candidate)
    shape = _shape(word)
    if shape in by_shape:
        return by_shape[shape]
    matches = difflib.get_close_matches(shape, by_shape, n=1, cutoff=0.7)
    return by_shape[matches[0]] if matches else None


def _shape(word: str) -> str:
    return word.casefold().replace("-", "").replace("_", "").replace(" ", "")


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """A hint sentence, or `None`."""
    match = nearest(word, candidates)
    return f"did you mean `{match}`?" if match else None


def one_of(candidates: Iterable[str]) -> str:
    """`a`, `b` or `c`."""
    names = [f"`{name}`" for name in candidates]
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
